"""`fewsight paraphrase`."""

from pathlib import Path

import click

from fewsight.console import echo
from fewsight.notices import shown_progress


@click.command()
@click.argument("task")
@click.option(
    "--rows", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Labelled rows."
)
@click.option("--model", required=True, help="Name, hub id, or folder; the embedded model is too small for this.")
@click.option("--engine", default="auto", show_default=True, help="auto, vllm, transformers, openai or scripted.")
@click.option("--base-url", metavar="URL", help="Server of engine openai, e.g. http://127.0.0.1:8000/v1.")
@click.option("--temperature", type=float, default=0.7, show_default=True, help="0 is greedy.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A .jsonl file.")
def paraphrase(
    task: str, rows: Path, model: str, engine: str, base_url: str | None, temperature: float, out: Path
) -> None:
    """Let a model say the texts of labelled rows in other words, to train on copies: finetune --paraphrases OUT.

    Texts are masked before. A paraphrase that loses or adds a number or a pseudonym, is the text itself, or of another
    length, is left out and counted. Beside OUT stand what answered (.source.json) and the run (.run), from which the
    same command goes on where it was stopped.
    """
    from fewsight.finetune.labels.paraphrase import masked_texts, reasons
    from fewsight.finetune.labels.paraphrase import paraphrase as ask
    from fewsight.prompts.labelled import read_gold
    from fewsight.prompts.loading.finding import load_task
    from fewsight.serving.engines.base import Decoding

    texts = masked_texts(read_gold(rows, load_task(task)).rows)
    with shown_progress() as progress:
        decoding = Decoding(temperature=temperature)
        done = ask(texts, out, progress, model=model, engine=engine, base_url=base_url, decoding=decoding)
    echo(f"{done.written:,} of {done.texts:,} texts have a paraphrase in {out}; left out: {reasons(done) or 'none'}.")
    echo("Look at some of them before they are trained on.")
