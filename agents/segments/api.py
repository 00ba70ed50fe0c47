"""`segment` and `assign`: the commands as functions."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.agents.segments.cards import Card, Cards, make_cards
from fewsight.agents.segments.clusters import FIT_ROWS, OUTLIER, Recipe, Standing, divide, fit_recipe
from fewsight.agents.segments.lasting import Before, lasting_ids, open_before, versioned
from fewsight.agents.segments.naming import name_by_model, rule_name
from fewsight.agents.segments.placing import keep_assigned, place_all, without_small, write_assigned
from fewsight.agents.segments.privacy import MIN_SIZE
from fewsight.agents.segments.registry import Movements, movements
from fewsight.agents.segments.saving import (
    MEMBERS,
    PAGE,
    Segmentation,
    read_model,
    read_registry,
    write_cards,
    write_model,
    write_registry,
)
from fewsight.agents.segments.table import Facts, dictionary, open_facts_file
from fewsight.errors import ConfigError, InputError
from fewsight.files import replacing, write_text

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SegmentOptions:
    """How segments are looked for.

    `min_size`: no smaller group is a segment, or shown. `most`: the largest number of segments that is tried. `seed`:
    of all draws. `leave_out`: patterns such as `weekday_share_*` of facts that are not looked at. `memory_limit`:
    what reading and counting may take. `anew`: number and method are chosen also where those of the run before stand.
    `model`: options of `fewsight.run`, such as {"engine": "vllm", "model": "..."}, of a model that is to name segments;
    without them they are named by their facts.
    """

    min_size: int = MIN_SIZE
    most: int = 10
    seed: int = 0
    leave_out: Sequence[str] = ()
    memory_limit: str = "1GB"
    anew: bool = False
    model: Mapping[str, Any] | None = None


def segment(facts: str | Path, out: str | Path, options: SegmentOptions | None = None) -> Cards:
    """Divide customers into segments and write them to a folder; a folder that has some keeps their ids.

    Args:
        facts: a file of facts (Parquet, CSV, JSONL) with one row a customer.
        out: the folder.
        options: how they are looked for.

    Raises:
        ConfigError: an option is out of range, or a pattern fits no fact.
        InputError: the facts can't be used, are of fewer than `min_size` customers, or the folder's files are damaged.
        OSError: the folder can't be written.
    """
    options, folder, path = options or SegmentOptions(), Path(out), Path(facts)
    if options.min_size < 2 or options.most < 2:
        raise ConfigError(f"min_size={options.min_size!r} and most={options.most!r} must both be 2 or more.")
    registry = read_registry(folder)
    with open_facts_file(path, options.memory_limit) as table:
        if table.rows < options.min_size:
            raise InputError(
                f"{str(path)!r} has {table.rows} customers, fewer than --min-size {options.min_size}: no group of them "
                "may be shown. Give more customers."
            )
        before = open_before(table, folder, registry)
        made, cards = _made(table, path, options, registry.next, before)
        made_now, moved = _moved(table, before, made, cards)
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / MEMBERS, private=True) as target:
            write_assigned(table, made.ids, target)
    registry.runs.append(made_now)
    registry.movements.append(moved)
    registry.next = max([registry.next, *(int(name[1:]) + 1 for name in made.ids)])
    _write(made, made_now, moved, folder)
    write_registry(registry, folder)
    return made_now


def assign(facts: str | Path, segments: str | Path, out: str | Path, memory_limit: str = "1GB") -> int:
    """Place customers in segments that are there, without fitting; returns the number of customers.

    Args:
        facts: a file of facts, made with `--like` that of the segments, so that columns mean the same.
        segments: the folder that `segment` wrote.
        out: the Parquet file to write: customer, segment, membership, distance.
        memory_limit: what reading may take.

    Raises:
        InputError: the facts or the folder can't be used.
        OSError: the file can't be written.
    """
    made, path = read_model(Path(segments)), Path(out)
    with open_facts_file(Path(facts), memory_limit) as table:
        given = {*table.numbers, *table.texts}
        if missing := sorted({feature.fact for feature in made.recipe.features} - given):
            logger.warning(
                "%d facts that the segments stand on are missing and count as unknown, such as %r; make the facts with "
                "--like the .json of the first ones.",
                len(missing),
                missing[0],
            )
        keep_assigned(table, place_all(table, made.recipe, made.model))
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, private=True) as target:
            write_assigned(table, made.ids, target)
        return table.rows


def _made(
    table: Facts, path: Path, options: SegmentOptions, next_id: int, before: Before | None
) -> tuple[Segmentation, Cards]:
    sample = table.sample(FIT_ROWS, options.seed)
    recipe = _recipe(table, sample, options.leave_out)
    points = recipe.coordinates(sample)
    standing = Standing(before.cards.chosen, before.labels(table, sample)) if before and not options.anew else None
    model, chosen, tried = divide(points, options.min_size, options.most, options.seed, standing)
    model, placed = without_small(table, recipe, model, options.min_size)
    keep_assigned(table, placed)
    ids = lasting_ids(table, placed.segments, len(model.weights), next_id, before)
    run = before.cards.run + 1 if before else 1
    segmentation = Segmentation(run, ids, options.min_size, recipe, model)
    shown, outliers = make_cards(
        table, recipe, sample, model.place(points).segments, ids, options.min_size, dictionary(path)
    )
    shown = _named(table, shown, options, before)
    cards = Cards(
        run=run,
        as_of=table.as_of,
        customers=table.rows,
        outliers=outliers,
        min_size=options.min_size,
        chosen=chosen,
        tried=tried,
        left_out=list(recipe.left_out),
        segments=shown,
    )
    _tell(cards, int((placed.segments == OUTLIER).sum()))
    return segmentation, cards


def _named(table: Facts, cards: list[Card], options: SegmentOptions, before: Before | None) -> list[Card]:
    """In the order of the segments' numbers, as they are given."""
    named = [card.model_copy(update={"name": rule_name(card)}) for card in cards]
    if options.model is None:
        return named
    old = {card.id: card for card in before.cards.segments} if before else {}
    return name_by_model(table, named, old, options.model, options.seed)


