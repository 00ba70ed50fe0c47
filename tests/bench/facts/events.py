"""Made-up events of many customers, as SQL: 20 each, over up to two years, without any file to read."""

import json
import resource
import time
from typing import Final

_KINDS: Final = "['order', 'order', 'order', 'order', 'view', 'view', 'ticket', 'campaign', 'return', 'message']"

EVENTS: Final = f"""
    WITH people AS (SELECT k, (hash(k) % 300)::BIGINT AS start, 200 + (hash(k * 3) % 530)::BIGINT AS life
        FROM range($customers) AS people(k)),
    numbers AS (SELECT i, i // 20 AS k FROM range(20 * $customers) AS numbers(i))
    SELECT i AS seq, i AS line, 'C' || lpad(k::VARCHAR, 8, '0') AS customer,
        1672531200000000 + start * 86400000000 + (hash(i) % (86400000000 * life))::BIGINT AS time,
        i::VARCHAR AS id, NULL::BIGINT AS twin, {_KINDS}[(1 + hash(i * 7) % 10)::BIGINT] AS kind,
        ['web', 'app', 'store', 'phone'][(1 + hash(i * 11) % 4)::BIGINT] AS channel, NULL::VARCHAR AS text,
        'product ' || (hash(i * 13) % 500) AS product,
        CASE WHEN hash(i * 7) % 10 < 4 THEN (hash(i * 17) % 10000)::BIGINT END AS amount, 'EUR' AS currency,
        NULL::BLOB AS attributes, NULL::BLOB AS profile, 0 AS source
    FROM numbers JOIN people USING (k)"""
"""Rows of the store, for the parameter $customers."""


def told(begun: float, cpu: float) -> str:
    """Seconds and CPU seconds since, and the highest memory of this process, as JSON."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return json.dumps({"seconds": time.time() - begun, "cpu": time.process_time() - cpu, "megabytes": most})
