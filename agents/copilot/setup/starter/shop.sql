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
INSERT INTO customers VALUES ('C1', 'Ada Brook', 'ada@example.com'), ('C2', 'Ben Hill', 'ben@example.com');
INSERT INTO orders VALUES
    ('A100', 'C1', 'delivered', '2026-03-02', 4),
    ('A101', 'C1', 'pending', '2026-03-09', NULL),
    ('A102', 'C2', 'delivered', '2026-01-05', 60);
INSERT INTO items (id, order_id, name, price) VALUES
    ('A100-1', 'A100', 'tea cup', 1250),
    ('A100-2', 'A100', 'kettle', 8900),
    ('A101-1', 'A101', 'filter papers', 450),
    ('A102-1', 'A102', 'grinder', 12900);
