"""How an answer is decoded: which labels are scored where, and under which grammar the rest is written.

The answer is compact JSON in the order of the output model. All of its forced text goes into the prompt, up to a token
boundary that the tokenizer itself would choose for the whole answer, so that what is scored and generated are the same
tokens that an adapter is trained on.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from fewsight.answers import list_key, nest, split_path
from fewsight.evidence import references
from fewsight.prompts.answer.fields import ClosedField, closed_fields, given_values, open_fields
from fewsight.prompts.answer.grammar import openings, value_pattern
from fewsight.prompts.answer.literals import literal
from fewsight.prompts.answer.model_check import check_model
from fewsight.prompts.answer.several import folded, label_lists
from fewsight.prompts.answer.trie import TokenTrie, common_prefix, shared_length
from fewsight.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Ask:
    """Score `labels` after the prompt and `prefill` (token ids)."""

    field: ClosedField
    prefill: tuple[int, ...]
    labels: TokenTrie


@dataclass(frozen=True, slots=True)
class Write:
    """Generate after the prompt and `prefill`; the answer's text is `text` plus what is generated under `grammar`."""

    text: str
    prefill: tuple[int, ...]
    grammar: str


class AnswerForm:
    """The decoding plan of one output model for one tokenizer.

    Args:
        model: the task's output model.
        tokenizer: of the model that answers.

    Raises:
        TaskError: the output model has fields that can't be answered.
    """

    def __init__(self, model: type[BaseModel], tokenizer: Tokenizer) -> None:
        check_model(model)
        self.model = model
        self._lists = label_lists(model)
        self.closed = closed_fields(model)
        self.open = open_fields(model)
        self._tokenizer = tokenizer
        self.paths = (*(f.path for f in self.closed), *(f.path for f in self.open))
        self._pieces = _pieces(self.paths)
        self._ask = lru_cache(maxsize=4096)(self._make_ask)
        self._write = lru_cache(maxsize=4096)(self._make_write)

    def ask(self, chosen: Sequence[str]) -> Ask | None:
        """The next closed field to score, after labels for the fields before it were chosen; None when all are."""
        return None if len(chosen) == len(self.closed) else self._ask(tuple(chosen))

    def write(self, chosen: Sequence[str], events: int) -> Write | str:
        """What is left to generate after `chosen` labels, with E1..E`events` shown; the whole text if all is forced."""
        return self._write(tuple(chosen), events)

    def spans(self, values: Mapping[str, Any]) -> tuple[str, dict[str, tuple[int, int]]]:
        """An answer's text, and where in it (first and last character plus one) each value stands.

        `values` are JSON values by dotted path. The text ends with what is forced after the last value before the first
        field that has none.
        """
        text, spans = self._pieces[0], {}
        for path, piece in zip(self.paths, self._pieces[1:], strict=True):
            if path not in values:
                break
            value = json.dumps(values[path], ensure_ascii=False, separators=(",", ":"))
            spans[path] = (len(text), len(text) + len(value))
            text += value + piece
        return text, spans

    def parse(self, text: str) -> BaseModel:
        """The validated answer.

        Raises:
            pydantic.ValidationError: the text is not an answer.
        """
        if self._lists:
            with suppress(ValueError):  # what is no JSON is refused below
                read = json.loads(text)
                text = json.dumps(folded(read, self.model)) if isinstance(read, dict) else text
        return self.model.model_validate_json(text)

    def is_kept_by(self, text: str, tokens: Sequence[int]) -> bool:
        """Whether labels that were written under the grammar are sound: in the tokens that the tokenizer itself would
        choose for the whole answer, and as many in each list as it may hold. Text that is cut counts as sound.
        """
        try:
            values = given_values(json.loads(text), self.model)
        except ValueError:
            return True
        spans = self.spans(values)[1]
        if not self.closed or self.closed[-1].path not in spans:
            return True
        for labels in self._lists:
            named = sum(values[field.path] for field in self.closed if field.one_of == labels)
            if not labels.least <= named <= labels.most:
                return False
        own = self._tokenizer.encode(text)
        return len(self._tokenizer.decode(own[: shared_length(own, tokens)])) >= spans[self.closed[-1].path][1]

    def schema(self, events: int) -> dict[str, Any]:
        """A JSON schema in the strict form that servers accept, with evidence limited to E1..E`events`."""
        schema = self.model.model_json_schema()
        for labels in self._lists:
            yes_or_no = {list_key(label): {"type": "boolean"} for label in labels.labels}
            group, name = split_path(labels.path)
            _properties(schema, group)[name] = {"type": "object", "properties": yes_or_no}
        for field in self.open:
            if field.evidence is not None:
                names = list(references(events))
                items = {"items": {"type": "string", "enum": names}} if names else {"items": {"type": "string"}}
                bound = min(field.evidence, events)
                schema["properties"][field.path] = {"type": "array", "maxItems": bound, **items}
        _make_strict(schema)
        return schema

    def _forced(self, chosen: Sequence[str]) -> str:
        text = self._pieces[0]
        for label, field, piece in zip(chosen, self.closed, self._pieces[1:], strict=False):
            text += _value(field, label) + piece
        return text

    def _make_ask(self, chosen: tuple[str, ...]) -> Ask:
        field = self.closed[len(chosen)]
        texts = [self._forced((*chosen, label)) for label in field.labels]
        encoded = [tuple(ids) for ids in self._tokenizer.encode_batch(texts)]
        shared = len(common_prefix(encoded)) if len(encoded) > 1 else 0
        return Ask(field, encoded[0][:shared], TokenTrie(field.labels, tuple(ids[shared:] for ids in encoded)))

    def _make_write(self, chosen: tuple[str, ...], events: int) -> Write | str:
        left = self.closed[len(chosen) :]
        pieces = self._pieces[len(chosen) + 1 :]
        patterns = [*(_choice(field) for field in left), *(value_pattern(field, events) for field in self.open)]
        rest = "".join(pattern + literal(piece) for pattern, piece in zip(patterns, pieces, strict=True))
        text = self._forced(chosen)
        first = [_value(left[0], label) for label in left[0].labels] if left else openings(next(iter(self.open), None))
        if not rest or (not left and all(field.is_forced(events) for field in self.open)):
            return text + "".join("[]" + piece for piece in pieces)
        return write_after(self._tokenizer, text, rest, first)


