"""What `fewsight run` and `fewsight prompt` print, with colours."""

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.console import echo
from fewsight.events import CustomerHistory
from fewsight.files import write_text
from fewsight.ledger import Ledger
from fewsight.masking import CustomerKeys
from fewsight.prompts.answer.form import Write
from fewsight.serving.models.names import DEFAULT_MODEL
from fewsight.serving.run.advice import label_advice
from fewsight.serving.run.api import limited
from fewsight.serving.run.calibrated import make_calibrator
from fewsight.serving.run.command import estimate as estimates
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.plan import ARM, RUN_NAME
from fewsight.serving.run.session import Session
from fewsight.serving.run.summary import RunSummary, combined
from fewsight.serving.run.updates.standing import Customers, Standing

if TYPE_CHECKING:
    from fewsight.tables import Histories

logger = logging.getLogger(__name__)

CARDS = 200
"""Most insights that insights.html shows."""

SHOWN_LABELS = 8
"""Most labels of a field that the summary counts by name."""


def _line(text: str = "", level: int = logging.INFO, **style: Any) -> None:  # noqa: ANN401 - click.style's arguments
    """A line on stderr, so that stdout stays free; --quiet hides it below the level of warnings."""
    logger.log(level, "%s", text, extra={"style": style})


def _warning(text: str, fg: str = "yellow", **style: Any) -> None:  # noqa: ANN401 - click.style's arguments
    """A line that --quiet does not hide."""
    _line(text, logging.WARNING, fg=fg, **style)


def show_input(histories: "Histories", options: RunOptions) -> None:
    """What was read, and how the columns were understood."""
    counts = histories.counts
    _line(histories.describe())
    _line(counts.in_words())
    if counts.quarantined or counts.duplicates:
        _warning("The rows that were left out are in quarantine.jsonl, each with its reason.")
    if not options.prompt.mask:
        _warning(
            "--no-mask: names, e-mails, phone and card numbers go to the model and into the ledger as they are.",
            fg="red",
            bold=True,
        )


def _adapters(options: RunOptions) -> dict[str, str]:
    """Adapter -> the tasks that it answers, in words."""
    used: dict[str, list[str]] = {}
    for task, name in options.engine.adapters.items():
        used.setdefault(name, []).append("all tasks" if task == "*" else task)
    return {name: ", ".join(tasks) for name, tasks in used.items()}


def show_labels(session: Session, histories: "Histories") -> None:
    """Where the model would be shown the labels that it is asked for."""
    for words in label_advice(session.tasks, histories.shown()):
        _warning(words)


def show_session(session: Session, options: RunOptions) -> None:
    """Which engine and model answer."""
    chosen = " (chosen automatically)" if options.engine.name == "auto" else ""
    number = f", {session.options.engine.dtype}" if session.engine.pick_dtype else ""
    adapters = "".join(f", adapter {name} for {tasks}" for name, tasks in _adapters(session.options).items())
    _line(f"Engine {session.engine.name}{chosen}, model {session.model.name} ({session.model.note}){number}{adapters}.")
    if not session.preparer.tokenizer.has_chat_template:
        _warning("This model has no chat template; a plain one is used.")
    if session.options.prompt.language == "zh" and session.model.name == DEFAULT_MODEL:
        _warning("SmolLM2-135M is an English model: Chinese on it is experimental. Use a bigger model.")


def show_estimate(
    session: Session, histories: "Histories", folder: Path, price: float | None, *, is_updated: bool = False
) -> None:
    """What the run would cost, or its update."""
    order = session.order(histories)
    path = folder / "ledger.sqlite"
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(path, read_only=True)) if path.exists() else None
        keys = CustomerKeys.of_run(folder)
        series, moment = (RUN_NAME, ARM, session.options.seed), session.options.as_of
        standing = Standing(ledger, series, session.preparer, moment) if ledger and is_updated else None
        counts = estimates.estimate(session, limited(histories, session.options.limit), order, ledger, keys, standing)
    seconds, measured = estimates.seconds(counts, session)
    rows = [
        ("customers", f"{counts.customers:,}"),
        ("tasks", ", ".join(task.name for task in session.tasks)),
        ("requests to compute", f"{counts.requests:,}"),
        ("already in the ledger", f"{counts.in_ledger:,}"),
        ("repeated requests", f"{counts.repeated:,}"),
        ("prompt tokens sent", f"{counts.sent_tokens:,}"),
        ("prompt tokens computed", f"{counts.computed_tokens:,} ({counts.shared:.0%} served from shared prefixes)"),
        ("answer tokens, about", f"{counts.answer_tokens:,}"),
        ("arrangement", order),
        ("time, about", f"{_duration(seconds)}" + ("" if measured else " (assumed speed; a first run measures it)")),
    ]
    if price is not None:
        tokens = counts.sent_tokens + counts.answer_tokens
        rows.append(("price, about", f"{tokens * price / 1e6:.4f} for {tokens:,} tokens sent and answered"))
    _table(rows)
    for warning, count in counts.warnings.items():
        _warning(f"  {count} x {warning}")


