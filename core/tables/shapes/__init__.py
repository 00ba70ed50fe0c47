"""Tables whose rows are not yet events: nested values, tickets with their messages inside, replies without a customer.

Each is a `Source` around a source. Others may use what stands in `__all__`; `reshape` puts on what a mapping asks for.
"""

from fewsight.tables.shapes.messages import message_columns
from fewsight.tables.shapes.nested import Nested, dotted
from fewsight.tables.shapes.peeked import Head, Peeked, sheet_through
from fewsight.tables.shapes.reshape import reshape

__all__ = ["Head", "Nested", "Peeked", "dotted", "message_columns", "reshape", "sheet_through"]
