"""A registry finds what the modules of a package and other installed packages register."""

import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from fewsight.errors import ConfigError
from fewsight.evals import registry as home
from fewsight.evals.registry import Registry

ENTRY = "from fewsight_toys import TOYS\n\nTOYS.add({name!r}, {value})\n"


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[int]:
    package = tmp_path / "fewsight_toys"
    package.mkdir()
    lines = "from fewsight.evals.registry import Registry\n\nTOYS = Registry('toy', 'fewsight_toys', 'fewsight.toys')\n"
    (package / "__init__.py").write_text(lines)
    (package / "ball.py").write_text(ENTRY.format(name="ball", value=1))
    (package / "kite.py").write_text(ENTRY.format(name="kite", value=2))
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("", ".ball", ".kite", ".broken"):
        monkeypatch.delitem(sys.modules, f"fewsight_toys{name}", raising=False)
    registry: Registry[int] = import_module("fewsight_toys").TOYS
    return registry


def test_modules_are_found_by_being_there(toys: Registry[int]) -> None:
    assert dict(toys.entries) == {"ball": 1, "kite": 2}
    assert toys["kite"] == 2
    with pytest.raises(ConfigError, match=r"no toy 'bal'. Did you mean 'ball'"):
        toys["bal"]
    with pytest.raises(ConfigError, match="'kite' is registered twice"):
        toys.add("kite", 3)


def test_installed_packages_register_by_entry_points(toys: Registry[int], monkeypatch: pytest.MonkeyPatch) -> None:
    point = SimpleNamespace(load=lambda: toys.add("top", 3))
    monkeypatch.setattr(home, "entry_points", lambda group: [point] if group == "fewsight.toys" else [])
    assert toys["top"] == 3


def test_a_module_that_fails_is_no_silence(toys: Registry[int], tmp_path: Path) -> None:
    (tmp_path / "fewsight_toys" / "broken.py").write_text("raise RuntimeError('broken')\n")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            _ = toys.entries
