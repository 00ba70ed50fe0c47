"""A copilot's folder: tools.py, policy.toml, copilot.toml and articles/."""

import importlib.util
import shutil
import sqlite3
import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.articles import Articles, read_articles
from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.policy import Policy, PolicyText, read_policy
from fewsight.agents.copilot.ranking.ranker import read_ranker
from fewsight.agents.copilot.setup.shop import fill
from fewsight.agents.copilot.store import ReadState, Store, state_model
from fewsight.agents.copilot.tools import Tool
from fewsight.digest import digest
from fewsight.errors import ConfigError, InputError, PolicyError, first_problem
from fewsight.events import CustomerHistory

Lookup = Callable[[str, sqlite3.Connection], str | None]

_STARTER: Final = Path(__file__).parent / "starter"


class Settings(BaseModel):
    """copilot.toml: the SQLite file, relative to the folder; model and engine as `fewsight run` names them.

    `outbox` is a folder, relative to this one, or the https address that replies and writes are posted to; `sender` is
    the address that mails come from. `ranker` is a learned ranker's file, relative to the folder: it ranks moves in the
    model's place, which then only writes words.
    """

    model_config = ConfigDict(extra="forbid")

    database: str = "shop.db"
    model: str = "smollm2-135m"
    engine: str = "auto"
    ranker: str | None = None
    outbox: str = "outbox"
    sender: str = "shop@localhost"


@dataclass(frozen=True)
class Setup:
    """What a copilot's folder holds.

    `find_customer` gives the id of an e-mail address, and `address_of` the address of an id, where tools.py has them.
    """

    folder: Path
    settings: Settings
    read_state: ReadState
    tools: tuple[Tool, ...]
    text: PolicyText
    articles: Articles
    find_customer: Lookup | None = None
    address_of: Lookup | None = None

    def policy(self) -> Policy:
        """The policy read against tools and state.

        Raises:
            PolicyError: they do not fit each other.
        """
        return Policy(self.text, self.tools, state_model(self.read_state))

    @property
    def database(self) -> Path:
        """The SQLite file.

        Raises:
            ConfigError: there is none.
        """
        path = self.folder / self.settings.database
        if not path.is_file():
            raise ConfigError(f"There is no database {str(path)!r}; name yours in copilot.toml.")
        return path

    def desk(self, policy: Policy) -> Desk:
        """A desk under the folder's policy, with a connection of its own.

        Raises:
            ConfigError, CaseError: there is no database, or it can't be used.
        """
        return Desk(Store(self.database, self.read_state), policy)

    def start(self) -> Copilot:
        """The copilot on its engine; the folder's database must be there.

        Raises:
            PolicyError, ConfigError, ModelError, EngineError, CaseError: something in the folder can't be used.
        """
        from fewsight.serving.engines.registry import find_engine
        from fewsight.serving.engines.spec import StartOptions
        from fewsight.serving.models.names import resolve_model

        self.policy()  # before a model is loaded
        database = self.database
        spec = find_engine(self.settings.engine)
        model = resolve_model(self.settings.model, need_weights=spec.loads_weights)
        ranker = read_ranker(self.folder / self.settings.ranker) if self.settings.ranker else None
        engine = spec.start(StartOptions(model, dtype=spec.dtype("auto")))
        store = Store(database, self.read_state)
        return Copilot(store, self.text, self.tools, engine, self.articles, ranker)


def new_folder(folder: Path, histories: Iterable[CustomerHistory] | None = None) -> None:
    """Write the worked example, with a small database: of made-up rows, or of the orders of these histories.

    Raises:
        ConfigError: something is in the folder already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{str(folder)!r} is there already, and not empty; name another folder.")
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    for name in ("tools.py", "policy.toml", "copilot.toml"):
        shutil.copyfile(_STARTER / name, folder / name)
    for path in sorted((_STARTER / "articles").glob("*.md")):
        shutil.copyfile(path, folder / "articles" / path.name)
    database = sqlite3.connect(folder / "shop.db")
    database.executescript((_STARTER / "shop.sql").read_text(encoding="utf-8"))
    if histories is None:
        database.executescript((_STARTER / "rows.sql").read_text(encoding="utf-8"))
    else:
        fill(database, histories)
    database.close()


def read_folder(folder: Path) -> Setup:
    """A copilot's folder; its tools.py is run.

    Raises:
        InputError, PolicyError, ConfigError: a file is missing or can't be read.
    """
    for name in ("tools.py", "policy.toml", "copilot.toml"):
        if not (folder / name).is_file():
            raise InputError(f"{str(folder)!r} has no {name}; `fewsight copilot init DIR` writes an example.")
    module = _run(folder / "tools.py")
    read_state = getattr(module, "read_state", None)
    if not callable(read_state):
        raise PolicyError("tools.py has no function read_state(customer_id, database); write one.")
    tools = tuple(value for value in vars(module).values() if isinstance(value, Tool))
    text, articles = read_policy(folder / "policy.toml"), read_articles(folder / "articles")
    lookups = {name: getattr(module, name, None) for name in ("find_customer", "address_of")}
    return Setup(folder, _settings(folder / "copilot.toml"), read_state, tools, text, articles, **lookups)


def _settings(path: Path) -> Settings:
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(path)!r} is no TOML: {error}.") from error
    except ValidationError as error:
        raise ConfigError(f"{str(path)!r}: {first_problem(error)}.") from error


def _run(path: Path) -> ModuleType:
    name = f"fewsight_copilot_{digest(str(path.resolve()))[:16]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # annotations are looked up there
    try:
        spec.loader.exec_module(module)
    except PolicyError:
        raise
    except Exception as error:  # the author's code may raise anything
        raise PolicyError(f"tools.py can't be run: {type(error).__name__}: {error}") from error
    return module
