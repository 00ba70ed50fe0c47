CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT);
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    status TEXT NOT NULL,
    ordered_on TEXT NOT NULL,
    days_since_delivery INTEGER
);
CREATE TABLE items (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    name TEXT NOT NULL,
    price INTEGER NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0
);
