"""Learning a ranker from plays of the training tasks: heads and lists first, then moves with the heads' shares."""

from collections.abc import Sequence
from pathlib import Path

from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.evidence.elements import RULES
from fewsight.agents.copilot.ranking.fitting import TextRows, fit_elements, fit_heads, fit_moves, fit_rest
from fewsight.agents.copilot.ranking.ranker import Encode, Ranker, RankerFile
from tests.bench.retail.play import chance_of
from tests.bench.retail.slots import Task
from tests.bench.retail.store import TOOLS, fresh, policy
from tests.bench.retail.train import Rows, Teacher, place_of


def learn(tasks: Sequence[Task], template: Path, folder: Path, encode: Encode, encoder: str) -> tuple[RankerFile, Rows]:
    """A ranker's file, and the rows that it was fitted on."""
    file = RankerFile(encoder=encoder, moves={}, elements=dict(RULES), heads={})
    rows = _played(tasks, template, folder, Ranker(file, encode), 1, with_moves=False)
    held = len(rows.texts.texts) * 4 // 5
    first = TextRows(rows.texts.texts[:held], rows.texts.heads[:held])
    file = file.model_copy(update={"heads": fit_heads(first, encode), "elements": fit_elements(rows.elements)})
    ranker = Ranker(file, encode)
    single = [
        (text, next(iter(tools)))
        for text, heads in zip(rows.texts.texts[held:], rows.texts.heads[held:], strict=True)
        if len(tools := {name for name in heads if "|" not in name}) == 1
    ]
    rest = fit_rest([ranker.wishes([text]).tools[0] for text, _ in single], [tool for _, tool in single])
    again = _played(tasks, template, folder, ranker, 2, with_moves=True)
    rows.moves, rows.stuck = again.moves, rows.stuck + again.stuck
    return file.model_copy(update={"moves": fit_moves(rows.moves), "rest": rest}), rows


def _played(tasks: Sequence[Task], template: Path, folder: Path, ranker: Ranker, seed: int, with_moves: bool) -> Rows:
    rows = Rows()
    store = fresh(template, place_of(folder))
    store.close()
    for task in tasks:
        store = fresh(template, place_of(folder))
        teacher = Teacher(
            task, Copilot(store, policy(), TOOLS, None, ranker=ranker), rows, ranker if with_moves else None
        )
        teacher.play(chance_of(seed, task.id))
        store.close()
    return rows
