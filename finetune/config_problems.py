"""What is wrong with options, all of it at once, in words that say what to do."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from fewsight.errors import ConfigError, did_you_mean

Options = TypeVar("Options")

_NO_BIASES: Final = "vLLM can't serve an adapter with biases"
_NO_DORA: Final = "vLLM can't serve DoRA; use rslora, or a higher rank (64 at most)"
REFUSED: Final = {
    "use_dora": _NO_DORA,
    "dora": _NO_DORA,
    "modules_to_save": "vLLM can't serve whole layers in an adapter; LoRA on all linear layers is what it takes",
    "bias": _NO_BIASES,
    "lora_bias": _NO_BIASES,
}
"""Options of PEFT that make an adapter which not every engine can serve."""

WHY_MOST: Final = {"rank": ", the highest rank that is served with vLLM"}
"""Why there is an upper bound, where that is not plain."""

_KINDS: Final = {"integer": "a number without decimals", "number": "a number", "string": "a text"}


def described(options: type[Any]) -> dict[str, dict[str, Any]]:
    """JSON schema of each field: `type`, `default`, `description`, and perhaps `enum`, `minimum` and `maximum`."""
    fields: dict[str, dict[str, Any]] = TypeAdapter(options).json_schema()["properties"]
    return fields


def as_config_errors(options: type[Options]) -> type[Options]:
    """Let a pydantic dataclass raise ConfigError, with everything that is wrong, where pydantic would its own error."""
    make = options.__init__

    @wraps(make)
    def init(self: Options, *values: Any, **named: Any) -> None:  # noqa: ANN401 - pydantic checks them
        try:
            make(self, *values, **named)
        except ValidationError as error:
            fields = described(options)
            problems = [_problem(one, fields) for one in error.errors(include_url=False)]
            raise ConfigError("Fine-tuning options:\n  - " + "\n  - ".join(problems)) from None

    options.__init__ = init  # type: ignore[assignment]
    return options


def _problem(error: ErrorDetails, fields: Mapping[str, Mapping[str, Any]]) -> str:
    name, value = str(error["loc"][0]), error["input"]
    if name in REFUSED:
        return f"{name}: {REFUSED[name]}"
    if name not in fields:
        return f"{name!r} is not an option.{did_you_mean(name, fields)}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    field = fields[name]
    if "enum" in field:
        return f"{name} is {value!r}; use {', '.join(field['enum'])}{_meant(str(value), field['enum'])}"
    if error["type"] in ("greater_than_equal", "less_than_equal"):
        return f"{name} is {value!r}; use {bounds(field)}{WHY_MOST.get(name, '')}"
    return f"{name} is {value!r}, not {_KINDS.get(field['type'], 'true or false')}"


def _meant(word: str, known: Sequence[str]) -> str:
    return f".{did_you_mean(word, known)}" if get_close_matches(word, known) else ""


def bounds(field: Mapping[str, Any]) -> str:
    """The bounds of a number in words.

    >>> bounds({"minimum": 0.001, "maximum": 10_000})
    '0.001 to 10,000'
    """
    ends = (field["minimum"], field["maximum"])
    return " to ".join(f"{end:,.0f}" if end >= 1000 else f"{end:g}" for end in ends)
