"""From labelled files to rows that are trained on and rows that are held back, with all that is worth knowing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fewsight.adapter_manifest import DataFacts
from fewsight.digest import digest
from fewsight.errors import ConfigError, InputError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.augment import augment
from fewsight.finetune.rows.rows import PromptOptions, RowMaker, TrainingRow, TrainingRows
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.labelled import (
    GoldFile,
    GoldRow,
    NearDuplicate,
    check_split,
    count_labels,
    near_duplicates,
    read_gold,
    split_rows,
)
from fewsight.prompts.labelled.paraphrases import read_paraphrases
from fewsight.prompts.task import Task
from fewsight.tokenizer import Tokenizer


@dataclass(frozen=True)
class TrainingData:
    """Rows of both sides. `held_back` are the validation rows as they stand in the file, in the order of `valid`.

    `trained_on` are the training rows as they stand in the file, without copies.

    `train` ends with the copies that augmentation made, `facts.augmented` in number.
    """

    train: tuple[TrainingRow, ...]
    valid: tuple[TrainingRow, ...]
    held_back: tuple[GoldRow, ...]
    trained_on: tuple[GoldRow, ...]
    facts: DataFacts
    warnings: tuple[str, ...]
    left_out: tuple[tuple[str, int, str], ...]
    near: tuple[NearDuplicate, ...]

    @property
    def digest(self) -> str:
        """Digest of all that is trained and validated on: the files, each token, and where the loss lies."""
        rows = [[_row_digest(row) for row in side] for side in (self.train, self.valid)]
        return digest([self.facts.train_digest, self.facts.valid_digest, *rows])


def prompt_options(config: FinetuneConfig) -> PromptOptions:
    """What the configuration says about prompts."""
    return PromptOptions(config.style, config.language, config.mask, config.history_tokens)


def load_data(
    task: Task,
    train: Path,
    valid: Path | None,
    config: FinetuneConfig,
    tokenizer: Tokenizer,
    max_model_len: int,
    paraphrases: Path | None = None,
) -> TrainingData:
    """Read, split, check, render and encode.

    Raises:
        InputError, TaskError: files or rows that can't be used, with all that is wrong with them.
        ConfigError: nothing is held back, and the options need held-back rows.
    """
    holds_back = valid is not None or config.valid_share > 0
    if not holds_back:
        _refuse_blind_choices(config)
    gold = read_gold(train, task)
    other = read_gold(valid, task) if valid else None
    if not gold.rows:
        raise InputError(f"{str(train)!r} has no row to train on: {len(gold.left_out)} were left out{_first(gold)}.")
    if other is not None:
        mine, theirs, how = tuple(gold.rows), tuple(other.rows), f"{len(other.rows)} rows of {other.name}"
    elif not holds_back:
        mine, theirs, how = tuple(gold.rows), (), "none"
    else:
        split = split_rows(gold.rows, task, config.valid_share, config.seed)
        mine, theirs, how = split.train, split.valid, split.how
    warnings = check_split(mine, theirs, task)
    limit = min(max_model_len, config.longest_row)
    maker = RowMaker(task, prompt_options(config), tokenizer, max_model_len, config.seed)
    made = [_make(maker, rows, limit) for rows in (mine, theirs)]
    if not made[0].rows or (holds_back and not made[1].rows):
        name = "train on" if not made[0].rows else "validate on"
        raise InputError(f"No row is left to {name}: {_counts(made[0], made[1])}. Raise longest_row ({limit}).")
    near = near_duplicates(mine, theirs)
    trained_on = _kept(mine, made[0])
    copies, missing = _copies(trained_on, theirs, config, maker, limit, paraphrases, closed_fields(task.output))
    files = [gold, *([other] if other else [])]
    return TrainingData(
        train=(*made[0].rows, *(row for rows in copies.values() for row in rows)),
        valid=tuple(made[1].rows),
        held_back=_kept(theirs, made[1]),
        trained_on=trained_on,
        facts=_facts(gold, other, made, trained_on, task, how, near, copies),
        warnings=(*warnings, *_warnings(files, made, near), *missing),
        left_out=tuple((file.name, line, reason) for file in files for line, reason in file.left_out),
        near=tuple(near),
    )


def _refuse_blind_choices(config: FinetuneConfig) -> None:
    """Early stopping and a search choose by held-back rows."""
    chosen = [f"{name} is {value}" for name in ("patience", "search") if (value := getattr(config, name))]
    if chosen:
        raise ConfigError(
            f"valid_share is 0, so nothing is held back, but {' and '.join(chosen)}: these choose by held-back rows. "
            "Set them to 0, with the epochs that an earlier training found, or give --valid."
        )


def _make(maker: RowMaker, rows: Sequence[GoldRow], limit: int) -> TrainingRows:
    made = maker.make(rows)
    long = {row.id for row in made.rows if any(len(s.inputs) + 1 > limit for s in row.sequences)}
    made.too_long += sorted(long)
    made.rows = [row for row in made.rows if row.id not in long]
    return made


def _copies(
    mine: Sequence[GoldRow],
    theirs: Sequence[GoldRow],
    config: FinetuneConfig,
    maker: RowMaker,
    limit: int,
    paraphrases: Path | None,
    fields: Sequence[ClosedField],
) -> tuple[dict[str, list[TrainingRow]], tuple[str, ...]]:
    """Copies by kind, ready to train on, and why there are fewer than were asked for."""
    if paraphrases and not config.mask:
        raise ConfigError(f"{str(paraphrases)!r} holds masked texts, and mask is false; leave out one of them.")
    known, unfit = read_paraphrases(paraphrases) if paraphrases else ({}, 0)
    copies = augment(mine, theirs, config, maker.mask, known, fields)
    if paraphrases and not copies.rows.get("paraphrases"):
        raise InputError(
            f"{str(paraphrases)!r} holds no paraphrase of a training row; texts there must be those of the rows as "
            "training masks them. Make it anew with `fewsight paraphrase`."
        )
    made = {kind: _make(maker, rows, limit) for kind, rows in copies.rows.items()}
    copies.without["it would be too long"] += sum(len(one.too_long) for one in made.values())
    lines = (
        f"{unfit:,} paraphrases are the text itself, or have other numbers, pseudonyms or lengths; they were left out"
    )
    return {kind: one.rows for kind, one in made.items()}, (*copies.warnings, *([lines] if unfit else []))


def _row_digest(row: TrainingRow) -> str:
    return digest([row.id, [[one.prompt, asdict(one.answer)] for one in row.sequences]])


def _kept(gold: Sequence[GoldRow], made: TrainingRows) -> tuple[GoldRow, ...]:
    by_id = {row.id: row for row in gold}
    return tuple(by_id[row.id] for row in made.rows)


def _facts(
    gold: GoldFile,
    other: GoldFile | None,
    made: Sequence[TrainingRows],
    trained_on: Sequence[GoldRow],
    task: Task,
    how: str,
    near: Sequence[NearDuplicate],
    copies: Mapping[str, Sequence[TrainingRow]],
) -> DataFacts:
    files = [gold, *([other] if other else [])]
    return DataFacts(
        train_digest=gold.digest,
        valid_digest=other.digest if other else None,
        rows=len(made[0].rows),
        valid_rows=len(made[1].rows),
        split=how,
        left_out={
            "unusable": sum(len(file.left_out) for file in files),
            "repeated": sum(file.repeated for file in files),
            "too long": sum(len(one.too_long) for one in made),
            "nothing to learn": sum(len(one.without_loss) for one in made),
        },
        near_duplicates=len(near),
        labels=count_labels(trained_on, task),
        augmented={kind: len(rows) for kind, rows in copies.items()},
    )


def _warnings(files: Sequence[GoldFile], made: Sequence[TrainingRows], near: Sequence[NearDuplicate]) -> list[str]:
    counted = {
        "rows can't be used": sum(len(file.left_out) for file in files),
        "rows repeat another one and were left out": sum(file.repeated for file in files),
        "rows have a text that has another label elsewhere; they are kept": sum(file.contradicting for file in files),
        "rows are too long for the context and were left out": sum(len(one.too_long) for one in made),
        "rows give no field that the model could learn": sum(len(one.without_loss) for one in made),
        "rows were cut to the budget of a history, as in serving": sum(one.cut for one in made),
        "held-back rows nearly repeat a training row (near_duplicates.csv)": len(near),
    }
    return [f"{count:,} {what}" for what, count in counted.items() if count]


def _counts(train: TrainingRows, valid: TrainingRows) -> str:
    long = len(train.too_long) + len(valid.too_long)
    return f"{long} are too long, {len(train.without_loss) + len(valid.without_loss)} give nothing to learn"


def _first(gold: GoldFile) -> str:
    return f", the first in line {gold.left_out[0][0]}: {gold.left_out[0][1]}" if gold.left_out else ""
