"""Counts of customers by segment for others to see, with differential privacy."""

import json
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from fewsight.agents.segments.placing import OUTLIERS
from fewsight.agents.segments.saving import MEMBERS, read_registry
from fewsight.digest import digest
from fewsight.errors import ConfigError, InputError, first_problem
from fewsight.files import write_text

BUDGETS: Final = "budgets.json"
INSTALL: Final = "pip install 'fewsight[privacy]'"


class Published(BaseModel):
    """Counts by segment, each with noise of the discrete Laplace distribution of scale 1 / epsilon.

    Adding or removing one customer changes one count by 1, so the counts together are epsilon-differentially private
    (Dwork, McSherry, Nissim, Smith 2006; discrete: Ghosh, Roughgarden, Sundararajan 2009), given the borders of the
    segments. Below 0 counts are cut at 0. `data` names the data set without telling anything else of it.
    """

    data: str
    as_of: str
    run: int
    epsilon: float
    counts: dict[str, int]


class _Budgets(BaseModel):
    """What was published of each data set."""

    published: list[Published] = []


def publish_counts(segments: str | Path, epsilon: float, out: str | Path) -> Published:
    """Write the counts of the newest run as JSON; of one data set they are drawn once, and are the same ever after.

    A data set is the customers and the day of the facts: choosing other segments of the same customers spends no second
    budget, and is refused.

    Args:
        segments: the folder that `segment` wrote.
        epsilon: the budget, above 0; 1 is common, less is more private.
        out: the JSON file.

    Raises:
        ConfigError: epsilon is out of range or another than was spent, or the library of the mechanism is missing.
        InputError: the folder's files can't be read.
        OSError: a file can't be written.
    """
    if not 0 < epsilon <= 10:
        raise ConfigError(f"epsilon={epsilon!r} must be above 0 and at most 10; 1 is common.")
    folder = Path(segments)
    registry, budgets = read_registry(folder), _read(folder / BUDGETS)
    if not registry.runs:
        raise InputError(f"{str(folder)!r} holds no segments; `fewsight segments --out {folder}` makes some.")
    cards = registry.runs[-1]
    counts, customers = _counts(folder / MEMBERS)
    data = digest([customers, cards.as_of])
    spent = next((one for one in budgets.published if one.data == data), None)
    if spent is not None and (spent.epsilon, spent.run) != (epsilon, cards.run):
        raise ConfigError(
            f"The budget of these customers as of {cards.as_of or 'this day'} is spent: epsilon={spent.epsilon!r} "
            f"for the counts of run {spent.run}. Publish those (they are in {str(folder / BUDGETS)!r}), or facts "
            "of another day."
        )
    if spent is None:
        ids = [card.id for card in cards.segments]
        shown = {name: counts.get(name, 0) for name in (*sorted(ids, key=_number), OUTLIERS)}
        noisy = dict(zip(shown, _with_noise(list(shown.values()), epsilon), strict=True))
        spent = Published(data=data, as_of=cards.as_of, run=cards.run, epsilon=epsilon, counts=noisy)
        budgets.published.append(spent)
        # the budget is spent before anything is seen: a call that dies here has published nothing else
        write_text(folder / BUDGETS, budgets.model_dump_json(indent=1) + "\n")
    write_text(Path(out), spent.model_dump_json(indent=1) + "\n")
    return spent


def _with_noise(counts: list[int], epsilon: float) -> list[int]:
    try:
        import opendp.prelude as dp
    except ImportError as error:
        raise ConfigError(f"Counts with differential privacy need OpenDP: {INSTALL}") from error
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    mechanism = dp.m.make_laplace(*space, scale=1 / epsilon)
    return [max(int(count), 0) for count in mechanism(counts)]


def _number(name: str) -> int:
    return int(name[1:])


def _counts(path: Path) -> tuple[dict[str, int], str]:
    """Customers by segment, and a digest of who they are."""
    import duckdb

    query = "SELECT segment, count(*) FROM read_parquet($1) GROUP BY segment"
    whole = "SELECT CAST(bit_xor(md5_number(CAST(customer AS VARCHAR))) AS VARCHAR), count(*) FROM read_parquet($1)"
    with duckdb.connect() as database:
        try:
            rows = database.execute(query, [str(path)]).fetchall()
            customers = database.execute(whole, [str(path)]).fetchall()[0]
        except duckdb.Error as error:
            raise InputError(f"Can't read {str(path)!r}, the members of the segments: {error}.") from error
    return {segment: int(count) for segment, count in rows}, ":".join(map(str, customers))


def _read(path: Path) -> _Budgets:
    if not path.exists():
        return _Budgets()
    try:
        return _Budgets.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise InputError(f"{str(path)!r} is damaged ({first_problem(error)}); it says what was spent.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"Can't read {str(path)!r}, which says what was spent: {error}.") from error
