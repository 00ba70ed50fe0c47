"""Run as a process: record batches until killed, one line for each batch that is in the ledger."""

import sys
from pathlib import Path

from fewsight.insight import Insight
from fewsight.ledger import Answer, Ledger, Result

BATCH = 32


def main(folder: Path, start: int) -> None:
    with Ledger.open(folder) as ledger:
        print("open", flush=True)
        for batch in range(start, 10**9):
            names = [f"{batch:06d}-{row:02d}" for row in range(BATCH)]
            insights = [Insight(name, "intent", None, {"intent": "refund"}) for name in names]
            ledger.record(
                {name: Answer("{}" * 500) for name in names},
                [Result("r", "a", 0, insight.customer_id, {}, insight) for insight in insights],
            )
            print(batch, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
