"""A measure is one row of a table, and everything else is derived from it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.gait_engine import GaitEngine
from config.measures import MEASURES, TABLE, Measure
from config.measures_doc import FILE, with_table
from config.secret_address import SecretAddress
from feedback.display.state.measure_format import format_of
from sessions.format.columns import DEFINITIONS, STRIDE_COLUMNS
from sessions.store.store import Store
from sessions.store.tables import strides as stored_strides
from tests.support.measured_sticks import every, measure
from tests.support.recorded_sessions import begin, header, record_strides
from tests.support.stick_runner import StickRunner
from wire.messages import Belt, Stride

ROOT = Path(__file__).parents[2]
DOCUMENT = FILE.read_text(encoding="utf-8")
FILE_CONTRACT = (
    "stride,leg,t_peak_s,t_known_s,hip_extension_deg,thigh_min_deg,thigh_excursion_deg,knee_deg,ankle_deg,trunk_lean_deg,"
    "cadence_spm,quality,stride_time_s,knee_drive_deg,hip_extension_trunk_deg,rebound_ms,swing_velocity_dps,"
    "knee_straightest_ms,ankle_peak_ms,triple_spread_ms,vertical_oscillation_leg,standing_thigh_deg,step_length_m,"
    "overstride_leg,contact_ms,flight_ms,belt_speed_mps,incline_pct,predicted_off_ms,side,camera,zero_correction_deg,pair_correction_deg"
)


@pytest.mark.parametrize("measure", TABLE, ids=lambda measure: measure.name)
def test_every_row_is_whole(measure: Measure) -> None:
    assert MEASURES[measure.name] is measure
    assert measure.label
    assert measure.definition
    assert measure.low < measure.high
    assert bool(measure.sign) == (measure.low < 0)
    assert format_of(measure.name).title == measure.label
    assert measure.name in DEFINITIONS


def test_names_labels_and_columns_are_given_once() -> None:
    for named in ("name", "label", "column"):
        assert len({getattr(measure, named) for measure in TABLE}) == len(TABLE)


def test_analysis_publishes_every_measure_of_the_table_and_no_other() -> None:
    engine = GaitEngine()
    engine.belt = Belt(at_ns=1, speed_mps=3.4, incline_pct=0.0, source="config")
    _, strides = measure(StickRunner(), every(4, 60), engine=engine)
    columns = {measure.column for measure in TABLE}
    for stride in strides:
        assert set(stride.measures) == columns - set(Stride.__struct_fields__)
    taken = {column for column in columns for stride in strides if stride.value(column) is not None}
    assert taken == columns


def test_the_columns_of_strides_csv_stay_in_their_order_and_new_ones_follow() -> None:
    columns = [column.name for column in STRIDE_COLUMNS]
    assert ",".join(columns).startswith(FILE_CONTRACT)
    named = DOCUMENT.split("`strides.csv`, one row per stride and leg: `")[1].split("`")[0]
    assert "".join(named.split()) == FILE_CONTRACT


def test_the_store_has_a_column_for_each_of_the_file() -> None:
    assert {column.name for column in STRIDE_COLUMNS} <= {column.name for column in stored_strides.columns}


def test_the_table_in_the_docs_is_this_one() -> None:
    assert with_table(DOCUMENT, TABLE) == DOCUMENT, "python -m config.measures_doc writes it again"


def test_one_row_more_is_a_measure_more_everywhere_even_in_a_store_from_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    before = begin(tmp_path / "before", header(0))
    record_strides(before, 1, 2)
    before.close()
    store = Store(SecretAddress(url))
    store.import_session(tmp_path / "before")
    store.close()

    program = [sys.executable, "-m", "tests.support.added_measure", str(tmp_path / "after"), url]
    found = json.loads(subprocess.run(program, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout)

    assert found == {
        "coach": 41.5,
        "screen": "Bounce: 41.5 ms",
        "file": ["bounce_ms", "41.5"],
        "definition": "time in the air, as a made-up example, ms",
        "store": {"2": [None, None], "3": [41.5]},
        "docs": "| `bounce` | ms | time in the air, as a made-up example |  |  |",
        "target": "bounce",
        "refused": "Value error, when: 'bounce above 91': the number must be between 0 and 90 ms",
        "schema": "bounce",
    }
    store = Store(SecretAddress(url))
    rows = [store.rows(one.id, "strides") for one in store.entries()]
    store.close()
    assert [len(strides) for strides in rows] == [1, 2]
