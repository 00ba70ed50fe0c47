import logging

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.notices import Lines, show_notices, shown_progress


def test_notices_are_plain_lines_on_stderr_each_once(capsys: pytest.CaptureFixture[str]) -> None:
    show_notices()
    show_notices()
    logger = logging.getLogger("fewsight.somewhere")
    logger.info("looking for %s", "a model")
    logger.warning("it has no manifest")
    logger.debug("nobody asked")
    shown = capsys.readouterr()
    assert shown.err == "looking for a model\nwarning: it has no manifest\n"
    assert shown.out == ""


def test_the_command_line_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("fewsight")
    monkeypatch.setattr(logger, "handlers", [])
    CliRunner().invoke(root, ["models", "list"])
    assert len(logger.handlers) == 1


def test_progress_in_a_log_is_a_line_now_and_then_and_one_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    quick, slow = Lines(every=0.0), Lines(every=1000.0)
    for lines in (quick, slow):
        lines.begin("insights", 3)
        for done, note in ((1, ""), (2, "1 not ok")):
            lines.advance(done, note)
    first, *ends = capsys.readouterr().err.splitlines()
    assert first.startswith("1/3 insights, ")
    assert first.endswith(" s left")
    assert len(ends) == 2
    for end in ends:
        assert end.startswith("3/3 insights, ")
        assert end.endswith(" 0 s left, 1 not ok")


def test_without_a_terminal_progress_is_lines() -> None:
    with shown_progress() as progress:
        assert isinstance(progress, Lines)


def test_with_a_terminal_it_is_one_bar_that_begins_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with shown_progress() as progress:
        progress.begin("tensors", 2)
        progress.advance(2)
        progress.begin("insights", 4)
        progress.advance(4, "1 not ok")
    shown = capsys.readouterr().err
    assert "insights" in shown
    assert "4/4" in shown
    assert "1 not ok" in shown
