"""`fewsight ask`: one question to a run."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from fewsight.agents.reports.cli import LABELS, SOURCES, open_histories
from fewsight.console import echo
from fewsight.serving.run.command.grouped import with_options

_PAGE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.argument("question")
@with_options(SOURCES, LABELS)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the answer.")
@click.option("--encoder", default="minilm", show_default=True, metavar="NAME", help="What questions are read by.")
@click.option("--out", type=_PAGE, help="Also write the answer with its chart as a page (.html).")
def ask(run: Path, question: str, out: Path | None, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Answer one QUESTION (in English) about who leaves and why: "why do app users leave?"

    It is answered by a figure of a group, computed from RUN, or not at all: a word that names no group and no reason is
    told. Exit code 1 where there is no answer.
    """
    from fewsight.agents.reports.asking.answering import ask as answered
    from fewsight.agents.reports.model import Options
    from fewsight.agents.reports.reading.sources import Sources
    from fewsight.agents.reports.shown.reply import reply_lines, reply_page
    from fewsight.files import write_text
    from fewsight.serving.answerers.encoders import find_encoder

    options = Options(field=given["field"], stays=given["stays"], unseen=given["unseen"], language=given["language"])
    _, encode = find_encoder(given["encoder"])
    with ExitStack() as stack:
        sources = Sources(run, open_histories(given, stack), given["facts"], given["segments"])
        reply = answered(sources, question, options, encode)
    for line in reply_lines(reply, options.language):
        echo(line)
    if reply.asked is None:
        raise SystemExit(1)
    if out is not None:
        write_text(out, reply_page(question, reply, options.language))
        echo(f"Wrote {out}.", err=True)
