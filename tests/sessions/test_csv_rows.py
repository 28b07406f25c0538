"""Given any text in a table, reading it quickly gives what reading it slowly gives."""

import csv
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic_core import ValidationError

from sessions.format.columns import STRIDE_COLUMNS
from sessions.format.csv_rows import table_rows
from sessions.format.row_schema import Row, RowSchema

NAMES = [column.name for column in STRIDE_COLUMNS]
GOOD = {"stride": "1", "leg": "near", "t_peak_s": "0.5", "hip_extension_deg": "12.5", "quality": "0.9"}
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=6)
numbers = st.one_of(
    st.floats().map(str),
    st.integers().map(str),
    st.sampled_from(["nan", "-inf", "1e9", "-1000000000", "1e9.", "1_0", " 7", "٣"]),
)
cells = st.dictionaries(st.sampled_from([*NAMES, "weather", ""]), st.one_of(numbers, texts), max_size=8)


def outcome(schema: RowSchema, row: dict[str, str]) -> Row | str:
    try:
        return schema.row(row)
    except ValidationError as error:
        return str(error)


@given(cells=cells)
@example(cells={"knee_deg": "nan"})
@example(cells={"quality": "inf"})
def test_the_quick_schema_decides_as_the_exact_one(cells: dict[str, str]) -> None:
    quick, exact = RowSchema("strides"), RowSchema("strides")
    exact._quick = exact._exact
    row = {**GOOD, **cells}
    assert repr(outcome(quick, row)) == repr(outcome(exact, row))


@given(lines=st.lists(st.lists(texts, max_size=5), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_those_of_pythons_own_reader(lines: list[list[str]], tmp_path: Path) -> None:
    path = tmp_path / "strides.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["stride", "leg", "side"], *lines])
    with path.open(newline="", encoding="utf-8") as file:
        expected = [{name: cell for name, cell in row.items() if name} for row in csv.DictReader(file, restval="")]
    assert list(table_rows(path)) == expected
