"""A ranker of moves: a conditional logit over features of moves (McFadden, Conditional logit analysis, 1974).

What messages ask for comes from linear heads on sentence embeddings, of each sentence by itself. Nothing in it writes
words, and it only chooses among moves that are legal.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from fewsight.agents.copilot.case import Case
from fewsight.agents.copilot.moves import Move
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.ranking.features import FEATURES, Wishes, move_features
from fewsight.errors import ConfigError, first_problem
from fewsight.serving.answerers.fusion import Opinion, fuse, log_share

if TYPE_CHECKING:
    import numpy as np

Encode = Callable[[Sequence[str]], "np.ndarray"]

VERSION: Final = 1
_SENTENCE: Final = re.compile(r"(?<=[.!?;。！？])\s+")


@dataclass(frozen=True, slots=True)
class Blend:
    """How a ranker counts beside a language model: their log probabilities are weighted and added."""

    own: float
    ranker: float = 1.0

    def of(self, models: Sequence[float], rankers: Sequence[float]) -> list[float]:
        """The probabilities of both together."""
        labels = [str(place) for place in range(len(models))]
        logs = {name: self.ranker * log_share(share) for name, share in zip(labels, rankers, strict=True)}
        return list(fuse(labels, models, Opinion(logs, own=self.own)))


RANKER_ALONE: Final = Blend(own=0.0)


class RankerFile(BaseModel):
    """A ranker as JSON. `heads` are by tool, or by tool, argument and value (`a|b|c`): weights, the bias last."""

    model_config = ConfigDict(extra="forbid")

    version: int = VERSION
    encoder: str
    moves: dict[str, float]
    elements: dict[str, float]
    heads: dict[str, list[float]]
    rest: float = 1.0
    """1 - the least score of an intent in the set, so chosen that sets hold the right one as often as promised."""


class Ranker:
    """Ranks moves.

    Args:
        file: its weights.
        encode: of the encoder that its heads were fitted on; called with sentences.
    """

    def __init__(self, file: RankerFile, encode: Encode) -> None:
        self._file, self._encode = file, encode
        self._known: dict[str, dict[str, float]] = {}
        self.elements: Mapping[str, float] = file.elements

    def shares(self, policy: Policy, case: Case, state: BaseModel, moves: Sequence[Move]) -> list[float]:
        """A probability for each move, in their order."""
        import numpy as np
        from scipy.special import softmax

        rows = np.asarray(move_features(policy, case, state, moves, self.wishes(case.texts)))
        weights = np.asarray([self._file.moves.get(name, 0.0) for name in FEATURES])
        return [float(share) for share in softmax(rows @ weights)]

    def wishes(self, texts: Sequence[str]) -> Wishes:
        """What messages ask for, oldest first."""
        each = [self._head_shares(text) for text in texts]
        literals: dict[tuple[str, str, str], float] = {}
        for age, shares in enumerate(reversed(each)):
            for name, share in shares.items():
                if name.count("|") == 2:
                    tool, argument, value = name.split("|")
                    key = (tool, argument, value)
                    literals[key] = max(literals.get(key, 0.0), share * 0.8**age)
        tools = [{name: share for name, share in shares.items() if "|" not in name} for shares in each]
        return Wishes(tools, literals)

    def intents(self, texts: Sequence[str]) -> list[str]:
        """The tools that messages may ask for, as a set that holds the right one as often as was promised."""
        best: dict[str, float] = {}
        for wishes in self.wishes(texts).tools:
            best = {name: max(best.get(name, 0.0), share) for name, share in wishes.items()}
        return sorted((name for name, share in best.items() if 1 - share <= self._file.rest), key=lambda n: -best[n])

    def _head_shares(self, text: str) -> dict[str, float]:
        """The largest share of each head over the whole text and its sentences."""
        import numpy as np
        from scipy.special import expit

        if not self._file.heads:
            return {}
        if text not in self._known:
            vectors = np.asarray(self._encode(pieces(text)), dtype=np.float64)
            names = list(self._file.heads)
            weights = np.asarray([self._file.heads[name] for name in names]).reshape(len(names), -1)
            shares = expit(vectors @ weights[:, :-1].T + weights[:, -1]).max(axis=0)
            self._known[text] = dict(zip(names, map(float, shares), strict=True))
        return self._known[text]


def pieces(text: str) -> list[str]:
    """A text, and its sentences where it has several; of a long text the first ones."""
    parts = [part for part in _SENTENCE.split(text[:4000]) if part.strip()]
    return [text[:1500], *parts[:12]] if len(parts) > 1 else [text[:1500]]


def read_ranker(path: Path) -> Ranker:
    """A ranker's file, on its encoder.

    Raises:
        ConfigError: it can't be read, or a later fewsight wrote it.
        ModelError: its encoder is not here.
    """
    from fewsight.serving.answerers.encoders import find_encoder

    try:
        file = RankerFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ConfigError(f"{str(path)!r} is no ranker: {first_problem(error)}.") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{str(path)!r} can't be read: {error}.") from error
    if file.version > VERSION:
        raise ConfigError(f"{str(path)!r} has version {file.version}; this fewsight reads up to {VERSION}.")
    return Ranker(file, find_encoder(file.encoder)[1])


def write_ranker(path: Path, file: RankerFile) -> None:
    """Write a ranker's file, or replace it."""
    path.write_text(json.dumps(file.model_dump()), encoding="utf-8")
