"""What is known of an engine before it is started; each engine's folder declares it, and a plug-in does likewise."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fewsight.serving.engines.base import Engine
    from fewsight.serving.models.names import ModelFolder


@dataclass(frozen=True, slots=True)
class StartOptions:
    """What an engine is started with; it reads what concerns it.

    `adapter` is the folder of the PEFT adapter that its requests will name, None for the model alone. `dtype` is the
    number type that the engine's own `pick_dtype` has named, or 'auto'; `base_url` is that of a server.
    """

    model: "ModelFolder"
    adapter: Path | None = None
    dtype: str = "auto"
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """One engine. The module that holds it is imported to list engines, so it imports nothing heavy.

    Args:
        name: as `--engine` and records call it.
        start: starts it; raises EngineError where it can't.
        loads_weights: it computes with the model's weights in this process. Then a model folder must hold weights,
            the base model of an adapter must be this one, the adapter that comes with the embedded model is used, and
            the parity gate compares it with the training.
        takes_adapters: it answers with the adapter of `StartOptions`, merged or by request (its `Capabilities` say
            which); False where what it runs was settled elsewhere.
        preference: `auto` takes the installed engine with the highest one; 0 is never taken by itself.
        prefix_block: tokens in multiples of which it shares prompt prefixes, for plans that are made before it starts.
        pick_dtype: from what `--dtype` says ('auto' too) to the number type that it computes in; raises ConfigError.
            None where that is not ours to choose.
        package: what must be importable for it to be installed; '' where nothing must.
        install: what to do where it is not.
    """

    name: str
    start: Callable[[StartOptions], "Engine"]
    loads_weights: bool
    takes_adapters: bool
    preference: int = 0
    prefix_block: int = 1
    pick_dtype: Callable[[str], str] | None = None
    package: str = ""
    install: str = ""

    @property
    def installed(self) -> bool:
        """Whether it can be started here."""
        return not self.package or find_spec(self.package) is not None

    def dtype(self, named: str) -> str:
        """The number type that `--dtype` names for this engine; unchanged where the engine takes none.

        Raises:
            ConfigError: there is no such number type.
        """
        return named if self.pick_dtype is None else self.pick_dtype(named)
