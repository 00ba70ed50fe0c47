"""Customer ids that identify somebody by themselves: an e-mail address, a telephone number, a name."""

import hmac
import re
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from fewsight.insight import Insight
from fewsight.masking.detectors.patterns import plain_identifiers
from fewsight.masking.folding import fold
from fewsight.masking.store import PSEUDONYMS, PseudonymFile
from fewsight.masking.tokens import restore

_NAME: Final = re.compile(r"[^\W\d_]+(?:['.\-]?[^\W\d_]+)*\.?(?:,? [^\W\d_]+(?:['.\-]?[^\W\d_]+)*\.?){1,3}").fullmatch
_SHAPE: Final = re.compile(r"\[CUSTOMER_[0-9]{18}\]").fullmatch
_OWNER: Final = ""
"""Whose line of the pseudonym file holds the secret; no customer has an empty id."""
_HELD: Final = "[SECRET]"


def identifies(customer_id: str) -> bool:
    """Whether a customer id is an identifier itself, and not just a key.

    >>> identifies("anna@example.com"), identifies("Anna Kim"), identifies("C-1042"), identifies("17850")
    (True, True, False, False)
    """
    plain = fold(customer_id.strip())
    if any(span.start == 0 and span.end == len(plain.text) for span in plain_identifiers(plain)):
        return True
    return _NAME(plain.text) is not None


class CustomerKeys:
    """Puts a key such as `[CUSTOMER_012345678901234567]` in the place of a customer id that identifies somebody.

    The key is an HMAC (RFC 2104) of the id under a secret of the run, so nobody can try out telephone numbers who does
    not hold the pseudonym file. `secret` None leaves all ids as they are.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret

    @classmethod
    def of_file(cls, file: PseudonymFile, *, new: bool = False) -> Self:
        """The keys of a run by its pseudonym file; with `new` a secret is made where the file holds none.

        A run of an earlier version holds none, and goes on with the ids as they are.
        """
        held = file.get(_OWNER).get(_HELD)
        if held is None and new:
            held = secrets.token_hex(32)
            file.add(_OWNER, {_HELD: held})
        return cls(bytes.fromhex(held) if held is not None else None)

    @classmethod
    def of_run(cls, folder: Path) -> Self:
        """The keys of a run that has begun, by its folder; ids stay as they are where it has no pseudonym file."""
        path = folder / PSEUDONYMS
        if not path.exists():
            return cls()
        with PseudonymFile(path) as file:
            return cls.of_file(file)

    def of(self, customer_id: str) -> str:
        """The key of a customer: a pseudonym where the id identifies somebody, else the id."""
        if self._secret is None or not identifies(customer_id):
            return customer_id
        mark = hmac.digest(self._secret, customer_id.encode("utf-8", "surrogatepass"), "sha256")
        return f"[CUSTOMER_{int.from_bytes(mark[:16], 'big') % 10**18:018d}]"


def with_own_id(insight: Insight, file: PseudonymFile) -> Insight:
    """An insight with the customer's own id in the place of its key."""
    return replace(insight, customer_id=own_id(insight.customer_id, file))


def own_id(key: str, file: PseudonymFile) -> str:
    """The customer's own id behind a key; the key itself where it is none, or the file does not know it."""
    return restore(key, file.get(key)).text if _SHAPE(key) else key
