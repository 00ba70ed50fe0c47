"""The command line with a slow scripted engine that notes what it answers, for tests that kill it.

`python counting_run.py LOG SECONDS run ...`: LOG gets a line for each generated answer, SECONDS is the time of a batch.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fewsight.digest import digest
from fewsight.serving.engines.base import Completion, Failure, GenerateRequest
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.engines.spec import StartOptions
from fewsight.serving.run import session

BATCH = 4


class CountingEngine(ScriptedEngine):
    log = Path()
    seconds = 0.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.capabilities = replace(self.capabilities, batch_rows=BATCH)

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        time.sleep(self.seconds)
        with self.log.open("a") as file:
            file.writelines(f"{digest(list(request.prompt))}\n" for request in requests)
        yield from super().generate(requests)


def start(options: StartOptions) -> CountingEngine:
    return CountingEngine(options.model, adapter=options.adapter)


if __name__ == "__main__":
    from fewsight.cli import main

    CountingEngine.log, CountingEngine.seconds = Path(sys.argv[1]), float(sys.argv[2])
    sys.argv = ["fewsight", *sys.argv[3:]]
    session.find_engine = lambda name: replace(find_engine(name), start=start)  # type: ignore[attr-defined] # imported
    main()
