"""How much memory and disk a table may take, so that a small file can't fill a machine."""

import re
from dataclasses import dataclass
from typing import Final

from fewsight.errors import InputError

_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])i?B", re.IGNORECASE)
_RATIO: Final = 100
"""Tables shrink to a tenth when they are packed, seldom to a fiftieth; what shrinks more is mostly repetition."""
_SMALL: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Amounts such as '1GB' (K, M, G, T; powers of 1000).

    `memory` bounds sorting and what must be read in one piece (a spreadsheet, a JSON document, a row group of Parquet).
    `unpacked` bounds the size of a packed file when it is unpacked; None: 100 times its size, and 1 GB at least.

    Raises:
        InputError: not an amount.
    """

    memory: str = "1GB"
    unpacked: str | None = None

    def __post_init__(self) -> None:
        """Check both."""
        check_amount("memory_limit", self.memory)
        if self.unpacked is not None:
            check_amount("unpack_limit", self.unpacked)

    @property
    def memory_bytes(self) -> int:
        """`memory` in bytes."""
        return in_bytes(self.memory)

    def unpacked_bytes(self, packed: int) -> int:
        """Most bytes of what `packed` bytes hold."""
        return max(_RATIO * packed, _SMALL) if self.unpacked is None else in_bytes(self.unpacked)


def check_amount(option: str, amount: str) -> str:
    """An amount of memory that DuckDB understands.

    Raises:
        InputError: anything else.
    """
    if not _AMOUNT.fullmatch(amount.strip()):
        raise InputError(f"{option}={amount!r} is no amount of memory; write it as '1GB' or '512MB'.")
    return amount.strip()


def in_bytes(amount: str) -> int:
    """Bytes of an amount such as '512MB'."""
    match = _AMOUNT.fullmatch(amount.strip())
    assert match is not None
    return int(float(match[1]) * 1000 ** ("KMGT".index(match[2].upper()) + 1))


def shown(size: int) -> str:
    """Bytes as people say them.

    >>> shown(2_500_000_000)
    '2.5 GB'
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= factor:
            return f"{size / factor:,.3g} {unit}" if size < 1000 * factor else f"{size // factor:,} {unit}"
    return f"{size} bytes"