def show_summary(session: Session, histories: "Histories", summaries: Sequence[RunSummary], folder: Path) -> None:
    """What was done, label by label, and where it is."""
    estimates.remember_rates(session, summaries)
    whole = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["run"]
    _show_counts(session, histories, combined(summaries), whole)
    _show_labels(whole["labels"])
    for problems, color in ((whole["errors"], "red"), (whole["warnings"], "yellow")):
        for problem, count in Counter(problems).most_common(5):
            _warning(f"  {count} x {problem}", fg=color)
    for summary in summaries:
        if summary.review is not None:
            percent = f"{100 * (session.options.max_error or 0):.3g} %"
            _line(f"{summary.review:,} insights are for review: {folder / 'review.jsonl'}.", bold=True)
            _line(f"Of the others at most {percent} are wrong (95 % confidence, customers like the calibration's).")
    page = write_page(session, histories, folder)
    if summaries and summaries[-1].stopped:
        _warning("Stopped. Everything so far is kept; the same command goes on from here.", bold=True)
    _line(f"Open {page} to read them, or: fewsight export {folder} --format csv -o insights.csv", fg="green")


def _show_counts(session: Session, histories: "Histories", call: RunSummary, whole: Mapping[str, Any]) -> None:
    """Counts of the whole run, and of what this call had to do for it."""
    fresh = call.statuses.total()
    rows = [
        ("customers", f"{whole['customers']:,}"),
        *([("update", _update(call.update))] if call.update else []),
        ("insights", f"{whole['insights']:,} ({whole['from_before']:,} from before)"),
        ("of these not ok", f"{whole['insights'] - whole['statuses'].get('ok', 0):,}"),
    ]
    if fresh:
        rows += [
            (
                "now",
                f"{call.computed:,} computed + {call.cached:,} served from the ledger + {call.doubled:,} doubles "
                f"= {fresh:,} insights",
            ),
            ("prompt tokens", f"{call.prompt_tokens:,} sent, {call.computed_tokens:,} computed"),
            ("answer tokens", f"{call.answer_tokens:,}"),
            ("time", f"{_duration(call.seconds)} ({fresh / max(call.seconds, 1e-9):.1f} insights/s)"),
        ]
    else:
        rows.append(("now", f"nothing was left to do; it took {_duration(whole['seconds'])} in all"))
    if histories.counts.quarantined:
        rows.append(("rows in quarantine", f"{histories.counts.quarantined:,}"))
    if kept_out := _kept_out(session):
        rows.append(("shots kept out", kept_out))
    _table(rows)


def _update(customers: Customers) -> str:
    """What an update found of customers, in words."""
    words = f"{customers.unchanged:,} unchanged, {customers.changed:,} asked again, {customers.new:,} new"
    gone = f", {customers.gone:,} no longer in the table (their answers are kept)" if customers.gone else ""
    return words + gone


def _show_labels(tasks: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
    for task, fields in tasks.items():
        for path, counts in fields.items():
            labels = Counter(counts)
            top = ", ".join(f"{label} {count}" for label, count in labels.most_common(SHOWN_LABELS))
            more = f", {len(labels) - SHOWN_LABELS} more labels" if len(labels) > SHOWN_LABELS else ""
            _line(f"  {task} · {path}: {top}{more}")


def _kept_out(session: Session) -> str:
    """Which shots were not shown, because they would have given an answer away."""
    exclusions = [selector.exclusions for selector in session.selectors.values()]
    counts = {
        "later than --as-of": sum(each.later for each in exclusions),
        "for being the customer's own": sum(each.same_customer for each in exclusions),
        "for saying just what the customer says": sum(each.same_text for each in exclusions),
    }
    return ", ".join(f"{count:,} {why}" for why, count in counts.items() if count)


def write_page(session: Session, histories: "Histories", folder: Path) -> Path:
    """insights.html: the first insights as cards, with masked histories, and what was set aside for review."""
    from fewsight.pages.insights import page

    keys = CustomerKeys.of_run(folder)
    shown = limited(histories, min(CARDS, session.options.limit or CARDS))
    masked = {keys.of(history.customer_id): session.preparer.mask(history).history for history in shown}
    calibrator = make_calibrator(session)
    with Ledger.open(folder, read_only=True) as ledger:
        text = page(
            ledger.insights(run=RUN_NAME),
            f"Insights of {folder.name}",
            masked,
            most=CARDS,
            review=calibrator.doubts if calibrator else None,
            rest=f"All of them: fewsight export {folder} --format csv -o insights.csv",
        )
    write_text(folder / "insights.html", text)
    return folder / "insights.html"


def show_prompt(session: Session, history: CustomerHistory, tokens: bool) -> None:
    """One prompt as the model gets it, on stdout."""
    (task,) = session.tasks
    masked = session.preparer.mask(history).history
    (item,) = session.preparer.items([masked], session.options.prompt.order or "shots-first", [task.name])
    form, tokenizer = session.preparer.forms[task.name], session.preparer.tokenizer
    _head(f"Prompt ({item.template}, {len(item.prompt.token_ids)} tokens)")
    echo(tokenizer.decode(item.prompt.token_ids, special=True))
    if tokens:
        _head("Tokens")
        echo(" ".join(map(str, item.prompt.token_ids)))
    _head("JSON schema")
    echo(json.dumps(form.schema(item.events), indent=2, ensure_ascii=False))
    _head("Closed fields, scored one after the other")
    ask = form.ask(())
    if ask is not None:
        echo(f"the first one after the prefilled {tokenizer.decode(ask.prefill)!r}:")
    for field in form.closed:
        echo(f"  {field.path}: {', '.join(field.labels)}")
    whole = form.write((), item.events)
    _head("Grammar of the whole answer (--probabilities off)")
    echo(f"{whole.text!r} + {whole.grammar}" if isinstance(whole, Write) else whole)
    _head("Cut to fit")
    echo("\n".join(item.warnings) or "nothing")


def _head(text: str) -> None:
    echo(text, bold=True, fg="cyan")


def _table(rows: Sequence[tuple[str, str]]) -> None:
    """Two columns, aligned."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        _line(f"  {name:<{width}}  {value}")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
