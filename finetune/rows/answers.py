"""Answers as training tokens: the very tokens that serving scores and writes, and which of them carry loss.

Serving scores a closed field after the answer's text so far, in the tokens that the tokenizer chooses for it, and lets
the model write open fields after that. A training sequence is that token sequence for the gold answer. Loss lies on the
tokens of values that the model has a choice in; the text between values is forced when serving, so it carries none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fewsight.prompts.answer.form import AnswerForm, Write
from fewsight.prompts.answer.trie import TokenTrie
from fewsight.tokenizer import Tokenizer

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A token that carries loss: its place in the answer's tokens, and the field whose value it belongs to.

    `legal` are the tokens that the labels of a closed field allow there, where that are two or more: a decision.
    """

    position: int
    field: str
    legal: Ids = ()


@dataclass(slots=True)
class AnswerTokens:
    """Tokens after the prompt, through the last that carries loss."""

    tokens: Ids
    targets: list[Target] = field(default_factory=list)


class AnswerEncoder:
    """Turns gold answers of one task into training tokens.

    Args:
        form: the decoding plan that serving uses.
        tokenizer: of the model that is trained.
    """

    def __init__(self, form: AnswerForm, tokenizer: Tokenizer) -> None:
        self._form = form
        self._tokenizer = tokenizer
        self._closed_part = lru_cache(maxsize=65_536)(self._make_closed_part)

    def encode(self, values: Mapping[str, Any], given: frozenset[str], events: int) -> list[AnswerTokens]:
        """Training sequences for one answer; more than one only where a tokenizer joins a value to what follows it.

        Args:
            values: JSON values by dotted path: all fields up to the last one given.
            given: the fields that carry loss.
            events: how many events the prompt shows.
        """
        parts = [*self._closed_parts(values, given), *self._open_parts(values, given, events)]
        sequences: list[AnswerTokens] = []
        for part in reversed(parts):  # the longest is the last
            home = next((s for s in sequences if s.tokens[: len(part.tokens)] == part.tokens), None)
            if home is None:
                sequences.append(AnswerTokens(part.tokens, list(part.targets)))
            else:
                home.targets[:0] = part.targets
        return sequences

    def _closed_parts(self, values: Mapping[str, Any], given: frozenset[str]) -> Iterator[AnswerTokens]:
        chosen: tuple[str, ...] = ()
        for closed in self._form.closed:
            if closed.path not in values:
                return
            before, chosen = chosen, (*chosen, closed.label_of(values[closed.path]))
            if closed.path in given and len(closed.labels) > 1:
                yield self._closed_part(before, chosen[-1])

    def _make_closed_part(self, chosen: Ids | tuple[str, ...], label: str) -> AnswerTokens:
        ask = self._form.ask([str(word) for word in chosen])
        assert ask is not None
        trie, sequence = ask.labels, ask.labels.sequences[ask.field.labels.index(label)]
        named = dict(zip((f.path for f in self._form.closed), map(str, chosen), strict=False)) | {ask.field.path: label}
        text, spans = self._form.spans(
            {f.path: f.value_of(named[f.path]) for f in self._form.closed if f.path in named}
        )
        end = self._end((*ask.prefill, *sequence), text[: spans[ask.field.path][1]]) - len(ask.prefill)
        end = max(end, _last_branch(trie, sequence) + 1)
        branches = trie.branches
        targets = [
            Target(len(ask.prefill) + place, ask.field.path, tuple(sorted(branches.get(sequence[:place], ()))))
            for place in range(end)
        ]
        return AnswerTokens((*ask.prefill, *sequence[:end]), targets)

    def _open_parts(self, values: Mapping[str, Any], given: frozenset[str], events: int) -> Iterator[AnswerTokens]:
        wanted = [f for f in self._form.open if f.path in given and f.path in values and not f.is_forced(events)]
        if not wanted:
            return
        chosen = [closed.label_of(values[closed.path]) for closed in self._form.closed]
        write = self._form.write(chosen, events)
        assert isinstance(write, Write)
        text, spans = self._form.spans(values)
        whole = tuple(self._tokenizer.encode(text))
        if whole[: len(write.prefill)] != write.prefill:  # no tokenizer that was met does this
            whole = (*write.prefill, *self._tokenizer.encode(text[len(write.text) :]))
        written = [f for f in self._form.open if f.path in values]
        for open_field in wanted:
            before = written[: written.index(open_field)]
            # What stands between two fields is written by the model too, and it can be cut into tokens in several ways.
            first = max(self._end(whole, text[: spans[before[-1].path][1]]) if before else 0, len(write.prefill))
            last = self._end(whole, text[: spans[open_field.path][1]])
            targets = [Target(place, open_field.path) for place in range(first, last)]
            yield AnswerTokens(whole[:last], targets)

    def _end(self, tokens: Ids, text: str) -> int:
        """How many of `tokens` it takes to say all of `text`."""
        for count in range(len(tokens) + 1):
            if self._tokenizer.decode(tokens[:count]).startswith(text):
                return count
        return len(tokens)


def _last_branch(trie: TokenTrie, sequence: Ids) -> int:
    """The place of the last token of `sequence` that is a choice."""
    return max(place for place in range(len(sequence)) if sequence[:place] in trie.branches)
