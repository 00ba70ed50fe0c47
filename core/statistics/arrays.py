"""Names for the arrays that statistics are computed of."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]
"""Whole numbers that stand for names: a label by its place among the labels, a cluster by any number of its own."""
Flags: TypeAlias = NDArray[np.bool_]

INVALID: Final = -1
"""The code of an answer that is no label."""
