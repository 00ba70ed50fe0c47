"""How a report writes figures."""

from fewsight.evals.report.model import Figure


def percent(value: float) -> str:
    """A share as percent.

    >>> percent(0.9314)
    '93.1 %'
    """
    return f"{100 * value:.1f} %"


def share(figure: Figure) -> str:
    """A share with its interval.

    >>> share(Figure(value=0.93, low=0.921, high=0.939))
    '93.0 % (92.1 to 93.9)'
    """
    if figure.low is None or figure.high is None:
        return percent(figure.value)
    return f"{percent(figure.value)} ({100 * figure.low:.1f} to {100 * figure.high:.1f})"


def points(figure: Figure) -> str:
    """A difference of shares with its interval.

    >>> points(Figure(value=-0.01, low=-0.02, high=0.005))
    '-1.0 (-2.0 to +0.5)'
    """
    ends = [("?" if end is None else f"{100 * end:+.1f}") for end in (figure.low, figure.high)]
    return f"{100 * figure.value:+.1f} ({ends[0]} to {ends[1]})"


def number(figure: Figure, digits: int = 3) -> str:
    """A figure that is no share, with its interval."""
    ends = ["?" if end is None else f"{end:.{digits}f}" for end in (figure.low, figure.high)]
    return f"{figure.value:.{digits}f} ({ends[0]} to {ends[1]})"


def p_value(p: float) -> str:
    """A p-value.

    >>> p_value(0.0123), p_value(0.00001)
    ('0.012', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def seconds(value: float | None) -> str:
    """A time; empty where it is not known.

    >>> seconds(75), seconds(7200), seconds(None)
    ('75 s', '2.0 h', '')
    """
    if value is None:
        return ""
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 600 else f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def shortened(name: str, most: int) -> str:
    """A name of at most `most` characters.

    >>> shortened("a long name", 6)
    'a lon…'
    """
    return name if len(name) <= most else name[: most - 1] + "…"
