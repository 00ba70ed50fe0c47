"""`python -m tests.simulations [NAME [runs=2000]]`: what the statistics promise, against made-up data of known truth.

Without a name all run but `candidates`, which compares ways to make an interval.

A share of 2,000 runs has a standard error of 0.5 points at 95 % and at 5 %.
"""

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module

from fewsight.errors import FewsightError, did_you_mean
from tests.bench.common import Figure, publish, sizes_of

NAMES = ("coverage", "false_positives", "promises", "aggregates", "claims", "prevalence", "checked")
COMPARED = "candidates"


def _shown(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Print each as soon as it is there: all of them take a while."""
    for figure in figures:
        print(figure.name, figure.value, sep=": ", flush=True)
        yield figure


def main(words: list[str]) -> int:
    """Run what was named, or all; returns the exit code."""
    name, sizes = (words[0], words[1:]) if words and "=" not in words[0] else (None, words)
    if name is not None and name not in (*NAMES, COMPARED):
        print(f"There is no simulation {name!r}.{did_you_mean(name, NAMES)}", file=sys.stderr)
        return 2
    try:
        for one in [name] if name else NAMES:
            measure = import_module(f"tests.simulations.{one}").measure
            chosen = sizes_of(measure, sizes)
            publish(one, chosen, list(_shown(measure(**chosen))))
    except FewsightError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
