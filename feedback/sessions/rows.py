"""Rows of a session's tables as values: numbers where numbers stand, None where nothing was measured."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.recorder.session import read_table

Value = str | int | float | None
Row = dict[str, Value]
Floats = NDArray[np.float64]

_TEXT = frozenset({"leg", "state", "rule", "text", "sound", "reason", "phase", "measure"})
_WHOLE = frozenset({"frame", "stride", "cueing"})


def typed(cells: Mapping[str, str | None]) -> Row:
    """A row as it stands in a CSV file, as values. Raises ValueError where a number is none."""
    return {name: _value(name, cell or "") for name, cell in cells.items() if name is not None}


def read_rows(path: Path) -> list[Row]:
    """All rows of a table; none where there is no such file. Raises OSError, ValueError."""
    return [typed(cells) for cells in read_table(path)] if path.exists() else []


def column(rows: Iterable[Row], name: str) -> Floats:
    """A column of numbers, NaN where there is none; shape (rows,)."""
    values = (row.get(name) for row in rows)
    return np.array([math.nan if value is None or isinstance(value, str) else float(value) for value in values], np.float64)


def _value(name: str, cell: str) -> Value:
    if name in _TEXT:
        return cell
    if cell == "":
        return None
    if name in _WHOLE:
        return int(cell)
    number = float(cell)
    return number if math.isfinite(number) else None
