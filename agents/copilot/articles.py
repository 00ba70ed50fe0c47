"""Articles of the knowledge base: which ones are shown for what a customer asks."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from fewsight.errors import InputError

SHOWN: Final = 3
"""How many articles a step shows at most."""


@dataclass(frozen=True, slots=True)
class Article:
    """`id` is the name of its file without the ending, `title` its first line."""

    id: str
    title: str
    text: str


class Articles:
    """A knowledge base that is searched by likeness of words (TF-IDF of pieces of words, in any language)."""

    def __init__(self, articles: tuple[Article, ...] = ()) -> None:
        self.articles = articles

    def nearest(self, text: str) -> list[Article]:
        """Up to `SHOWN` articles that share words with a text, most alike first."""
        if not self.articles:
            return []
        vectorizer, rows = self._index
        likeness = (rows @ vectorizer.transform([text[:10_000]]).T).toarray()[:, 0]
        order = sorted(range(len(self.articles)), key=lambda i: -likeness[i])[:SHOWN]
        return [self.articles[i] for i in order if likeness[i] > 0]

    @cached_property
    def _index(self) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        return vectorizer, vectorizer.fit_transform([f"{a.title}\n{a.text}" for a in self.articles])


def read_articles(folder: Path) -> Articles:
    """All Markdown files of a folder; a heading in the first line is the title.

    Raises:
        InputError: a file is empty or no UTF-8.
    """
    return Articles(tuple(_read(path) for path in sorted(folder.glob("*.md"))))


def _read(path: Path) -> Article:
    try:
        title, _, text = path.read_text(encoding="utf-8").strip().partition("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{str(path)!r} is no UTF-8: {error}. Save it as UTF-8.") from error
    if not title:
        raise InputError(f"{str(path)!r} is empty; write a title and what it says, or remove it.")
    return Article(path.stem, title.lstrip("# "), text.strip())
