"""`fewsight paraphrase`: what rows' customers wrote, said in other words by a model, for copies of training rows.

It is an ordinary run of a task with one open field: through any engine, under the grammar, recorded in a ledger, and
resumed. Texts are masked before, exactly as in training, where a text is looked up word for word. So the file may be
edited, or come from elsewhere, and does not depend on the order of the rows.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Unpack

from pydantic import BaseModel, Field

from fewsight.errors import ConfigError, InputError
from fewsight.files import replacing, write_text
from fewsight.insight import Insight
from fewsight.masking import Pseudonymizer
from fewsight.notices import Progress
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.labelled.paraphrases import COLUMNS, unfit
from fewsight.prompts.task import LANGUAGES, STYLES, Task

if TYPE_CHECKING:
    from fewsight.serving.run.options import FlatOptions
    from fewsight.serving.run.outcome import Run

LONGEST: Final = 600
"""Most characters of a text that is paraphrased, and of its paraphrase."""


class Output(BaseModel):
    """A text in other words."""

    paraphrase: str = Field(min_length=1, max_length=LONGEST, description="the text in other words")


@dataclass
class Paraphrased:
    """What became of the texts: texts = written + sum of `left_out`, which counts them by reason."""

    texts: int
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def paraphrase_task() -> Task:
    """The question that is asked of each text."""
    folder = Path(__file__).parent
    sources = {language: (folder / f"paraphrase.{language}.jinja").read_text("utf-8") for language in LANGUAGES}
    templates = {(language, style): sources[language] for language in LANGUAGES for style in STYLES}
    return Task(name="paraphrase", version="v1", title="In other words", output=Output, templates=templates)


def masked_texts(rows: Sequence[GoldRow]) -> list[str]:
    """All different texts of the rows' events as training shows them."""
    masks = Pseudonymizer()
    events = (event for row in rows for event in masks.mask(row.history).history.events)
    return list(dict.fromkeys(event.text for event in events if event.text and event.text.strip()))


def paraphrase(texts: Sequence[str], out: Path, progress: Progress, **options: "Unpack[FlatOptions]") -> Paraphrased:
    """Let a model say each text in other words, and write those paraphrases that keep what must stay.

    `out` holds a text and its paraphrase in each line; both are masked, and only their owner may read the file.
    Beside it stand `.source.json` (what answered, and the counts) and the folder `.run`, from which the same call goes
    on where it was stopped.

    Args:
        texts: of labelled rows, as `masked_texts` gives them.
        out: a .jsonl file.
        progress: is told about each text.
        **options: of the run that asks, such as model and engine.

    Raises:
        ConfigError: the name of `out` can't be used.
        InputError: no text is short enough, or no paraphrase of them can be used.
        FewsightError: the model can't be asked.
    """
    import pandas as pd

    from fewsight.serving.run.api import run

    if out.suffix != ".jsonl":
        raise ConfigError(f"{str(out)!r} does not end in .jsonl; name a file of JSON lines.")
    asked = {f"text-{number:07d}": text for number, text in enumerate(texts) if len(text) <= LONGEST}
    done = Paraphrased(len(texts), left_out=Counter({f"longer than {LONGEST} characters": len(texts) - len(asked)}))
    if not asked:
        raise InputError(f"The rows hold no text of at most {LONGEST} characters; there is nothing to paraphrase.")
    frame = pd.DataFrame({"customer_id": list(asked), "text": list(asked.values())})
    unmasked: FlatOptions = {**options, "mask": False}  # the texts are masked already
    answered = run(paraphrase_task(), frame, out.with_suffix(".run"), progress=progress, **unmasked)
    _write(answered, asked, out, done)
    return done


def _write(answered: "Run", texts: dict[str, str], out: Path, done: Paraphrased) -> None:
    lines, origin = [], dict[str, Any]()
    for insight in answered:
        text, paraphrase = texts[insight.customer_id], _paraphrase_of(insight)
        why = unfit(text, paraphrase) if paraphrase else "not answered"
        if why:
            done.left_out[why] += 1
            continue
        lines.append(json.dumps(dict(zip(COLUMNS, (text, paraphrase), strict=True)), ensure_ascii=False) + "\n")
        if insight.provenance and not origin:
            names = ("engine", "engine_version", "model", "model_digest", "dtype", "template")
            origin = {name: getattr(insight.provenance, name) for name in names}
    done.written = len(lines)
    if not lines:
        raise InputError(f"No paraphrase can be used: {reasons(done)}. Name a larger model, and another --out.")
    with replacing(out, private=True) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")
    counts = {"texts": done.texts, "written": done.written, "left_out": dict(done.left_out)}
    write_text(out.with_suffix(".source.json"), json.dumps({"answered_by": origin, "counts": counts}, indent=2) + "\n")


def _paraphrase_of(insight: Insight) -> str:
    return str(insight.answer["paraphrase"]).strip() if insight.status == "ok" and insight.answer else ""


def reasons(done: Paraphrased) -> str:
    """Why texts have no paraphrase."""
    return ", ".join(f"{count:,} {why}" for why, count in done.left_out.items() if count)
