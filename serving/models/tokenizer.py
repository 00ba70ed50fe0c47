"""Text to token ids with a model folder's own tokenizer, in such a way that text can't forge a role.

Runs on the `tokenizers` library alone: it loads in a tenth of a second and needs no model.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ModelError
from fewsight.serving.models.chat_template import PLAIN_FRAME, Frame, read_frame, read_template
from fewsight.serving.models.pieces import remembering

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Backend

REMEMBERED_BLOCKS: Final = 1024
ROLE_TOKENS: Final = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
PROBES: Final = ("A shop.\n", "E1 2024-05-01 order, 12.50\n", '"why?" - 为什么?\n', "#1 don't\n", "- ok 😀\n", "end")
"""Neighbouring blocks with the kinds of characters that blocks begin and end with."""


def load_tokenizer(folder: Path) -> "FolderTokenizer":
    """Load tokenizer.json and the chat template of a model folder.

    Raises:
        ModelError: there is no tokenizer, it is damaged, or it turns plain text into special tokens.
    """
    settings = _settings(folder)
    content = _content(folder)
    special = {role: _text(settings[role]) for role in ROLE_TOKENS if settings.get(role)}
    return FolderTokenizer(content, read_template(folder, settings), special, str(folder))


class FolderTokenizer:
    """Implements `fewsight.tokenizer.Tokenizer` for the text of a tokenizer.json and a chat template.

    `has_chat_template` is False where the model has none; `chat` then writes the system message, an empty line, the
    user message and a line break. `guards_roles` is False where the template marks a role with ordinary text, which
    customer text can imitate.
    """

    def __init__(self, content: str, template: str | None, special: Mapping[str, str], place: str) -> None:
        self._backend = _backend(content, place)
        self._place = place
        self._eos_id = self._find_eos(special)
        self.digest: str = hashlib.sha256(f"{content}\0{template}\0{self._eos_id}".encode()).hexdigest()
        self.vocab_size: int = self._backend.get_vocab_size(with_added_tokens=True)
        self.has_chat_template = template is not None
        self._frame = PLAIN_FRAME if template is None else read_frame(template, special)
        self._opening = self._begin_of_text() if template is None else []
        self._added = {token.content: index for index, token in self._backend.get_added_tokens_decoder().items()}
        texts = [text for text in astuple(self._frame) if text is not None]
        self._special_ids = {text: self._ids(text) for text in texts}
        marks = set(self._added.values())
        self.guards_roles = all(not marks.isdisjoint(self._special_ids[text]) for text in texts[1:])
        self._backend.encode_special_tokens = True
        self._refuse_forgery(special.get("unk_token"))
        self._pieces = remembering(content, self._ids)
        self._remembered = lru_cache(maxsize=REMEMBERED_BLOCKS)(self._pieces)
        self._aliases: dict[int, int] = {}
        if not self._blocks_concatenate():
            self._frame = self._with_aliases(self._frame)

    @property
    def eos_id(self) -> int:
        """The token that ends an answer."""
        return self._eos_id

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text; never a special token."""
        return list(self._remembered(text))

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` of many texts, on all cores."""
        clean = [_encodable(text) for text in texts]
        return [list(e.ids) for e in self._backend.encode_batch_fast(clean, add_special_tokens=False)]

    def decode(self, token_ids: Sequence[int], *, special: bool = False) -> str:
        """Text of token ids, special tokens left out unless `special`."""
        text: str = self._backend.decode(list(token_ids), skip_special_tokens=not special)
        return text

    def chat(self, system: str, user_blocks: Sequence[str], shots: Sequence[tuple[str, str]] = ()) -> list[int]:
        """Token ids of a system message, one user message made of blocks, and the opening of the assistant's turn.

        Before the user message stand `shots`, examples of a user message and its answer, each as a turn of its own;
        where the model's template can't show them so, they stand at the head of the user message.

        Each block but the last ends with one line break. Blocks are tokenised one by one, so that requests with equal
        first blocks share their first tokens; where that would differ from tokenising them together, they are joined.
        """
        ids = list(self._opening)
        pieces = list(self._conversation(system, user_blocks, shots))
        if self._aliases:
            text = "".join(piece + "".join(blocks) for piece, blocks in pieces)
            return ids + [self._aliases.get(index, index) for index in self._ids(text)]
        for piece, blocks in pieces:
            ids += self._special_ids[piece]
            for block in _separable(blocks):
                ids += self._remembered(block)
        return ids

    def _conversation(
        self, system: str, user_blocks: Sequence[str], shots: Sequence[tuple[str, str]]
    ) -> Iterator[tuple[str, Sequence[str]]]:
        """Pieces of the template, each with the blocks of the message after it."""
        frame = self._frame
        if frame.answer is None or frame.again is None:
            user_blocks = [*(f"{question}\n{answer}\n" for question, answer in shots), *user_blocks]
            shots = ()
        yield frame.system, (system,)
        before = frame.user
        for question, answer in shots:
            yield before, (question,)
            yield frame.answer or "", (answer,)
            before = frame.again or ""
        yield before, user_blocks
        yield frame.opening, ()

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._backend.encode(_encodable(text), add_special_tokens=False).ids
        return ids

    def _find_eos(self, special: Mapping[str, str]) -> int:
        index = self._backend.token_to_id(special.get("eos_token", ""))
        if index is None:
            raise ModelError(
                f"The tokenizer in {self._place!r} does not say which token ends an answer: set 'eos_token' in "
                f"tokenizer_config.json to a token of its vocabulary (found {special.get('eos_token')!r})."
            )
        return int(index)

    def _begin_of_text(self) -> list[int]:
        """What the tokenizer itself puts in front of any text."""
        encoding = self._backend.encode("a", add_special_tokens=True)
        words = encoding.special_tokens_mask
        return list(encoding.ids[: words.index(0)])

    def _refuse_forgery(self, unknown: str | None) -> None:
        words = [word for word in self._added if word.strip()]
        forbidden = {self._added[word] for word in words if word != unknown}
        for word, ids in zip(words, self.encode_batch(words), strict=True):
            if not forbidden.isdisjoint(ids):
                raise ModelError(
                    f"The tokenizer in {self._place!r} makes a special token of the plain text {word!r}, so customer "
                    f"text could give orders. It can't be used; take a model with a byte-level tokenizer."
                )

    def _blocks_concatenate(self) -> bool:
        pairs = [(first, second) for first in PROBES[:-1] for second in PROBES]
        return all(self._ids(a) + self._ids(b) == self._ids(a + b) for a, b in pairs)

    def _with_aliases(self, frame: Frame) -> Frame:
        """Give each special token of the template a second, secret spelling.

        Where pieces can't be tokenised apart, the whole prompt is tokenised at once: the template's special tokens are
        then found by their secret names, and their public names in customer text stay text.
        """
        from tokenizers import AddedToken

        known = self._backend.get_added_tokens_decoder()
        secret = {word: f"<{secrets.token_hex(16)}>" for word in self._added}
        for word, alias in secret.items():
            token = known[self._added[word]]
            flags = {"lstrip": token.lstrip, "rstrip": token.rstrip, "single_word": token.single_word}
            self._backend.add_tokens([AddedToken(alias, special=False, normalized=False, **flags)])
            self._aliases[int(self._backend.token_to_id(alias) or 0)] = self._added[word]
        if not secret:
            return frame
        names = re.compile("|".join(re.escape(word) for word in sorted(secret, key=len, reverse=True)))
        pieces = [text and names.sub(lambda match: secret[match[0]], text) for text in astuple(frame)]
        return Frame(*pieces)


def _separable(blocks: Sequence[str]) -> Iterator[str]:
    """Join blocks at boundaries where the line break is not the only white space, which would be tokenised together."""
    pending = ""
    for block in blocks:
        if block and not block[0].isspace() and pending.endswith("\n") and not pending[-2:-1].isspace():
            yield pending
            pending = ""
        pending += block
    if pending:
        yield pending


def _encodable(text: str) -> str:
    """Halves of surrogate pairs, which no encoding can hold, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _content(folder: Path) -> str:
    path = folder / "tokenizer.json"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    from transformers import AutoTokenizer

    try:
        slow = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        content: str = slow.backend_tokenizer.to_str()
    except Exception as error:  # whatever the folder's files make transformers raise
        raise ModelError(
            f"{str(path)!r} is missing, and could not be made from the folder's other files: {error}. Save the "
            f"tokenizer with `AutoTokenizer.from_pretrained(...).save_pretrained(folder)`."
        ) from error
    return content


def _backend(content: str, place: str) -> "Backend":
    """The tokenizer, with every added token that is not mere white space marked as special."""
    from tokenizers import Tokenizer as Backend

    try:
        backend = Backend.from_str(content)
        if any(not t.special and t.content.strip() for t in backend.get_added_tokens_decoder().values()):
            data = json.loads(content)
            for token in data["added_tokens"]:
                token["special"] = token["special"] or bool(token["content"].strip())
            backend = Backend.from_str(json.dumps(data))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"The tokenizer.json in {place!r} can't be read: {error}.") from error
    # A tokenizer that was saved with a length limit would drop text in silence.
    backend.no_truncation()
    backend.no_padding()
    return backend


def _settings(folder: Path) -> dict[str, Any]:
    path = folder / "tokenizer_config.json"
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{str(path)!r} is not valid JSON: {error}.") from error
    return settings if isinstance(settings, dict) else {}


def _text(token: str | Mapping[str, str]) -> str:
    return token if isinstance(token, str) else token["content"]
