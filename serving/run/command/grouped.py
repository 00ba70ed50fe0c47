"""Commands whose help shows their options under titles, since twenty in a row are not read."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import click

Decorator = Callable[[Any], Any]
_OTHER: Final = "Other"


class TitledOption(click.Option):
    """An option that stands under a title of the help."""

    def __init__(self, *args: Any, title: str, **settings: Any) -> None:  # noqa: ANN401 - click's arguments
        super().__init__(*args, **settings)
        self.title = title


class GroupedCommand(click.Command):
    """A command whose help groups options by their title; those without one stand under 'Other', last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each title, in the order in which they first occur."""
        sections: dict[str, list[tuple[str, str]]] = {}
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        for parameter in options:
            if (record := parameter.get_help_record(ctx)) is not None:
                title = parameter.title if isinstance(parameter, TitledOption) else _OTHER
                sections.setdefault(title, []).append(record)
        for title, records in sorted(sections.items(), key=lambda section: section[0] == _OTHER):
            with formatter.section(title):
                formatter.write_dl(records)


def titled(title: str) -> Callable[..., Decorator]:
    """`click.option` for options under a title."""
    return partial(click.option, cls=TitledOption, title=title)


def with_options(*groups: list[Decorator]) -> Decorator:
    """A decorator that adds groups of options, in their order."""

    def decorate(command: Any) -> Any:  # noqa: ANN401 - a function or a command
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return decorate
