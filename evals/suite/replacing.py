"""Old against new, before a re-trained adapter or answerer replaces the one that is there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fewsight.errors import ConfigError
from fewsight.evals.suite.comparing import Judged, judge_folders
from fewsight.evals.suite.config import make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.notices import Progress
from fewsight.serving.answerers.folder import MANIFEST
from fewsight.serving.models.adapters import CONFIG

ARM: Final = "answers"
"""What both are called, so that they are compared."""

_SIDES: Final = ("old", "new")


def judge_replacement(
    task: str,
    old: Path,
    new: Path,
    test: Path,
    out: Path,
    *,
    margin: float,
    metric: str = "accuracy",
    progress: Progress | None = None,
    **options: Any,  # noqa: ANN401 - a suite's
) -> Judged:
    """Let both answer the same labelled rows, and judge each field, paired and by customer.

    Args:
        task: its name or folder.
        old: folder of the adapter or answerer that is in use.
        new: of the one that is to replace it.
        test: labelled rows that neither of them has learned from.
        out: folder of both evaluations, `old` and `new`; what it holds already is not computed again.
        margin: how much worse the new one may be, a share above 0.
        metric: what they are compared by.
        progress: is told how far the answers are.
        **options: of a suite, such as model and engine.

    Raises:
        ConfigError: a folder is neither an adapter nor an answerer.
        FewsightError: one of them can't answer the rows.
    """
    folders = dict(zip(_SIDES, (old, new), strict=True))
    arms = {side: _arm(folder) for side, folder in folders.items()}
    for side, arm in arms.items():
        data = {"title": f"{task}, {side}", "arms": [arm], "baselines": False, "metric": metric, **options}
        evaluate(make_suite({**data, "tasks": [{"task": task, "test": str(test)}]}), out / side, progress)
    return judge_folders(out / "old", out / "new", margin, metric, ())


def _arm(folder: Path) -> Mapping[str, Any]:
    if (folder / MANIFEST).is_file():
        return {"arm": f"answerer:{folder}", "name": ARM}
    if (folder / CONFIG).is_file():
        return {"arm": f"adapter:{folder}", "name": ARM}
    raise ConfigError(f"{str(folder)!r} holds neither an answerer ({MANIFEST}) nor an adapter ({CONFIG}).")
