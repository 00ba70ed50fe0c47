"""Reading pages in tests: what a browser would show of them."""

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "input"}


class Checker(HTMLParser):
    """Collects tags, attributes and text, and fails where tags don't nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.scripts: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.text += " "
        self.attributes |= set(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" in self.open:
            self.scripts.append(data)
        self.text += data if not {"style", "script"} & set(self.open) else ""

    @property
    def links(self) -> set[str | None]:
        return {value for name, value in self.attributes if name in ("href", "src", "action", "data", "srcdoc")}


def words(html: str) -> str:
    """The text of a page, spaces collapsed."""
    return re.sub(r"\s+", " ", Checker(html).text)
