"""`python -m tests.bench [NAME [SIZE=VALUE ...]]`: one benchmark, or all of them, each in a process of its own."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from fewsight.errors import FewsightError, did_you_mean
from tests.bench.common import publish, sizes_of

HELPERS = ("__main__", "common", "banking", "started", "training_side")
NAMES = sorted(
    path.stem
    for path in (
        *Path(__file__).parent.glob("*.py"),
        *(init.parent for init in Path(__file__).parent.glob("*/__init__.py")),
    )
    if path.stem not in HELPERS
)


def main(words: list[str]) -> int:
    """Run what was named; returns the exit code."""
    if not words:
        return max(subprocess.call([sys.executable, "-m", "tests.bench", name]) for name in NAMES)
    name = words[0]
    if name not in NAMES:
        print(f"There is no benchmark {name!r}.{did_you_mean(name, NAMES)}", file=sys.stderr)
        return 2
    measure = import_module(f"tests.bench.{name}").measure
    try:
        sizes = sizes_of(measure, words[1:])
        publish(name, sizes, measure(**sizes))
    except FewsightError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