def _moved(table: Facts, before: Before | None, made: Segmentation, cards: Cards) -> tuple[Cards, Movements | None]:
    if before is None:
        return cards, None
    cards = versioned(before.cards, cards)
    return cards, movements(before.cards, cards, before.counts(table, made.ids))


def _recipe(table: Facts, sample: "pd.DataFrame", patterns: Sequence[str]) -> Recipe:
    names = (*table.numbers, *table.texts)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ConfigError(f"--leave-out {pattern!r} fits no fact; the first of them are {', '.join(names[:8])}.")
    used = [name for name in names if not any(fnmatchcase(name, pattern) for pattern in patterns)]
    return fit_recipe(
        sample, [name for name in table.numbers if name in used], [name for name in table.texts if name in used]
    )


def _tell(cards: Cards, outliers: int) -> None:
    if cards.chosen.is_kept:
        logger.info("The division of the run before is kept; --anew chooses number and method again.")
    if cards.left_out:
        logger.info("%d facts can't tell customers apart, such as %s.", len(cards.left_out), cards.left_out[0].fact)
    if not cards.chosen.is_stable and not cards.chosen.is_kept:
        logger.warning("No division into segments is stable here; this is the most stable one.")
    if outliers > cards.customers / 4:
        logger.warning("More than a quarter of the customers lie outside of all segments.")


def _write(made: Segmentation, cards: Cards, moved: Movements | None, folder: Path) -> None:
    from fewsight.agents.segments.page import page

    write_model(made, folder)
    write_cards(cards, folder)
    write_text(folder / PAGE, page(cards, moved))
