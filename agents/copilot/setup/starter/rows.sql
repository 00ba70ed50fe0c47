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