def write_after(tokenizer: Tokenizer, text: str, pattern: str, first: Iterable[str]) -> Write:
    """Generate what matches `pattern` after `text`; `first` is how it may begin, for a token boundary that fits all."""
    prefill = common_prefix([tuple(ids) for ids in tokenizer.encode_batch([text + start for start in first])])
    kept = tokenizer.decode(prefill)
    while not text.startswith(kept):  # a token that ends inside a character, or inside the value
        prefill = prefill[:-1]
        kept = tokenizer.decode(prefill)
    return Write(kept, prefill, literal(text[len(kept) :]) + pattern)


def _pieces(paths: Sequence[str]) -> list[str]:
    """The answer's fixed text: before the first value, between values, after the last."""
    marks = {path: f"\x00{i}\x00" for i, path in enumerate(paths)}
    text = json.dumps(nest(marks), separators=(",", ":"), ensure_ascii=False)
    return re.split(r'"\\u0000\d+\\u0000"', text)


def _value(field: ClosedField, label: str) -> str:
    return json.dumps(field.value_of(label), ensure_ascii=False)


def _choice(field: ClosedField) -> str:
    return "(?:" + "|".join(literal(_value(field, label)) for label in field.labels) + ")"


def _make_strict(schema: dict[str, Any]) -> None:
    for part in _objects(schema):
        part["additionalProperties"] = False
        part["required"] = list(part["properties"])


def _properties(schema: dict[str, Any], group: str) -> dict[str, Any]:
    """The properties of the object at a dotted path, '' for the whole."""
    place = schema
    for name in group.split(".") if group else ():
        place = place["properties"][name]
        while "$ref" in place or "allOf" in place:
            place = schema["$defs"][(place.get("$ref") or place["allOf"][0]["$ref"]).rpartition("/")[2]]
    properties: dict[str, Any] = place["properties"]
    return properties


def _objects(schema: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _objects(part)
