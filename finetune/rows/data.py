"""From labelled files to rows that are trained on and rows that are held back, with all that is worth knowing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from fewsight.adapter_manifest import DataFacts
from fewsight.digest import digest
from fewsight.errors import ConfigError, InputError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.augment import augment
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.rows.replay import replayed
from fewsight.finetune.rows.rows import RowMaker, TrainingRow, TrainingRows
from fewsight.prompts.answer.fields import closed_fields
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
from fewsight.serving.run.options import PromptOptions
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
    return PromptOptions(
        style=config.style,
        language=config.language,
        order=config.order,
        mask=config.mask,
        history_tokens=config.history_tokens,
    )


@dataclass(frozen=True)
class _Sides:
    """The files of a task and their rows: to train on, held back, and how the two were told apart."""

    files: tuple[GoldFile, ...]
    train: tuple[GoldRow, ...]
    valid: tuple[GoldRow, ...]
    how: str


def load_data(lesson: Lesson, config: FinetuneConfig, tokenizer: Tokenizer, max_model_len: int) -> TrainingData:
    """Read, split, check, render and encode.

    Raises:
        InputError, TaskError: files or rows that can't be used, with all that is wrong with them.
        ConfigError: nothing is held back, and the options need held-back rows.
    """
    sides = _read(lesson, config)
    older, notes = (
        replayed(lesson.replay, lesson.task, sides.train, sides.valid, config.seed) if lesson.replay else ((), ())
    )
    sides = replace(sides, train=(*sides.train, *older))
    warnings = (*notes, *check_split(sides.train, sides.valid, lesson.task))
    limit = min(max_model_len, config.longest_row)
    maker = RowMaker(lesson.task, prompt_options(config), tokenizer, max_model_len, config.seed)
    train, valid = (_make(maker, rows, limit) for rows in (sides.train, sides.valid))
    _refuse_empty(train, valid, sides, limit)
    near = near_duplicates(sides.train, sides.valid)
    trained_on = _kept(sides.train, train)
    copies, missing = _copies(lesson, replace(sides, train=trained_on), config, maker, limit)
    facts = _facts(sides, (train, valid)).model_copy(
        update={
            "near_duplicates": len(near),
            "labels": count_labels(trained_on, lesson.task),
            "augmented": {kind: len(rows) for kind, rows in copies.items()},
            "replayed": len({row.id for row in older} & {row.id for row in trained_on}),
        }
    )
    return TrainingData(
        train=(*train.rows, *(row for rows in copies.values() for row in rows)),
        valid=tuple(valid.rows),
        held_back=_kept(sides.valid, valid),
        trained_on=trained_on,
        facts=facts,
        warnings=(*warnings, *_warnings(sides.files, (train, valid), near), *missing),
        left_out=tuple((file.name, line, reason) for file in sides.files for line, reason in file.left_out),
        near=tuple(near),
    )


def _read(lesson: Lesson, config: FinetuneConfig) -> _Sides:
    if lesson.valid is None and not config.valid_share:
        _refuse_blind_choices(config)
    gold = read_gold(lesson.train, lesson.task)
    other = read_gold(lesson.valid, lesson.task) if lesson.valid else None
    if not gold.rows:
        raise InputError(
            f"{str(lesson.train)!r} has no row to train on: {len(gold.left_out)} were left out{_first(gold)}."
        )
    if other is not None:
        how = f"{len(other.rows)} rows of {other.name}"
        return _Sides((gold, other), tuple(gold.rows), tuple(other.rows), how)
    if not config.valid_share:
        return _Sides((gold,), tuple(gold.rows), (), "none")
    split = split_rows(gold.rows, lesson.task, config.valid_share, config.seed)
    return _Sides((gold,), tuple(split.train), tuple(split.valid), split.how)


def _refuse_empty(train: TrainingRows, valid: TrainingRows, sides: _Sides, limit: int) -> None:
    if not train.rows or (sides.valid and not valid.rows):
        name = "validate on" if train.rows else "train on"
        raise InputError(f"No row is left to {name}: {_counts(train, valid)}. Raise longest_row ({limit}).")


def _refuse_blind_choices(config: FinetuneConfig) -> None:
    """Early stopping and a search choose by held-back rows."""
    chosen = [f"{name} is {value}" for name in ("patience", "search") if (value := getattr(config, name))]
    if chosen:
        raise ConfigError(
            f"valid_share is 0, so nothing is held back, but {' and '.join(chosen)}: these choose by held-back rows. "
            "Set them to 0, with the epochs that an earlier training found, or give --valid."
        )


def _make(maker: RowMaker, rows: Sequence[GoldRow], limit: int) -> TrainingRows:
    encoded = maker.make(rows)
    long = {row.id for row in encoded.rows if any(len(s.inputs) + 1 > limit for s in row.sequences)}
    encoded.too_long += sorted(long)
    encoded.rows = [row for row in encoded.rows if row.id not in long]
    return encoded


def _copies(
    lesson: Lesson, sides: _Sides, config: FinetuneConfig, maker: RowMaker, limit: int
) -> tuple[dict[str, list[TrainingRow]], tuple[str, ...]]:
    """Copies by kind, ready to train on, and why there are fewer than were asked for."""
    paraphrases = lesson.paraphrases
    if paraphrases and not config.mask:
        raise ConfigError(f"{str(paraphrases)!r} holds masked texts, and mask is false; leave out one of them.")
    known, unfit = read_paraphrases(paraphrases) if paraphrases else ({}, 0)
    copies = augment(sides.train, sides.valid, config, maker.mask, known, closed_fields(lesson.task.output))
    if paraphrases and not copies.rows.get("paraphrases"):
        raise InputError(
            f"{str(paraphrases)!r} holds no paraphrase of a training row; texts there must be those of the rows as "
            "training masks them. Make it anew with `fewsight paraphrase`."
        )
    encoded = {kind: _make(maker, rows, limit) for kind, rows in copies.rows.items()}
    copies.without["it would be too long"] += sum(len(rows.too_long) for rows in encoded.values())
    warning = (
        f"{unfit:,} paraphrases are the text itself, or have other numbers, pseudonyms or lengths; they were left out"
    )
    return {kind: rows.rows for kind, rows in encoded.items()}, (*copies.warnings, *([warning] if unfit else []))


def _row_digest(row: TrainingRow) -> str:
    return digest([row.id, [[one.prompt, asdict(one.answer)] for one in row.sequences]])


def _kept(gold: Sequence[GoldRow], encoded: TrainingRows) -> tuple[GoldRow, ...]:
    by_id = {row.id: row for row in gold}
    return tuple(by_id[row.id] for row in encoded.rows)


def _facts(sides: _Sides, encoded: tuple[TrainingRows, TrainingRows]) -> DataFacts:
    digests = [file.digest for file in sides.files]
    return DataFacts(
        train_digest=digests[0],
        valid_digest=digests[1] if len(digests) > 1 else None,
        rows=len(encoded[0].rows),
        valid_rows=len(encoded[1].rows),
        split=sides.how,
        left_out={
            "unusable": sum(len(file.left_out) for file in sides.files),
            "repeated": sum(file.repeated for file in sides.files),
            "too long": sum(len(one.too_long) for one in encoded),
            "nothing to learn": sum(len(one.without_loss) for one in encoded),
        },
    )


def _warnings(files: Sequence[GoldFile], encoded: Sequence[TrainingRows], near: Sequence[NearDuplicate]) -> list[str]:
    counted = {
        "rows can't be used": sum(len(file.left_out) for file in files),
        "rows repeat another one and were left out": sum(file.repeated for file in files),
        "rows have a text that has another label elsewhere; they are kept": sum(file.contradicting for file in files),
        "rows are too long for the context and were left out": sum(len(one.too_long) for one in encoded),
        "rows give no field that the model could learn": sum(len(one.without_loss) for one in encoded),
        "rows were cut to the budget of a history, as in serving": sum(one.cut for one in encoded),
        "held-back rows nearly repeat a training row (near_duplicates.csv)": len(near),
    }
    return [f"{count:,} {what}" for what, count in counted.items() if count]


def _counts(train: TrainingRows, valid: TrainingRows) -> str:
    long = len(train.too_long) + len(valid.too_long)
    return f"{long} are too long, {len(train.without_loss) + len(valid.without_loss)} give nothing to learn"


def _first(gold: GoldFile) -> str:
    return f", the first in line {gold.left_out[0][0]}: {gold.left_out[0][1]}" if gold.left_out else ""
