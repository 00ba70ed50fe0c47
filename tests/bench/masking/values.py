"""Makes the texts of the set: templates of a language filled with values, each text with the span that identifies.

All values are made up. Check digits are right, but for one card number in four.
"""

import random
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from stdnum import luhn

LANGUAGES: Final = ("en", "de", "fr", "es", "zh")
Part = Literal["dev", "figures"]
_SLOT: Final = re.compile(r"\{([^{}]+)\}")
_FILLERS: Final = frozenset(["city", "name", "first", "last", "postcode"])
_IBANS: Final = (
    "DE" + 20 * "#", "FR" + 25 * "#", "ES" + 22 * "#", "GB##NWBK" + 14 * "#", "IT##@" + 22 * "#", "NL##ABNA" + 10 * "#",
)  # fmt: skip
_COMPOUND: Final = ("欧阳", "司马")


class Sample(NamedTuple):
    """A text, the spans in it that identify somebody, and the customer's table row where there is one."""

    kind: str
    text: str
    spans: tuple[tuple[int, int], ...]
    profile: dict[str, str]


def samples(language: str, part: Part, each: int) -> Iterator[Sample]:
    """`each` texts of each kind, every fourth all in lower case, and the texts that were written by hand."""
    whole = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))[part]
    texts = whole["texts"]
    for kind, templates in texts.items():
        if kind in ("written", "ordinary"):
            continue
        maker = _Maker(whole["values"], language, random.Random(f"{language} {part} {kind}"))
        for number in range(each):
            yield maker.sample(kind, templates[number % len(templates)], number)
    for text in texts["written"]:
        yield from _written(text)


def ordinary(language: str, part: Part) -> list[str]:
    """Support texts that identify nobody."""
    whole = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))[part]
    return list(whole["texts"]["ordinary"])


class _Maker:
    def __init__(self, values: dict[str, Any], language: str, chance: random.Random) -> None:
        self._values, self._language, self._chance = values, language, chance

    def sample(self, kind: str, template: str, number: int) -> Sample:
        """One text; the span goes from the first slot of its kind to the last."""
        name = self._values["name"][number % len(self._values["name"])]
        marked, text, last = [], "", 0
        for slot in _SLOT.finditer(template):
            text += template[last : slot.start()]
            value = self._value(slot[1], name, number)
            if _is_marked(kind, slot[1]):
                marked += [len(text), len(text) + len(value)]
            text, last = text + value, slot.end()
        text += template[last:]
        if number % 4 == 3 and len(text.lower()) == len(text):
            text = text.lower()
        span = marked[0], marked[-1]
        return Sample(kind, text, (span,), _profile(kind, name, text[slice(*span)]))

    def _value(self, slot: str, name: str, number: int) -> str:
        first, last = _parts(name)
        fixed = {"name": name, "first": first, "last": last}
        if slot in fixed:
            return fixed[slot]
        if slot in self._values:
            return str(self._chance.choice(self._values[slot]))
        makers: dict[str, Callable[[], str]] = {
            "email": lambda: self._email(first, last, number), "card": lambda: self._card(number),
            "iban": lambda: self._iban(number), "nir": self._nir, "dni": self._dni, "nie": self._nie,
            "zh_id": self._chinese_id,
        }  # fmt: skip
        return makers[slot]() if slot in makers else self._filled(slot)

    def _filled(self, pattern: str) -> str:
        if "#" not in pattern and "@" not in pattern:
            return pattern
        filled = re.sub("#", lambda _: self._chance.choice("23456789"), pattern)
        return re.sub("@", lambda _: self._chance.choice("ABCEHKLMPRTX"), filled)

    def _email(self, first: str, last: str, number: int) -> str:
        first, last = _ascii(first) or "li", _ascii(last) or "wang"
        forms = (f"{first}.{last}@example.com", f"{first[0]}{last}@mail.example.org", f"{first}_{last}@example.net",
                 f"{last}{self._filled('##')}@example.co.uk", f"{first} (at) example.com")  # fmt: skip
        return forms[number % len(forms)]

    def _card(self, number: int) -> str:
        start = self._chance.choice(["4539", "5412", "4485", "2223", "5105"]) + self._filled("####" * 2 + "###")
        digits = start + luhn.calc_check_digit(start)
        if number % 4 == 2:  # a slip of the finger
            digits = digits[:-1] + str((int(digits[-1]) + 3) % 10)
        groups = [digits[i : i + 4] for i in range(0, 16, 4)]
        if number % 8 == 5:
            return f"{groups[0]} {groups[1]}\n{groups[2]} {groups[3]}"
        return ("", " ", "-")[number % 3].join(groups)

    def _iban(self, number: int) -> str:
        shape = _IBANS[number % len(_IBANS)]
        account = self._filled(shape[4:])
        rest = "".join(str(int(c, 36)) for c in account + shape[:2] + "00")
        code = f"{shape[:2]}{98 - int(rest) % 97:02d}{account}"
        groups = [code[i : i + 4] for i in range(0, len(code), 4)]
        return ("".join(groups), " ".join(groups), "  ".join(groups), f"{code[:2]} {code[2:]}")[number % 4]

    def _nir(self) -> str:
        number = self._chance.choice("12") + self._filled("##") + "05" + "78" + self._filled("######")
        key = f"{97 - int(number) % 97:02d}"
        plain = number + key
        spaced = f"{plain[0]} {plain[1:3]} {plain[3:5]} {plain[5:7]} {plain[7:10]} {plain[10:13]} {key}"
        return self._chance.choice([plain, spaced])

    def _dni(self) -> str:
        number = self._filled("########")
        return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]

    def _nie(self) -> str:
        number = self._filled("#######")
        return "X" + number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]

    def _chinese_id(self) -> str:
        number = "310101" + str(self._chance.randint(1950, 2004)) + "0415" + self._filled("###")
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return number + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]


def _is_marked(kind: str, slot: str) -> bool:
    if kind.startswith("name"):
        return slot in ("name", "first", "last")
    if kind == "postcode":
        return slot == "postcode"
    return slot not in _FILLERS or (kind == "account" and slot == "first")


def _parts(name: str) -> tuple[str, str]:
    if " " in name:
        first, _, last = name.partition(" ")
        return first, last
    cut = 2 if name.startswith(_COMPOUND) else 1
    return name[cut:], name[:cut]


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("ı", "i").replace("ß", "ss"))
    return "".join(c for c in plain if c.isascii() and c.isalpha())


def _profile(kind: str, name: str, value: str) -> dict[str, str]:
    column = {"address": "address", "postcode": "postcode", "phone": "phone", "email": "email", "order": "order_no",
              "account": "customer_number"}.get(kind)  # fmt: skip
    if kind.startswith("name"):
        return {"name": name}
    return {column: value} if column else {}


def _written(text: str) -> Iterator[Sample]:
    """A sample for each value of a text such as 'I am {NAME=Anna}'."""
    plain, spans = "", []
    last = 0
    for slot in _SLOT.finditer(text):
        plain += text[last : slot.start()]
        kind, _, value = slot[1].partition("=")
        spans.append((kind, len(plain), len(plain) + len(value)))
        plain, last = plain + value, slot.end()
    plain += text[last:]
    for _, start, end in spans:
        yield Sample("written", plain, ((start, end),), {})
