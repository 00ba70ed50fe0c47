"""Which shots are most like a history: TF-IDF over words and characters, or sentence embeddings."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from fewsight.events import CustomerHistory
from fewsight.prompts.selection.texts import weighted_texts
from fewsight.prompts.task import Shot

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.intp]

Encoder = Callable[[Sequence[str]], "Floats"]
"""Texts to vectors of length 1, one row for each text."""

Near = list[tuple["Ints", "Floats"]]
"""For each history the indices of shots, most similar first, and their cosine similarities."""

_DIGITS: Final = 5
"""Similarities are compared to this many digits, so that rounding can't decide; ties go to the lower index."""

_CELLS: Final = 1_000_000
"""Similarities (histories x shots) that are in memory at a time."""

_BATCH: Final = 128
_SHORTLIST: Final = 32


class Index(Protocol):
    """Finds the shots that are most like a history."""

    def nearest(self, histories: Sequence[CustomerHistory], count: int, barred: Sequence[Collection[int]]) -> Near:
        """At most `count` shots for each history, without those that are barred for it."""

    def between(self, indices: "Ints") -> "Floats":
        """Cosine similarities of shots to each other (n x n)."""


class TfidfIndex:
    """Cosine similarity of TF-IDF vectors: words (1-2) and characters within words (2-5), or in Chinese (1-3).

    Two steps keep it quick on large pools: a shortlist by the terms that at most 5 % of the shots hold, then the full
    similarity within it.

    Args:
        shots: at least one.
        exact_up_to: pools of so many shots are searched whole.
    """

    def __init__(self, shots: Sequence[Shot], exact_up_to: int = 2000) -> None:
        import numpy as np
        from sklearn.preprocessing import normalize

        chinese = 2 * sum(shot.language == "zh" for shot in shots) > len(shots)
        texts, weights = weighted_texts([shot.history for shot in shots])
        self._vectorizers = _vectorizers(chinese, min_df=2 if len(texts) >= 1000 else 1)
        self._batch = _batch(len(shots))
        self._shots = normalize(weights @ _joined([_fit(v, texts) for v in self._vectorizers]), copy=False)
        held = np.bincount(self._shots.indices, minlength=self._shots.shape[1])
        rare = held <= max(0.05 * len(shots), 100)
        self._exact = len(shots) <= exact_up_to or bool(rare.all())
        self._rare: Ints = np.arange(len(rare)) if self._exact else np.flatnonzero(rare)
        self._by_term = self._shots[:, self._rare].T.tocsr()

    def nearest(self, histories: Sequence[CustomerHistory], count: int, barred: Sequence[Collection[int]]) -> Near:
        """At most `count` shots for each history, without those that are barred for it."""
        near: Near = []
        for start in range(0, len(histories), self._batch):
            end = start + self._batch
            near += self._nearest(histories[start:end], count, barred[start:end])
        return near

    def between(self, indices: "Ints") -> "Floats":
        """Cosine similarities of shots to each other (n x n)."""
        vectors = self._shots[indices]
        similar: Floats = (vectors @ vectors.T).toarray()
        return similar

    def _nearest(self, histories: Sequence[CustomerHistory], count: int, barred: Sequence[Collection[int]]) -> Near:
        from sklearn.preprocessing import normalize

        texts, weights = weighted_texts(histories)
        queries = normalize(weights @ _joined([v.transform(texts) for v in self._vectorizers]), copy=False)
        shared = queries[:, self._rare] @ self._by_term
        lists: Near = []
        for row, kept_out in enumerate(barred):
            part = slice(shared.indptr[row], shared.indptr[row + 1])
            lists.append(_without(shared.indices[part], shared.data[part], kept_out))
        if not self._exact:
            lists = self._similar(queries, [_top(*near, max(_SHORTLIST, 4 * count)) for near in lists])
        most = self._shots.shape[0]
        padded = [_pad(*near, min(count, most), most, kept_out) for near, kept_out in zip(lists, barred, strict=True)]
        return [_sorted(*near, count) for near in padded]

    def _similar(self, queries: "sp.csr_matrix[Any]", lists: Sequence["Ints"]) -> Near:
        """The full similarity of each query to the shots of its list; all of a batch at once, for speed."""
        import numpy as np

        lengths = [len(indices) for indices in lists]
        listed = self._shots[np.concatenate(lists)]
        offsets = np.repeat(np.repeat(np.arange(len(lists)) * queries.shape[1], lengths), np.diff(listed.indptr))
        products = listed.data * queries.toarray().ravel().take(offsets + listed.indices)
        # A listed shot has a term at least, so no part of the sum is empty.
        sums = np.add.reduceat(products, listed.indptr[:-1]) if len(products) else products
        return list(zip(lists, np.split(sums, np.cumsum(lengths)[:-1]), strict=True))


