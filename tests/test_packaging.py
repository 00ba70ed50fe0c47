"""The package as users get it: what the wheel holds, what starting it imports, and that documented commands exist."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import fewsight
from fewsight import prompts
from fewsight.cli import COMMANDS, root

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "prompts", "serving", "finetune", "evals", "agents")
SHIPPED = {".py", ".jinja", ".jsonl", ".toml", ".json", ".html", ".css", ".md", ".sql", ".typed"}
HEAVY = ("torch", "transformers", "pandas", "duckdb", "sklearn", "vllm", "outlines", "scipy", "pyarrow", "tokenizers")


def settings() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    return found


def package_of(folder: Path) -> str:
    """fewsight.prompts.tasks for prompts/tasks, fewsight.shop for core/shop."""
    parts = folder.relative_to(ROOT).parts
    return ".".join(("fewsight", *(parts[1:] if parts[0] == "core" else parts)))


def folders() -> list[Path]:
    return sorted(init.parent for room in ROOMS for init in (ROOT / room).rglob("__init__.py"))


def run(*code: str, path: Path | None = None) -> str:
    environment = {"PYTHONPATH": str(path)} if path else None
    done = subprocess.run(
        [sys.executable, "-c", *code], capture_output=True, text=True, check=False, env=environment, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as pip would install it, unpacked, from a copy of the source that is gone afterwards."""
    place = tmp_path_factory.mktemp("wheel")
    build = "import setuptools.build_meta as b, sys; b.build_wheel(sys.argv[1])"
    source = place / "source"
    for path in [ROOT / "pyproject.toml", ROOT / "README.md", *(p for room in ROOMS for p in (ROOT / room).rglob("*"))]:
        if path.is_file() and path.suffix != ".pyc":
            copy = source / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    subprocess.run([sys.executable, "-c", build, str(place)], cwd=source, check=True, capture_output=True)
    source.rename(place / "gone")
    (file,) = place.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(place / "installed")
    return place / "installed"


def test_every_folder_is_listed_as_a_package() -> None:
    listed = settings()
    assert sorted(listed["packages"]) == sorted(package_of(folder) for folder in folders())
    places = {package: (ROOT / place).resolve() for package, place in listed["package-dir"].items()}
    assert places == {package_of(folder): folder for folder in folders()}


def test_every_file_lies_in_a_package() -> None:
    homeless = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in SHIPPED and "__pycache__" not in path.parts and path.parent not in folders()
    ]
    assert not homeless, "a folder without __init__.py is not in the wheel"


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    for folder in folders():
        for path in folder.iterdir():
            if path.suffix in SHIPPED or path.name == "py.typed":
                assert (wheel / package_of(folder).replace(".", "/") / path.name).is_file(), path


def test_the_wheel_works_with_the_source_gone(wheel: Path) -> None:
    code = (
        "import fewsight, importlib, pkgutil, sys\n"
        f"assert fewsight.__file__.startswith({str(wheel)!r}), fewsight.__file__\n"
        "from fewsight.prompts.loading.finding import load_task\n"
        "for name in ('intent', 'sentiment', 'churn_reason', 'persona'):\n"
        "    task = load_task(name)\n"
        "    print(task.name, len(task.shots), sorted(task.templates))\n"
    )
    output = run(code, path=wheel)
    assert len(output.splitlines()) == 4
    assert "('zh', 'full')" in output


@pytest.mark.parametrize(
    "code",
    [
        "import fewsight",
        "import fewsight.cli as c; c.root(['--help'], standalone_mode=False)",
        "import fewsight; [getattr(fewsight, n) for n in ('Event', 'CustomerHistory', 'Insight', 'FewsightError')]",
        "import fewsight.cli as c; c.root(['models', '--help'], standalone_mode=False)",
        "import fewsight.cli as c; c.root(['run', '--help'], standalone_mode=False)",
    ],
)
def test_starting_imports_nothing_heavy(code: str) -> None:
    report = f"\nimport sys; print('heavy:', [m for m in {HEAVY!r} if m in sys.modules])"
    assert run(code + report).splitlines()[-1] == "heavy: []"


def test_all_public_names_exist_and_no_others() -> None:
    assert sorted(fewsight.__all__) == fewsight.__all__
    for name in fewsight.__all__:
        value = getattr(fewsight, name)
        assert value is not None
        assert name.startswith("__") or value.__doc__, f"{name} is public and not documented"
    assert set(fewsight._HOMES) == set(fewsight.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = fewsight.nothing


def test_what_task_folders_import_has_one_home() -> None:
    assert sorted(prompts.__all__) == prompts.__all__
    assert set(prompts._HOMES) == set(prompts.__all__)
    assert all(getattr(prompts, name) is not None for name in prompts.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = prompts.nothing


def test_every_command_exists_and_says_what_it_does() -> None:
    for name, (home, _) in COMMANDS.items():
        module, _, attribute = home.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command), name
        assert command.help, name


def documented_commands() -> list[tuple[str, str]]:
    """(file, command line) of every `fewsight ...` and `make ...` line in a code block of the documentation."""
    found: list[tuple[str, str]] = []
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]:
        for block in re.findall(r"(?ms)^```(?:sh|bash|console|shell)?\n(.*?)^```", path.read_text(encoding="utf-8")):
            lines = re.findall(r"(?m)^(?:\$ )?((?:fewsight|make) .*)$", block.replace("\\\n", " "))
            found.extend((path.name, line) for line in lines)
    return found


@pytest.mark.parametrize(("file", "line"), documented_commands())
def test_documented_commands_exist(file: str, line: str) -> None:
    program, *words = re.sub(r"\s#.*", "", line).split()
    if program == "make":
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert {word for word in words if "=" not in word and not word.startswith("-")} <= targets
        return
    command: click.Command | None = root
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        _, command, words = command.resolve_command(click.Context(command), words)
        assert command is not None, line
    assert command is not None
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.partition("=")[0] for word in words if re.fullmatch(r"--?[a-z][\w-]*(=.*)?", word)}
    assert used <= known | {"--help", "-h", "--version"}, line
