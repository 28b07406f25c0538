"""The types of a table's cells: the file may come from another machine, a spreadsheet or a stranger."""

import math
from collections.abc import Mapping
from functools import lru_cache

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from sessions.format.columns import (
    CAMERA_SUFFIXES,
    CUE_COLUMNS,
    LANDMARK_COLUMNS,
    PHASE_COLUMNS,
    SAMPLE_COLUMNS,
    SETTLED_COLUMNS,
    STRIDE_COLUMNS,
)

Value = str | int | float | None
Row = dict[str, Value]

_COLUMNS = {
    "samples": (*(column.name for column in SAMPLE_COLUMNS), *SETTLED_COLUMNS),
    "landmarks": tuple(column.name for column in LANDMARK_COLUMNS),
    "strides": tuple(column.name for column in STRIDE_COLUMNS),
    "cues": tuple(column.name for column in CUE_COLUMNS),
    "phases": tuple(column.name for column in PHASE_COLUMNS),
}
_REQUIRED = {
    "samples": ("t_s", "state"),
    "landmarks": ("t_s",),
    "strides": ("stride", "leg", "t_peak_s", "hip_extension_deg", "quality"),
    "cues": ("t_s", "rule"),
    "phases": ("t_s", "phase"),
}
"""A row without one of these is meaningless. All other cells may be empty, and all other columns may be missing."""
_CHOICES = {"leg": ["near", "far"], "side": ["left", "right"], "camera": ["main", "other_side"]}
_TEXT = frozenset({"state", "rule", "text", "sound", "reason", "phase", "measure"})
_WHOLE = frozenset({"frame", "stride", "cueing"})
_LARGEST = 1e9
"""Larger than any measured value."""


class RowSchema:
    """The schema of one table, by its name, for either camera."""

    def __init__(self, table: str) -> None:
        table = table.removesuffix(CAMERA_SUFFIXES["other_side"])
        self._required = _REQUIRED[table]
        self._quick, self._exact = _validator(table, quick=True), _validator(table, quick=False)

    def missing(self, cells: Mapping[str, str]) -> str:
        """The first required column that the table lacks; "": it has them all."""
        return next((name for name in self._required if name not in cells), "")

    def row(self, cells: Mapping[str, str]) -> Row:
        """A row of text as values; a column that the program does not have is a number if it looks like one.

        Raises pydantic_core.ValidationError.
        """
        filled = {name: cell for name, cell in cells.items() if cell}
        row: Row
        try:
            row = self._quick.validate_python(filled)
        except ValidationError:
            row = self._exact.validate_python(filled)
        if not cells.keys() <= row.keys():
            for name, cell in cells.items():
                if name and name not in row:
                    row[name] = _number_or_text(cell)
        return row


@lru_cache
def _validator(table: str, quick: bool) -> SchemaValidator:
    """A fast validator, which calls no Python function per cell, and an exact one; they agree on all the fast one accepts."""
    return SchemaValidator(
        core_schema.typed_dict_schema(
            {name: core_schema.typed_dict_field(_cell(name, name in _REQUIRED[table], quick)) for name in _COLUMNS[table]}
        )
    )


def _cell(name: str, required: bool, quick: bool) -> CoreSchema:
    if name in _CHOICES:
        choice = core_schema.literal_schema(_CHOICES[name])
        return choice if required else core_schema.with_default_schema(core_schema.nullable_schema(choice), default=None)
    if name in _TEXT:
        text = core_schema.str_schema(max_length=20 if name == "phase" else None)
        return text if required else core_schema.with_default_schema(text, default="")
    if name in _WHOLE:
        number: CoreSchema = core_schema.int_schema(ge=-(2**31), lt=2**31)
    elif quick:
        number = core_schema.float_schema(ge=-_LARGEST, le=_LARGEST, allow_inf_nan=False)
    else:
        check = _measured if required else _measured_or_none
        number = core_schema.no_info_after_validator_function(check, core_schema.float_schema())
    return number if required else core_schema.with_default_schema(core_schema.nullable_schema(number), default=None)


def _measured(value: float) -> float:
    if not abs(value) <= _LARGEST:
        raise ValueError("is not a measured value")
    return value


def _measured_or_none(value: float) -> float | None:
    return _measured(value) if math.isfinite(value) else None


def _number_or_text(cell: str) -> Value:
    try:
        value = float(cell)
    except ValueError:
        return cell or None
    return value if math.isfinite(value) else None
