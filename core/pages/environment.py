"""The one template environment of all pages."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Environment

_KIT: Final = Path(__file__).parent


def render(template: str, folder: Path = _KIT, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """A template of `folder`, which may extend `base.jinja` and include any other file of the kit, as HTML.

    Values are escaped, and a missing one is an error. `formats` and `charts` are there in every template; the filter
    `grouped` writes whole numbers as 12,345.
    """
    return _environment(folder).get_template(template).render(values)


@lru_cache(maxsize=8)
def _environment(folder: Path) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from fewsight.pages import charts, formats

    environment = Environment(
        loader=FileSystemLoader([folder, _KIT]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(charts=charts, formats=formats)
    environment.filters["grouped"] = formats.grouped
    return environment
