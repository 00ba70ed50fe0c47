"""The options of `fewsight run` and `fewsight prompt`, by what they concern."""

from typing import Final

import click

from fewsight.serving.models.names import DEFAULT_MODEL
from fewsight.serving.run.command.grouped import Decorator, titled

_FILE: Final = click.Path(exists=True, dir_okay=False)
_input, _prompt = titled("Input"), titled("Prompt")
_engine, _answers, _output = titled("Engine"), titled("Answers"), titled("Output")

TABLE: Final[list[Decorator]] = [
    _input(
        "--histories",
        required=True,
        multiple=True,
        metavar="FILE",
        help="CSV, JSON, Parquet, Excel, or a SQL URL (see --query); several tables become one history a customer.",
    ),
    _input("--query", "query", multiple=True, metavar="SQL", help="SELECT or table name, for each SQL URL."),
    _input(
        "--mapping",
        multiple=True,
        type=_FILE,
        help="TOML: which columns are what; one with a section for each table, or one for each.",
    ),
    _input("--profiles", metavar="FILE", help="A table of customers beside the events."),
    _input("--identities", metavar="FILE", help="Ids that are one customer: system,id,customer or old,new."),
    _input(
        "--lookup",
        "lookups",
        multiple=True,
        metavar="[COLUMN=]FILE",
        help="A table without customers, such as products, joined to events by a column of ids; may be repeated.",
    ),
    _input("--tz", help="Time zone of times that name none, e.g. Europe/Berlin."),
    _input("--memory-limit", metavar="SIZE", default="1GB", show_default=True, help="Memory for reading the table."),
    _input("--unpack-limit", metavar="SIZE", help="Most that a packed file may hold.  [default: 100 times its size]"),
]
INPUT: Final[list[Decorator]] = [
    *TABLE,
    _input("--as-of", metavar="TIME", help="Ignore everything later. [default: newest event of the input]"),
    _input("--language", type=click.Choice(["auto", "en", "zh"]), default="auto", show_default=True),
    _input("--no-mask", is_flag=True, help="Show names, e-mails, card numbers, ... to the model and keep them."),
    _input("--presidio", is_flag=True, help="Also mask the names that Microsoft Presidio finds (English)."),
]
MODEL: Final[list[Decorator]] = [
    _engine("--model", default=DEFAULT_MODEL, show_default=True, help="Name, hub id, or folder."),
    _engine(
        "--adapter",
        "adapters",
        multiple=True,
        metavar="[TASK=]DIR",
        help="LoRA adapter, or 'none'; may be repeated.  [default: 'built-in' where the embedded model is asked "
        "without shots]",
    ),
    _engine("--force", is_flag=True, help="Use an adapter although its manifest speaks against it."),
]
PROMPT: Final[list[Decorator]] = [
    _prompt("--shots", type=int, default=0, show_default=True, metavar="K", help="Examples in the prompt."),
    _prompt(
        "--selector",
        type=click.Choice(["random", "balanced", "knn", "mmr"]),
        default="balanced",
        show_default=True,
        help="How the examples are chosen.",
    ),
    _prompt(
        "--similarity",
        type=click.Choice(["tfidf", "minilm", "mpnet"]),
        default="tfidf",
        show_default=True,
        help="What knn and mmr compare: words and characters, or sentence embeddings (English).",
    ),
    _prompt(
        "--shot-order",
        type=click.Choice(["nearest-last", "shared"]),
        default="nearest-last",
        show_default=True,
        help="For knn and mmr: nearest next to the question, or first what many customers share (computes less).",
    ),
    _prompt("--pool", type=_FILE, help="Examples to choose from."),
    _prompt("--style", type=click.Choice(["full", "compact"]), help="Template.  [default: full]"),
    _prompt("--history-tokens", type=int, default=1024, show_default=True, help="Budget for a history."),
    _prompt("--seed", type=int, default=0, show_default=True, help="Of the choice of examples, and of sampling."),
]
ORDER: Final[list[Decorator]] = [
    _prompt(
        "--order",
        type=click.Choice(["auto", "shots-first", "history-first"]),
        default="auto",
        show_default=True,
        help="What stands first; auto is what computes less.",
    )
]
ENGINE: Final[list[Decorator]] = [
    _engine("--engine", default="auto", show_default=True, help="auto, vllm, transformers, openai or scripted."),
    _engine("--base-url", metavar="URL", help="Server of engine openai, e.g. http://127.0.0.1:8000/v1."),
    _engine(
        "--dtype",
        type=click.Choice(["auto", "bfloat16", "float32"]),
        default="auto",
        show_default=True,
        help="Number type of a local engine; auto is the one that is fast on this machine.",
    ),
]
ANSWERS: Final[list[Decorator]] = [
    _answers(
        "--probabilities",
        type=click.Choice(["on", "off"]),
        default="on",
        show_default=True,
        help="On chooses labels by probability; off writes them under the grammar, without.",
    ),
    _answers(
        "--heads",
        type=click.Choice(["built-in", "none"]),
        default="built-in",
        show_default=True,
        help="Heads on sentence embeddings, which choose labels together with the built-in adapter where it is used.",
    ),
    _answers(
        "--answerer",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False),
        help="Folder of `fewsight eval --save`: what chooses the labels, with its model and prompt where it has one.",
    ),
    _answers(
        "--calibration",
        "calibrations",
        multiple=True,
        type=_FILE,
        help="Calibration of a task, from `fewsight eval`; may be repeated.",
    ),
    _answers(
        "--max-error",
        type=float,
        metavar="SHARE",
        help="E.g. 0.05: set insights aside in review.jsonl so that at most so many of the others are wrong.",
    ),
    _answers("--max-tokens", type=int, default=256, show_default=True, help="Most tokens of one answer's open fields."),
    _answers("--temperature", type=float, default=0.0, show_default=True, help="0 is greedy."),
]
OUTPUT: Final[list[Decorator]] = [
    _output("--out", required=True, type=click.Path(file_okay=False), help="Folder of the run; resumed if it exists."),
    _output(
        "--update", is_flag=True, help="The table has grown: ask those again who have changed, keep other answers."
    ),
    _output("--limit", type=int, metavar="N", help="Only the first N customers."),
    _output("--dry-run", is_flag=True, help="Count requests, tokens and time; answer nothing."),
    _output("--price-per-million", type=float, metavar="MONEY", help="Price of a million tokens, for --dry-run."),
]
