"""What a field's annotation comes to, without aliases, `Annotated`, `Optional` and unions of labels."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import GroupedMetadata
from pydantic.fields import FieldInfo

Value = str | int | bool | None
"""What a label stands for in JSON."""

_SCALARS: Final = (str, int)


@dataclass(frozen=True, slots=True)
class Kind:
    """`core` is the plain type, `marks` are all constraints on it; `nullable` where None is a value, too."""

    core: Any
    marks: tuple[Any, ...]
    nullable: bool

    def bound(self, kind: type, name: str) -> Any:  # noqa: ANN401 - a number, a date or a length
        """The attribute `name` of the constraint of one kind; None where there is none."""
        return next((getattr(mark, name) for mark in self.marks if isinstance(mark, kind)), None)


def kind_of(annotation: Any, marks: Iterable[Any] = ()) -> Kind:  # noqa: ANN401 - any annotation
    """The kind of an annotation with what a field says beside it; a union of labels is one Literal of them all.

    >>> kind_of(Literal["a"] | Annotated[Literal["b"], "why"] | None)
    Kind(core=typing.Literal['a', 'b'], marks=(), nullable=True)
    """
    gathered, nullable = list(marks), False
    while True:
        if hasattr(annotation, "__value__"):  # `type Words = ...`, which Python 3.11 has no name for
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            gathered += more
        elif get_origin(annotation) in (Union, UnionType):
            arms = [arm for arm in get_args(annotation) if arm is not NoneType]
            nullable |= len(arms) < len(get_args(annotation))
            if len(arms) > 1:
                annotation, of_labels = _one_literal(annotation, arms)
                nullable |= of_labels
                break
            annotation = arms[0]
        else:
            break
    if get_origin(annotation) is Literal and None in get_args(annotation):
        nullable = True
    return Kind(annotation, tuple(_single(gathered)), nullable)


def closed_values(core: Any) -> tuple[Value, ...] | None:  # noqa: ANN401 - any type
    """The values of a type that has finitely many, without None; None for others."""
    if core is bool:
        return (True, False)
    if get_origin(core) is Literal:
        words: tuple[Any, ...] = tuple(arg.value if isinstance(arg, Enum) else arg for arg in get_args(core))
    elif isinstance(core, type) and issubclass(core, Enum):
        words = tuple(member.value for member in core)
    else:
        return None
    words = tuple(word for word in words if word is not None)
    return words if words and all(isinstance(word, _SCALARS) for word in words) else None


def _one_literal(union: Any, arms: list[Any]) -> tuple[Any, bool]:  # noqa: ANN401 - any annotation
    kinds = [kind_of(arm) for arm in arms]
    values = [closed_values(kind.core) for kind in kinds]
    if any(some is None for some in values):
        return union, False
    return Literal[tuple(value for some in values for value in some or ())], any(kind.nullable for kind in kinds)


def _single(marks: Iterable[Any]) -> Iterable[Any]:
    """Constraints one by one: `Field(...)`, `StringConstraints` and intervals hold several."""
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from _single(mark.metadata)
        elif isinstance(mark, GroupedMetadata):
            yield from _single(mark)
        elif mark.__class__ is not str:  # Annotated[..., "a comment"]
            yield mark
