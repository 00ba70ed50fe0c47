"""Words by which databases and programs write that there is nothing."""

from typing import Final

_PROGRAMS: Final = r"""NULL null Null \N NaN nan NAN NaT <NA> #N/A #n/a #NULL! #REF! #VALUE! #DIV/0! #NAME? #NUM!
    (null) [null]"""
_PEOPLE: Final = "None none NONE N/A n/a N.A. NA na nil Nil NIL undefined (none) (blank) (empty) - -- --- — – . ? /"

NO_TEXT: Final = frozenset(_PROGRAMS.split())
"""What stands for no text: only what no customer writes."""

NOTHING: Final = NO_TEXT | frozenset(_PEOPLE.split())
"""What stands for no id, time, amount, product, channel and the like."""

NO_FACT: Final = NOTHING - {"NA", "na", ".", "?", "/", "none", "None"}
"""What stands for no attribute: 'NA' may be a region, and 'none' an answer."""
