"""Options of the command line made from the configuration: one for each field, with the text under it as its help."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import click

from fewsight.finetune.config import FinetuneConfig

Command = TypeVar("Command", bound=Callable[..., Any])


@lru_cache(maxsize=1)
def field_docs() -> dict[str, str]:
    """What the source says under each field of the configuration.

    >>> field_docs()["rank"]
    'Rank of the LoRA matrices.'
    """
    (body,) = (
        node.body for node in ast.parse(inspect.getsource(FinetuneConfig)).body if isinstance(node, ast.ClassDef)
    )
    docs, name = {}, None
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and name:
            docs[name], name = " ".join(str(node.value.value).split()), None
    return docs


def config_options(command: Command) -> Command:
    """Add an option for each field; one that is not given is None, so that presets and files can speak."""
    kinds = get_type_hints(FinetuneConfig)
    for field in reversed(fields(FinetuneConfig)):
        word, kind = field.name.replace("_", "-"), kinds[field.name]
        names = [f"--{word}/--no-{word}" if kind is bool else f"--{word}", field.name]
        shown = str(field.default).lower() if kind is bool else field.default
        given: Any = (
            {} if kind is bool else {"type": click.Choice(get_args(kind)) if get_origin(kind) is Literal else kind}
        )
        help_text = f"{field_docs()[field.name]} [default: {shown}]"
        command = click.option(*names, default=None, help=help_text, **given)(command)
    return command


def given_options(values: dict[str, Any]) -> dict[str, Any]:
    """Those options of the configuration that were given."""
    names = {field.name for field in fields(FinetuneConfig)}
    return {name: value for name, value in values.items() if name in names and value is not None}
