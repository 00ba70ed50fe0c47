"""The statements by which rows that were added to a store are freed of doubles and sorted."""

from typing import Final

PEOPLE: Final = """CREATE OR REPLACE TABLE people AS SELECT customer, min(seq) AS first FROM known
    WHERE customer IS NOT NULL GROUP BY customer"""
# Marks first, and a share of them at a time: the ids themselves, of millions of events, would fill the memory.
SHARE: Final = 1_000_000
MARKS: Final = """INSERT INTO marks SELECT hash(customer, twin) AS mark FROM known
    WHERE customer IS NOT NULL AND twin IS NOT NULL AND hash(customer, twin) % $shares = $share
    GROUP BY mark HAVING count(*) > 1"""
DOUBLES: Final = """CREATE OR REPLACE TABLE doubles AS
    SELECT seq, line, customer, id, kind IS NULL AS is_profile, first_value(line) OVER same AS earlier, source
    FROM known WHERE customer IS NOT NULL AND twin IS NOT NULL AND hash(customer, twin) IN (SELECT mark FROM marks)
    WINDOW same AS (PARTITION BY customer, twin ORDER BY seq)
    QUALIFY row_number() OVER same > 1"""
# In two statements: a join and a sort at the same time would need the memory of both.
PLACED: Final = """CREATE OR REPLACE TABLE placed AS
    SELECT first, seq, customer, time, id, kind, channel, text, product, amount, currency, attributes, profile,
        source, line
    FROM known JOIN people USING (customer)
    WHERE NOT EXISTS (SELECT 1 FROM doubles WHERE doubles.seq = known.seq)
    AND NOT EXISTS (SELECT 1 FROM across WHERE across.seq = known.seq)"""
EVENTS: Final = """CREATE OR REPLACE TABLE events AS
    SELECT * EXCLUDE (first, seq) FROM placed ORDER BY {order}"""
ORDER: Final = "first, time NULLS FIRST, seq"
ONE_TABLE: Final = (
    "CREATE OR REPLACE TEMP VIEW known AS SELECT * FROM staged",
    "CREATE OR REPLACE TABLE across (seq BIGINT)",
)
