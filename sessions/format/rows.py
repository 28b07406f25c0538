"""Rows of a session's tables as arrays. Listing sessions does not use it: NumPy takes longer to load than a list to print."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sessions.format.row_schema import Row, Value

Floats = NDArray[np.float64]


def column(rows: Iterable[Row], name: str) -> Floats:
    """A column of numbers, NaN where there is none; shape (rows,)."""
    values = (row.get(name) for row in rows)
    return np.array([math.nan if value is None or isinstance(value, str) else float(value) for value in values], np.float64)


def known(values: Floats) -> Floats:
    """The values that are numbers."""
    found: Floats = values[np.isfinite(values)]
    return found


def mean_known(values: Floats, otherwise: float = math.nan) -> float:
    """The mean of the values that are numbers; `otherwise` if there are none."""
    found = known(values)
    return float(found.mean()) if len(found) else otherwise


def number(value: Value) -> float:
    """A cell that must contain a number. Raises ValueError if it is empty."""
    if value is None:
        raise ValueError("a number is missing")
    return float(value)
