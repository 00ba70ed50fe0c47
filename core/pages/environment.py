"""The one template environment of all pages."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fewsight.console import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_KIT: Final = Path(__file__).parent


_PSEUDONYM: Final = re.compile(r"\[((?:[A-Z]+_)?[A-Z]+)_([0-9]+)\]")


class Script(NamedTuple):
    """A script of ours, as it stands in the page, and the only source of scripts that the page's policy allows."""

    source: "Markup"
    policy: str


def render(template: str, folder: Path = _KIT, *, script: str | None = None, **values: Any) -> str:  # noqa: ANN401
    """A template of `folder`, which may extend `base.jinja` and include any other file of the kit, as HTML.

    Values are escaped, and a missing one is an error. `formats` and `charts` are there in every template; the filter
    `grouped` writes whole numbers as 12,345, and `chips` shows pseudonyms as such. `script` is a file of `folder`: it
    alone may run in the page, by its digest, and nothing else ever does. Control characters, and marks that turn the
    direction of a line, are written as escapes.
    """
    own = read_script(folder / script) if script else None
    return visible(_environment(folder).get_template(template).render(values, script=own))


def read_script(path: Path) -> Script:
    """A file as an inline script, with the source expression of its SHA-256 for a Content-Security-Policy."""
    from markupsafe import Markup

    text = path.read_text(encoding="utf-8")
    return Script(Markup(text), f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'")  # noqa: S704 - a file of ours


def chips(text: str) -> "Markup":
    """Text with its pseudonyms as chips.

    >>> str(chips("<b>[NAME_1]"))
    '&lt;b&gt;<span class="chip" title="masked">NAME 1</span>'
    """
    from markupsafe import Markup, escape

    chip = r'<span class="chip" title="masked">\1 \2</span>'
    return Markup(_PSEUDONYM.sub(chip, str(escape(text))))  # noqa: S704 - escaped before


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
    environment.filters["chips"] = chips
    return environment
