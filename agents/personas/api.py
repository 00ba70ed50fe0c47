"""`personas`: the command as a function."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from fewsight import __version__
from fewsight.agents.personas.answers import Answered, load_answers
from fewsight.agents.personas.making import HEAD, TRAIT, Maker, told_traits
from fewsight.agents.personas.model import PersonaCard, Summary
from fewsight.agents.personas.proof import Proof, of_report, published
from fewsight.agents.personas.traits import computed_traits
from fewsight.agents.personas.writing import CARDS, Begun, first_cards
from fewsight.agents.segments.table import CUSTOMER, ROW, Facts, dictionary, open_facts_file, quoted
from fewsight.digest import digest, file_digest
from fewsight.errors import InputError
from fewsight.files import replacing
from fewsight.notices import Progress, library_progress

PAGE, SUMMARY = "personas.html", "summary.json"
_BATCH: Final = 4_096
_SHOWN: Final = 60
"""Cards on the page."""


@dataclass(frozen=True, slots=True)
class PersonaOptions:
    """How personas are made.

    `task`: whose answers are read. `evaluation`: a report.json of `fewsight eval` that says what the model is worth,
    and `arm` its arm that answered the run; without it the published figures of the built-in adapter count, and what
    any other model infers is unproven. `memory_limit`: what reading may take.
    """

    task: str = "persona"
    evaluation: Path | None = None
    arm: str | None = None
    memory_limit: str = "1GB"


def personas(
    run: str | Path,
    facts: str | Path,
    out: str | Path,
    options: PersonaOptions | None = None,
    *,
    progress: Progress | bool | None = None,
) -> Summary:
    """Write a card for every customer of a file of facts; a call that was killed goes on where it stopped.

    Args:
        run: the folder of a run that answered the task, for all or some of the customers.
        facts: a file of facts (Parquet, CSV, JSONL) with one row a customer.
        out: the folder.
        options: how cards are made.
        progress: as of `fewsight.run`.

    Raises:
        ConfigError: the evaluation is not of this task, or does not say which arm answered.
        InputError: facts, run or evaluation can't be used.
        LedgerError: there is no ledger, or it is damaged.
        OSError: the folder can't be written.
    """
    options, folder, path = options or PersonaOptions(), Path(out), Path(facts)
    with open_facts_file(path, options.memory_limit) as table, library_progress(progress) as shown:
        answered = load_answers(Path(run), options.task, table)
        proof = _proof(options, answered)
        maker = _maker(table, path, proof)
        inputs = [file_digest(path), answered.digest, options.task, sorted(proof.fields), __version__]
        folder.mkdir(parents=True, exist_ok=True)
        begun = Begun.of(folder, digest(inputs))
        shown.begin("cards", table.rows)
        shown.advance(begun.rows)
        while begun.rows < table.rows:
            rows = list(_rows(table, maker, begun.rows))
            lines = [_line(maker, begun, row, status, body) for row, status, body in rows]
            begun.append(folder, lines, len(rows))
            shown.advance(len(rows))
        begun.finish(folder)
        summary = _summary(table, options.task, answered, maker, begun)
    _write(summary, folder)
    return summary


def read_cards(folder: str | Path) -> Iterator[PersonaCard]:
    """The cards that `personas` wrote, one after the other.

    Raises:
        InputError: there are none.
    """
    path = Path(folder) / CARDS
    if not path.is_file():
        raise InputError(f"There is no file {str(path)!r}; `fewsight personas --out {folder}` writes one.")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield PersonaCard.model_validate_json(line)


def _proof(options: PersonaOptions, answered: Answered) -> Proof:
    if options.evaluation is not None:
        return of_report(options.evaluation, options.task, options.arm)
    return published(answered.adapter, options.task)


def _maker(table: Facts, path: Path, proof: Proof) -> Maker:
    computed = computed_traits(table)
    shown = [name for pattern in HEAD for name in table.numbers if fnmatchcase(name, pattern)]
    return Maker(table.as_of, computed, list(dict.fromkeys(shown)), dictionary(path), proof)


def _rows(table: Facts, maker: Maker, first: int) -> Iterator[tuple[dict[str, Any], str | None, str | None]]:
    """Facts and computed traits of a batch of customers, each with status and body of the answer."""
    names = dict.fromkeys([*maker.shown, *(name for one in maker.computed for name in one.of)])
    columns = [CUSTOMER, *names, *(TRAIT + one.trait for one in maker.computed)]
    parts = [f"facts.{quoted(name)}" for name in names]
    parts += [f"({one.sql}) AS {quoted(TRAIT + one.trait)}" for one in maker.computed]
    query = f"""SELECT facts.{CUSTOMER}, {", ".join([*parts, "answers.status", "answers.body"])}
        FROM facts LEFT JOIN answers USING ({CUSTOMER})
        WHERE {ROW} BETWEEN $1 AND $2 ORDER BY {ROW}"""  # noqa: S608 - names and words are quoted
    for values in table.connection.execute(query, [first, first + _BATCH - 1]).fetchall():
        yield dict(zip(columns, values[:-2], strict=True)), values[-2], values[-1]


def _line(maker: Maker, begun: Begun, row: Mapping[str, Any], status: str | None, body: str | None) -> str:
    answer = json.loads(body) if body and status == "ok" else {}
    card = maker.card(row, status, answer)
    begun.tally.add(card, told_traits(answer), answer.get("answer") or {})
    return card.model_dump_json()


def _summary(table: Facts, task: str, answered: Answered, maker: Maker, begun: Begun) -> Summary:
    return Summary(
        customers=table.rows,
        as_of=table.as_of,
        task=task,
        answered=answered.valid,
        failed=answered.failed,
        strangers=answered.strangers,
        proof=maker.proof.source,
        formulas={one.trait: one.sql for one in maker.computed},
        traits=begun.tally.summaries(maker.proof),
    )


def _write(summary: Summary, folder: Path) -> None:
    from fewsight.agents.personas.page import page

    cards = first_cards(folder / CARDS, _SHOWN)
    for name, text in ((SUMMARY, summary.model_dump_json(indent=1) + "\n"), (PAGE, page(summary, cards))):
        with replacing(folder / name, private=True) as target:
            target.write_text(text, encoding="utf-8")
