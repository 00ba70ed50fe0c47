"""Files of JSON lines: one object on each line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class ShotError(ValueError):
    """What is wrong with one labelled row; callers add the file and the line."""


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines of a file that hold anything, with their numbers from 1; a byte order mark is left out."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if stripped := line.removeprefix(b"\xef\xbb\xbf").strip():
                yield number, stripped


def parse_object(line: bytes) -> dict[str, Any]:
    """The JSON object on one line.

    Raises:
        ShotError: no UTF-8, no JSON, or no object.
    """
    try:
        data = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise ShotError(f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except UnicodeEncodeError:
        raise ShotError("a \\ud800-\\udfff escape stands alone; write the character itself") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise ShotError(f"not JSON ({error}); write one JSON object on each line") from None
    if not isinstance(data, dict):
        raise ShotError(f"a {type(data).__name__}, not a JSON object")
    return data


def _no_constant(name: str) -> float:
    raise json.JSONDecodeError(f"{name} is not a JSON number", name, 0)
