"""The page of a state, without a script."""

from pathlib import Path
from typing import Any, Final

from fewsight.agents.watch.model import Alert, Look
from fewsight.agents.watch.page import words
from fewsight.agents.watch.state import State
from fewsight.pages.environment import render
from fewsight.pages.formats import grouped, percent, share
from fewsight.pages.table import Table

PAGE: Final = "watch.html"
_LOOKS: Final = 26
"""Looks of the chart over time: half a year of weeks."""

_OLDER: Final = 100
_MOVED: Final = 20


def page(state: State) -> str:
    """The page as HTML."""
    looks, alerts, answers = state.looks(), state.alerts(), state.answers()
    newest = looks[-1] if looks else None
    values: dict[str, Any] = {
        "looks": looks,
        "look": newest,
        "outcome": alerts[0].outcome if alerts else (state.setting("task") or {}).get("name", ""),
        "now": [one for one in alerts if newest and one.moment == newest.moment],
        "older": older([one for one in alerts if newest is None or one.moment != newest.moment][:_OLDER], answers),
        "earlier": sum(newest is None or one.moment != newest.moment for one in alerts),
        "refused": state.refused,
        "over_time": {f"{one.moment:%Y-%m-%d}": float(one.written) for one in looks[-_LOOKS:]},
        "whole": lambda value: grouped(int(value)),
        "windows": windows(newest) if newest else None,
        "moved": moved(newest) if newest else None,
        "words": words,
    }
    return render("watch.jinja", Path(__file__).parent, **values)


def older(alerts: list[Alert], answers: dict[str, bool]) -> Table:
    """Alerts of earlier looks, with what became of them."""
    rows = []
    for one in alerts:
        came = answers.get(one.id)
        known = f"open until {one.until:%Y-%m-%d}" if came is None else "came true" if came else "false alarm"
        rows.append([one.customer_id, f"{one.moment:%Y-%m-%d}", percent(one.risk), words.at_stake(one.value), known])
    return Table(["customer", "alerted", "risk", "at stake", "what became of it"], rows)


def windows(look: Look) -> Table:
    """Past windows, the newest first."""
    rows = [
        [
            f"{one.moment:%Y-%m-%d}",
            f"{one.threshold:.3f}",
            f"{one.false_alarms:,} of {one.negatives:,}",
            percent(one.false_alarms / one.negatives) if one.negatives else "–",
            f"{one.caught:,} of {one.positives:,}",
        ]
        for one in reversed(look.threshold.windows)
    ]
    return Table(["past moment", "threshold then", "false alarms", "rate", "caught"], rows)


def moved(look: Look) -> Table:
    """What has moved, the clearest first."""
    rows = [
        [words.name(one.name), words.often(one), share(one.often), f"{one.p:.2g}"] for one in look.drift.moved[:_MOVED]
    ]
    return Table(["input or answer", "", "how often higher than then", "p"], rows)
