"""How the copilot does on the retail store; DATA is the folder of the data set (db.json.gz and tasks_v1_*.jsonl).

`python -m tests.bench.retail learn DATA RANKER [trained=250]` learns a ranker from the training tasks and as many
generated ones, and writes it. `python -m tests.bench.retail play DATA RANKER|rules dev|made [generated=200] [tries=4]`
plays the development tasks, or generated ones of customers that none was learned from, and prints what came of it.
"""

import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.ranking.ranker import Ranker, read_ranker, write_ranker
from fewsight.serving.answerers.encoders import find_encoder
from tests.bench.retail.baseline import RuleRanker
from tests.bench.retail.generate import generate
from tests.bench.retail.learn import learn
from tests.bench.retail.play import Outcome, chance_of, gold_content, play
from tests.bench.retail.scores import scored
from tests.bench.retail.slots import Task, dev_tasks, train_tasks
from tests.bench.retail.store import TOOLS, build, fresh, policy
from tests.bench.retail.tools import Customer


def learn_all(data: Path, template: Path, path: Path, trained: int = 250) -> dict[str, Any]:
    """Learn a ranker, and say from how much."""
    read, unread = train_tasks(data)
    train, wrong = playable(read[:trained], template)
    more, _ = playable(generate(states(data, template)[100 : 100 + trained], 4, "more"), template)
    facts, encode = find_encoder("minilm")
    file, rows = learn([*train, *more], template, template.parent, encode, facts.name)
    write_ranker(path, file)
    return {
        "tasks": len(train), "generated": len(more), "unread": unread, "gold not doable": wrong, "stuck": rows.stuck,
        "moves": len(rows.moves), "elements": len(rows.elements), "texts": len(rows.texts.texts), "rest": file.rest,
    }  # fmt: skip


def play_all(data: Path, template: Path, arm: str, which: str, generated: int = 200, tries: int = 4) -> dict[str, Any]:
    """Play tasks with one arm, and score them."""
    ranker = RuleRanker() if arm == "rules" else read_ranker(Path(arm))
    half = states(data, template)[: generated // 2]  # two tasks for each customer
    made = [*generate(half, 3, "made"), *generate(half, 6, "more")]
    tasks = dev_tasks(data) if which == "dev" else playable(made, template)[0]
    return scored([_tries(task, ranker, template, tries) for task in tasks], tasks)


def playable(tasks: list[Task], template: Path) -> tuple[list[Task], int]:
    """The tasks with a wish whose gold calls can be done by the store's tools, and how many others there are."""
    good = []
    for task in tasks:
        try:
            gold_content(task, template, template.with_name("gold.db"))
        except (ValueError, KeyError, StopIteration):
            continue
        if task.wishes:
            good.append(task)
    return good, len(tasks) - len(good)


def states(data: Path, template: Path) -> list[Customer]:
    """Customers with orders who are in no task of the data set, in an order drawn by chance."""
    known = {task.user for task in [*dev_tasks(data), *train_tasks(data)[0]]}
    store = fresh(template, template.with_name("states.db"))
    users = [row[0] for row in store.database.execute("SELECT id FROM users ORDER BY id")]
    every: list[Any] = [store.state(user) for user in users if user not in known]
    store.close()
    left = [state for state in every if state.orders]
    Random(5).shuffle(left)
    return left


def _tries(task: Task, ranker: Ranker, template: Path, tries: int) -> list[Outcome]:
    gold, mine = gold_content(task, template, template.with_name("gold.db")), []
    for seed in range(tries):
        store = fresh(template, template.with_name("try.db"))
        mine.append(play(task, Copilot(store, policy(), TOOLS, None, ranker=ranker), chance_of(seed, task.id), gold))
        store.close()
    return mine


def main(what: str, data: Path, *rest: str) -> None:
    """One of the two commands above."""
    plain = [word for word in rest if "=" not in word]
    options = {name: int(value) for name, value in (word.split("=") for word in rest if "=" in word)}
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        build(data, template)
        if what == "learn":
            told = learn_all(data, template, Path(plain[0]), **options)
        else:
            told = {"arm": plain[0], "tasks": plain[1]} | play_all(data, template, plain[0], plain[1], **options)
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
