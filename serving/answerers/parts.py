"""The kinds of parts that an answerer may be made of, built in or by entry point; language models are not among them.

A kind is called with a `PartInput` and gives a `Part`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final, Protocol

from fewsight.errors import ModelError, did_you_mean
from fewsight.events import CustomerHistory
from fewsight.serving.answerers.folder import PartFacts
from fewsight.serving.answerers.heads import Reader
from fewsight.serving.answerers.stored import Tensors, tensor_name

if TYPE_CHECKING:
    import numpy as np

GROUP: Final = "fewsight.answerers"
"""Entry points of this group name kinds of parts."""


@dataclass(frozen=True)
class PartInput:
    """What a part is opened with: its facts, all labels of the task by path, its weights, and the reader of histories
    with its encoders (None where it names none)."""

    name: str
    facts: PartFacts
    labels: Mapping[str, tuple[str, ...]]
    tensors: Tensors
    reader: Reader | None

    def tensor(self, what: str) -> "np.ndarray":
        """One of its tensors.

        Raises:
            ModelError: there is none.
        """
        tensor = self.tensors.get(tensor_name(self.name, what))
        if tensor is None:
            raise ModelError(f"The answerer's weights of part {self.name!r} lack {what!r}; save it again.")
        return tensor

    def features(self, histories: Sequence[CustomerHistory]) -> "np.ndarray":
        """What the encoders read of histories, and the facts; see `Reader`.

        Raises:
            ModelError: it has no encoder.
        """
        if self.reader is None:
            raise ModelError(f"Part {self.name!r} of the answerer names no encoder; save it again.")
        return self.reader.features(histories, self.facts.views)


class Part(Protocol):
    """Answers closed fields of one task, without a language model."""

    def shares(self, histories: Sequence[CustomerHistory]) -> Mapping[str, "np.ndarray"]:
        """By path, probabilities above 0 of shape [histories, labels], in the order of the manifest's labels.

        Raises:
            ModelError: a model of its own can't be loaded, or does not fit the weights.
        """


PartKind = Callable[[PartInput], Part]


def open_part(given: PartInput) -> Part:
    """The part, by its kind.

    Raises:
        ModelError: there is no such kind, or its weights are not whole.
    """
    return _kind(given.facts.kind)(given)


def _kind(name: str) -> PartKind:
    from fewsight.serving.answerers.facts.part import KIND, FactsPart
    from fewsight.serving.answerers.linear import LinearPart
    from fewsight.serving.answerers.votes import VotingPart

    own: dict[str, PartKind] = {"names": LinearPart, "encoder": LinearPart, "knn-vote": VotingPart, KIND: FactsPart}
    plugins: dict[str, EntryPoint] = {point.name: point for point in entry_points(group=GROUP)}
    if name in own:
        return own[name]
    if name not in plugins:
        raise ModelError(f"There is no kind of answerer {name!r}.{did_you_mean(name, [*own, *plugins])}")
    try:
        kind: PartKind = plugins[name].load()
    except Exception as error:  # it is foreign code
        raise ModelError(f"The kind of answerer {name!r} ({plugins[name].value}) can't be imported: {error}") from error
    return kind
