"""HTML to text: no markup, entities decoded, links keep their words. What is no HTML stays as it is."""

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_TAGS: Final = (
    "a abbr article b blockquote body br center code dd div dl dt em font footer form h1 h2 h3 h4 h5 h6 head header hr "
    "html i img li link main meta ol p pre q s section small span strike strong style sub sup table tbody td tfoot th "
    "thead title tr u ul script"
)
_OPENED: Final = re.compile(rf"<({_TAGS.replace(' ', '|')})(?:\s+[\w:-]+\s*=[^<>]*|\s*)>", re.IGNORECASE)
# Tags that need no closing, and tags with attributes: nobody types those.
_SURE: Final = re.compile(
    r"<(?:br|hr)\s*/?>|<img\s[^<>]*>|<(?:p|div|td|li|span)\s+[\w:-]+\s*=[^<>]*>|"
    r"<!doctype html|<p>[^<]+<p>",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_BLOCK_TAGS: Final = """
    address article blockquote center dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section
    table tr ul"""
_BLOCKS: Final = frozenset(_BLOCK_TAGS.split())
_SILENT: Final = frozenset(["script", "style", "head", "title", "meta", "link", "noscript", "template"])


def plain_text(text: str) -> str:
    """Text without markup, one line for each block; quoted mail keeps `> ` before its lines.

    >>> plain_text("<p>Hello&nbsp;team,</p><p>my order is <b>late</b></p>")
    'Hello team,\\nmy order is late'
    >>> plain_text("if a < b & b > c"), plain_text("a &amp; b")
    ('if a < b & b > c', 'a & b')
    """
    if "&lt;" in text[:200] and is_html(whole := _ENTITY.sub(_entity, text)):
        return _of_html(whole)  # markup that was escaped once more
    if "<" in text and is_html(text):
        return _of_html(text)
    return _ENTITY.sub(_entity, text) if "&" in text else text


def is_html(text: str) -> bool:
    """Whether a text is marked up, and does not merely hold `<`: a tag that is closed, or one that nobody types."""
    if _SURE.search(text):
        return True
    low = text.casefold()
    return any(f"</{name}" in low for name in {tag[1].casefold() for tag in _OPENED.finditer(text)})


def _entity(entity: re.Match[str]) -> str:
    return unescape(entity[0]).replace("\xa0", " ")


def _of_html(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    writer = _Writer()
    if tree.body is not None:
        writer.walk(tree)
    return writer.text()


class _Writer:
    """Lines of text out of a tree. The tree is walked without recursion: mails nest deeply."""

    def __init__(self) -> None:
        self._lines: list[str] = [""]
        self._depth = 0

    def walk(self, tree: "LexborHTMLParser") -> None:
        """Write all of a tree."""
        stack: list[tuple[Any, bool]] = [(tree.body, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                self._leave(node.tag)
                continue
            if node.tag == "-text":
                self._say(node.text_content or "")
            elif node.tag not in _SILENT and not node.tag.startswith(("_", "-", "!")):
                self._enter(node)
                stack.append((node, True))
                stack += [(child, False) for child in reversed(list(node.iter(include_text=True)))]

    def text(self) -> str:
        """What was written, without empty lines at its ends and no two in a row."""
        lines = [" ".join(line.split()) for line in self._lines]
        kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
        return "\n".join(kept).strip()

    def _enter(self, node: "LexborNode") -> None:
        if node.tag == "blockquote":
            self._depth += 1
        if node.tag == "br" or node.tag in _BLOCKS:
            self._break(hard=node.tag == "br")
        if node.tag == "li":
            self._say("- ")
        if node.tag in ("td", "th"):
            self._say(" ")

    def _leave(self, tag: str | None) -> None:
        if tag == "blockquote":
            self._depth -= 1
        if tag in _BLOCKS:
            self._break()

    def _say(self, text: str) -> None:
        text = re.sub(r"\s+", " ", text)
        if text.strip() and not self._lines[-1].strip() and self._depth:
            self._lines[-1] = ">" * min(self._depth, 5) + " "
        self._lines[-1] += text

    def _break(self, hard: bool = False) -> None:
        if hard or self._lines[-1].strip():
            self._lines.append("")
