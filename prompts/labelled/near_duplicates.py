"""Validation rows that nearly repeat a training row: they make a validation look better than it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fewsight.prompts.labelled.gold import GoldRow

NEAR: Final = 0.95
"""Cosine of character n-grams from which two texts count as near duplicates."""

CELLS: Final = 8_000_000
"""Similarities that are held at once: at most 12 bytes each, 96 MB."""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A held-back row, the training row that is most like it, and their cosine."""

    valid_id: str
    train_id: str
    cosine: float


def near_duplicates(train: Sequence[GoldRow], valid: Sequence[GoldRow], threshold: float = NEAR) -> list[NearDuplicate]:
    """Held-back rows whose text has a training text at a cosine of at least `threshold`, nearest first.

    Texts are compared by their TF-IDF weighted n-grams of three to five characters within words. Held-back rows are
    compared in blocks, so that memory does not grow with the product of both sizes. Rows without text are left out.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    known, asked = [row for row in train if row.text], [row for row in valid if row.text]
    if not known or not asked:
        return []
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), dtype=np.float32, sublinear_tf=True)
    # Of both sides: what only a held-back text says must count as a difference.
    vectorizer.fit([row.text for row in (*known, *asked)])
    basis = vectorizer.transform([row.text for row in known])
    block = max(CELLS // len(known), 1)
    pairs = []
    for start in range(0, len(asked), block):
        rows = asked[start : start + block]
        alike = vectorizer.transform([row.text for row in rows]) @ basis.T
        best = np.asarray(alike.argmax(axis=1)).ravel()
        for i, row in enumerate(rows):
            cosine = float(alike[i, best[i]])
            if cosine >= threshold:
                pairs.append(NearDuplicate(row.id, known[int(best[i])].id, round(min(cosine, 1.0), 4)))
    return sorted(pairs, key=lambda pair: (-pair.cosine, pair.valid_id))