class EmbeddingIndex:
    """Cosine similarity of sentence embeddings.

    Args:
        shots: at least one.
        encoder: texts to unit vectors.
    """

    def __init__(self, shots: Sequence[Shot], encoder: Encoder) -> None:
        self._encoder = encoder
        self._shots = self._vectors([shot.history for shot in shots])

    def nearest(self, histories: Sequence[CustomerHistory], count: int, barred: Sequence[Collection[int]]) -> Near:
        """At most `count` shots for each history, without those that are barred for it."""
        import numpy as np

        near: Near = []
        everything = np.arange(len(self._shots))
        batch = _batch(len(self._shots))
        for start in range(0, len(histories), batch):
            similar = self._vectors(histories[start : start + batch]) @ self._shots.T
            for row, kept_out in zip(similar, barred[start : start + batch], strict=True):
                indices, values = _without(everything, row, kept_out)
                near.append(_sorted(indices, values, count))
        return near

    def between(self, indices: "Ints") -> "Floats":
        """Cosine similarities of shots to each other (n x n)."""
        vectors = self._shots[indices]
        similar: Floats = vectors @ vectors.T
        return similar

    def _vectors(self, histories: Sequence[CustomerHistory]) -> "Floats":
        import numpy as np

        blocks = []
        for start in range(0, len(histories), _BATCH):
            texts, weights = weighted_texts(histories[start : start + _BATCH])
            blocks.append(weights @ np.asarray(self._encoder(texts), dtype=np.float32))
        vectors: Floats = np.concatenate(blocks)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors


def _vectorizers(chinese: bool, min_df: int) -> list[Any]:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    shared = {"sublinear_tf": True, "dtype": np.float32, "lowercase": False, "min_df": min_df}
    if chinese:
        return [TfidfVectorizer(analyzer="char", ngram_range=(1, 3), **shared)]
    # Runs of punctuation count as words, so that no text is without any.
    words = TfidfVectorizer(token_pattern=r"\w+|[^\w\s]+", ngram_range=(1, 2), **shared)  # noqa: S106
    return [words, TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared)]


def _fit(vectorizer: Any, texts: Sequence[str]) -> "sp.csr_matrix[Any]":  # noqa: ANN401 - scikit-learn is untyped
    try:
        fitted: sp.csr_matrix[Any] = vectorizer.fit_transform(texts)
    except ValueError:  # no term is in two texts
        fitted = vectorizer.set_params(min_df=1).fit_transform(texts)
    return fitted


def _joined(parts: Sequence["sp.csr_matrix[Any]"]) -> "sp.csr_matrix[Any]":
    import scipy.sparse as sp
    from sklearn.preprocessing import normalize

    joined: sp.csr_matrix[Any] = normalize(sp.hstack(parts, format="csr"), copy=False)
    return joined


def _batch(shots: int) -> int:
    return max(1, min(_BATCH, _CELLS // max(shots, 1)))


def _without(indices: "Ints", similar: "Floats", barred: Collection[int]) -> tuple["Ints", "Floats"]:
    import numpy as np

    if not barred:
        return indices, similar
    kept = ~np.isin(indices, list(barred))
    return indices[kept], similar[kept]


def _top(indices: "Ints", similar: "Floats", count: int) -> "Ints":
    """Indices of at least `count` most similar shots; all that tie with the last one are in."""
    import numpy as np

    if len(indices) <= count:
        return indices
    rounded = np.round(similar, _DIGITS)
    least = np.partition(rounded, -count)[-count]
    kept: Ints = indices[rounded >= least]
    return kept


def _pad(
    indices: "Ints", similar: "Floats", count: int, shots: int, barred: Collection[int]
) -> tuple["Ints", "Floats"]:
    """Fill up with shots that have nothing in common, lowest index first."""
    import numpy as np

    if len(indices) >= count:
        return indices, similar
    taken = {*indices.tolist(), *barred}
    others = [index for index in range(shots) if index not in taken][: count - len(indices)]
    return np.append(indices, others).astype(np.intp), np.append(similar, [0.0] * len(others)).astype(np.float32)


def _sorted(indices: "Ints", similar: "Floats", count: int) -> tuple["Ints", "Floats"]:
    import numpy as np

    rounded = np.round(similar, _DIGITS)
    if len(indices) > count > 0:
        kept = rounded >= np.partition(rounded, -count)[-count]
        indices, rounded = indices[kept], rounded[kept]
    order = np.lexsort((indices, -rounded))[:count]
    return indices[order], rounded[order]
