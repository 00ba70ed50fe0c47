"""`fewsight copilot init`, `check` and `chat`: a folder to change, what is wrong with it, the loop in a terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fewsight.console import echo

if TYPE_CHECKING:
    from fewsight.agents.copilot.case import Entry
    from fewsight.agents.copilot.copilot import Copilot

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--histories", type=_FILE, help="A table of events, whose orders and newest messages fill the shop.")
@click.option("--profiles", type=_FILE, help="With --histories: the customers' names and addresses.")
def init(folder: Path, histories: Path | None, profiles: Path | None) -> None:
    """Write a worked example into FOLDER: tools, policy, articles and a small shop's database, to be changed."""
    from fewsight.agents.copilot.setup.folder import new_folder

    if histories is None:
        new_folder(folder)
    else:
        _from_histories(folder, histories, profiles)
    echo(f"Wrote {folder}: tools.py, policy.toml, copilot.toml, articles/ and shop.db.")
    echo(f"Next: fewsight copilot check {folder}; fewsight copilot serve {folder}")


@click.command()
@click.argument("folder", type=_FOLDER)
def check(folder: Path) -> int:
    """Say which clauses of FOLDER contradict each other or never count, and which tools can't be called.

    Exits with 1 where there is something to say. Its tools.py is run.
    """
    from fewsight.agents.copilot.setup.checking import findings
    from fewsight.agents.copilot.setup.folder import read_folder

    setup = read_folder(folder)
    policy = setup.policy()
    problems = findings(policy)
    for problem in problems:
        echo(problem)
    if not problems:
        tools, clauses, articles = len(policy.tools), len(policy.clauses), len(setup.articles.articles)
        echo(f"{clauses} clauses for {tools} tools, {articles} articles: nothing to say against them.")
    return 1 if problems else 0


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--customer", required=True, help="Id of the customer who writes.")
@click.option("--case", "case_id", help="Go on with this case of theirs.")
def chat(folder: Path, customer: str, case_id: str | None) -> None:
    """Write as a customer, and decide as the support agent, in the terminal. An empty line ends it; the case stays."""
    from fewsight.agents.copilot.setup.folder import read_folder
    from fewsight.errors import CaseError

    pilot = read_folder(folder).start()
    case_id = case_id or pilot.desk.open(customer)
    if pilot.desk.store.case(case_id).customer_id != customer:
        raise CaseError(f"Case {case_id!r} is not of customer {customer!r}.")
    echo(f"Case {case_id}")
    _go_on(pilot, case_id)
    while not pilot.desk.store.case(case_id).is_closed and (text := _asked(f"{customer}")):
        pilot.desk.receive(case_id, text)
        _go_on(pilot, case_id)


def _from_histories(folder: Path, table: Path, profiles: Path | None) -> None:
    from fewsight.agents.copilot.setup.folder import new_folder, read_folder
    from fewsight.agents.copilot.setup.shop import newest_words
    from fewsight.tables import open_histories

    with open_histories(table, profiles=profiles) as histories:
        new_folder(folder, histories)
        setup = read_folder(folder)
        desk = setup.desk(setup.policy())
        for history in histories:
            if (event := newest_words(history)) is not None:
                desk.receive(desk.open(history.customer_id), event.text or "", key=event.id)
        echo(f"{len(desk.store.cases())} customers' newest messages are cases.")
        desk.store.close()


def _go_on(pilot: "Copilot", case_id: str) -> None:
    """Decide what waits for a person, and take steps, until the case waits for the customer."""
    while True:
        if (asked := pilot.desk.store.case(case_id).asked) is not None:
            _decide(pilot, case_id, asked)
            continue
        step = pilot.step(case_id)
        if step.entry is None:
            return
        for suggestion in step.suggestions[:4]:
            offer = suggestion.move.offer
            clause = f"  ({offer.verdict.effect}: {offer.verdict.clause})" if offer else ""
            echo(f"  {suggestion.probability:.2f} {suggestion.move.text}{clause}", dim=True)
        _tell(step.entry)


def _decide(pilot: "Copilot", case_id: str, asked: "Entry") -> None:
    answer = _asked("approve, or the reason against it [y/reason]")
    if answer.casefold() in ("y", "yes"):
        _tell(pilot.desk.approve(case_id, asked.seq, by="terminal"))
    elif answer:
        _tell(pilot.desk.reject(case_id, asked.seq, by="terminal", reason=answer))
    else:
        raise click.Abort


def _tell(entry: "Entry") -> None:
    body = entry.body
    words = body.get("text") or body.get("words") or body.get("reason") or ""
    call = f"{body['tool']} {body['arguments']} " if "tool" in body else ""
    echo(f"{entry.kind}: {call}{words}{body.get('feedback') or body.get('error') or ''}", bold=True)


def _asked(question: str) -> str:
    text: str = click.prompt(question, default="", show_default=False)
    return text.strip()
