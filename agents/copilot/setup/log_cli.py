"""`fewsight copilot replay` and `export`: what the log is good for afterwards."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fewsight.console import echo

if TYPE_CHECKING:
    from fewsight.agents.copilot.people.replay import Rank
    from fewsight.agents.copilot.setup.folder import Setup

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_OUTPUT = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("log", type=click.Path(path_type=Path, exists=True))
@click.option("--case", "case_id", help="This case alone.")
@click.option("--against", type=_FOLDER, help="Another copilot's folder: what its policy and model would have done.")
@click.option("--policy-only", is_flag=True, help="With --against: its policy alone, no model.")
def replay(log: Path, case_id: str | None, against: Path | None, policy_only: bool) -> None:
    """Show the cases of LOG (a copilot's folder, or its database) again, step by step. Nothing is changed."""
    from fewsight.agents.copilot.people.replay import compared, decisions, read_log, told
    from fewsight.agents.copilot.setup.folder import read_folder
    from fewsight.errors import CaseError

    cases = read_log(read_folder(log).database if log.is_dir() else log)
    if case_id is not None and case_id not in cases:
        raise CaseError(f"There is no case {case_id!r} in {str(log)!r}.")
    other = read_folder(against) if against else None
    rank = _rank(other) if other and not policy_only else None
    for name in [case_id] if case_id else cases:
        echo(f"Case {name}", bold=True)
        by_seq = {decision.suggested.seq: decision for decision in decisions(name, cases[name])}
        for entry in cases[name]:
            echo(f"{entry.seq:6} {entry.time[:19]} {told(entry)}")
            if other and entry.seq in by_seq:
                for line in compared(by_seq[entry.seq], other.policy(), rank):
                    echo(f"       {against}: {line}", fg="cyan")


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("-o", "--output", type=_OUTPUT, required=True, help="File to write training rows to: .jsonl.")
@click.option("--pairs", type=_OUTPUT, help="File to write preference pairs to: .jsonl.")
def export(folder: Path, output: Path, pairs: Path | None) -> None:
    """Write what people approved, changed and rejected in FOLDER's cases as rows to train on.

    A row has the prompt of the step and the move that was approved, with its words as a person left them; a pair has
    that, and what was suggested instead. Customers' words are in both, as they came.
    """
    from fewsight.agents.copilot.people.replay import read_log
    from fewsight.agents.copilot.people.rows import preference_pairs, training_rows
    from fewsight.agents.copilot.setup.folder import read_folder
    from fewsight.files import write_text

    setup = read_folder(folder)
    policy, cases = setup.policy(), read_log(setup.database)
    for path, make in ((output, training_rows), (pairs, preference_pairs)):
        if path is not None:
            rows = [row for name, entries in cases.items() for row in make(name, entries, policy, setup.articles)]
            write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
            echo(f"{len(rows)} {'rows' if make is training_rows else 'pairs'} in {path}.")


def _rank(setup: "Setup") -> "Rank":
    copilot = setup.start()
    return lambda case, state: copilot.rank(copilot.view(case, state))
