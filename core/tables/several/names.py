"""What several tables are called, and which kind of event a name says."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fewsight.errors import InputError
from fewsight.tables.sources.inputs import is_url
from fewsight.tables.words import KIND_WORDS, squash

_PACKED: Final = re.compile(
    r"(\.(csv|tsv|txt|json|jsonl|parquet|pq|xlsx?|xlsb|ods|gz|bz2|xz|zst|zip))+$", re.IGNORECASE
)
_TABLE_NAME: Final = re.compile(r"[\w.\"`]+")
_KINDS: Final = {
    "view": "web website clicks clickstream traffic hits sessions visits pageviews analytics",
    "order": "transactions sales receipts bestellungen einkäufe umsätze commandes ventes pedidos ventas ordini vendite",
    "ticket": "helpdesk cases complaints beschwerden plaintes quejas reclami support",
    "campaign": "mailings mailing newsletters promotions campaigns kampagnen campagnes campañas campagne",
    "coupon": "redemptions vouchers coupons gutscheine",
    "delivery": "shipments deliveries lieferungen livraisons",
    "return": "retouren rma",
}
_CUSTOMER_WORDS: Final = """
    customers customer users clients accounts members contacts households profiles demographics subscribers people
    persons shoppers kunden kundenstamm mitglieder nutzer adressen clients utilisateurs abonnes clientes usuarios socios
    clienti utenti klanten leden"""
_CUSTOMERS: Final = frozenset(squash(word) for word in _CUSTOMER_WORDS.split())
_WORDS: Final = {squash(word): kind for kind, words in _KINDS.items() for word in words.split()}
"""Words that name a table's rows, which as values of a column would say nothing or something else."""


def names_of(sources: Sequence[Any], queries: Sequence[str | None]) -> list[str]:
    """A name for each table, each once: the file's without its ending, the query's table, a DataFrame's attrs["name"].

    >>> names_of(["may/orders.csv.gz", "sqlite:///shop.db"], [None, "tickets"])
    ['orders', 'tickets']

    Raises:
        InputError: the same table is given twice.
    """
    asked = [(str(one), query) for one, query in zip(sources, queries, strict=True) if isinstance(one, (str, Path))]
    if twice := [name for (name, _), count in Counter(asked).items() if count > 1]:
        raise InputError(f"The table {twice[0]!r} is given twice; name each table once.")
    names = [_name(source, query, at) for at, (source, query) in enumerate(zip(sources, queries, strict=True), 1)]
    counts = Counter(names)
    pairs = zip(sources, names, strict=True)
    longer = [_with_folder(source, name) if counts[name] > 1 else name for source, name in pairs]
    return [f"{name} {longer[:at].count(name) + 1}" if name in longer[:at] else name for at, name in enumerate(longer)]


def says_customers(name: str) -> bool:
    """Whether a table is called after customers, so that its rows are profiles.

    >>> says_customers("crm_accounts"), says_customers("customer_orders")
    (True, False)
    """
    words = [squash(word) for word in re.split(r"[\W_\d]+|(?<=[a-z])(?=[A-Z])", name) if word]
    return bool(words) and (words[-1] in _CUSTOMERS or squash(name) in _CUSTOMERS)


def kind_by_name(name: str) -> tuple[str, str] | None:
    """The kind of a table's events by its name, and why; None where the name says none.

    >>> kind_by_name("support_tickets"), kind_by_name("table7")
    (('ticket', "by the table's name, 'support_tickets'"), None)
    """
    words = [squash(word) for word in re.split(r"[\W_\d]+|(?<=[a-z])(?=[A-Z])", name) if word]
    for word in (squash(name), *reversed(words)):
        for form in (word, word.removesuffix("s")):
            if kind := _WORDS.get(form) or KIND_WORDS.get(form):
                return kind, f"by the table's name, {name!r}"
    return None


def _name(source: Any, query: str | None, at: int) -> str:  # noqa: ANN401 - anything that is a table
    if not isinstance(source, (str, Path)):
        return str(getattr(source, "attrs", {}).get("name", f"table {at}"))
    if is_url(source):
        words = (query or "").strip()
        return words.rpartition(".")[2].strip('"`') if _TABLE_NAME.fullmatch(words) else f"query {at}"
    return _PACKED.sub("", Path(source).name) or Path(source).name


def _with_folder(source: Any, name: str) -> str:  # noqa: ANN401 - as above
    if isinstance(source, (str, Path)) and not is_url(source):
        parent = Path(source).absolute().parent.name
        return f"{parent}/{name}" if parent else name
    return name
