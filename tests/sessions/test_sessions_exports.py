"""Given a recorded session, other programs' readers read its exports, with the right names and signs."""

import csv
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet
from trc import TRCData

from capture.synthetic.kinematics import RunnerParameters
from sessions.errors import SessionsError
from sessions.export.formats import FORMATS, write_export
from sessions.format.recorded import RecordedSession, from_folder
from sessions.format.row_schema import Row
from sessions.format.rows import column
from tests.support.drilled_runner import Drill, record_drill
from tests.support.message_examples import sample, stride
from tests.support.recorded_sessions import begin, header

SHORT = Drill(warm_up_s=2, baseline_s=8, drill_s=4, retention_s=3)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> RecordedSession:
    folder = tmp_path_factory.mktemp("export") / "s"
    record_drill(folder, header(1, "Ada"), SHORT)
    return from_folder(folder)


def motion(path: Path) -> pd.DataFrame:
    """A .mot or .sto file by pandas: the header ends with "endheader"."""
    lines = path.read_text().splitlines()
    return pd.read_csv(path, sep="\t", skiprows=lines.index("endheader") + 1)


def test_csv_is_read_by_pandas(session: RecordedSession, tmp_path: Path) -> None:
    write_export(session, "csv", tmp_path / "s.csv")
    read = pd.read_csv(tmp_path / "s.csv", comment="#")
    assert list(read["stride"]) == [row["stride"] for row in session.strides]
    assert read["hip_extension_deg"].to_numpy() == pytest.approx(column(session.strides, "hip_extension_deg"))
    assert set(read["runner"]) == {"Ada"}
    assert {"baseline", "drill", "retention"} <= set(read["phase"])


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "a\nb", "＝1"])
def test_a_spreadsheet_computes_no_name_and_numbers_stay_numbers(session: RecordedSession, tmp_path: Path, name: str) -> None:
    cues: list[Row] = [{"t_s": -1.5, "rule": "push", "text": name, "sound": "", "stride": 3, "reason": "", name: -2.5}]
    write_export(replace(session, header={**session.header, "runner": name}, cues=cues), "csv", tmp_path / "s.csv", "cues")
    with (tmp_path / "s.csv").open(newline="", encoding="utf-8") as file:
        comment, headings, row = csv.reader(file)
    assert not [cell for cell in (*comment, *headings) if cell.startswith(tuple("=+-@＝\t")) or "\n" in cell]
    cells = dict(zip(headings, row, strict=True))
    assert (cells.pop("t_s"), cells.popitem()[1]) == ("-1.5", "-2.5")
    assert not [cell for cell in cells.values() if cell.startswith(tuple("=+-@＝\t")) or "\n" in cell]
    assert name.strip("\t").replace("\n", r"\n") in cells["runner"]


def test_a_name_of_two_lines_does_not_end_the_header_of_a_motion(session: RecordedSession, tmp_path: Path) -> None:
    named = replace(session, header={**session.header, "runner": "Ada\nendheader\n\x1b[2J"})
    write_export(named, "mot", tmp_path / "s.mot")
    assert (tmp_path / "s.mot").read_text().splitlines().index("endheader") == 5
    assert len(motion(tmp_path / "s.mot")) == len(session.samples)


@pytest.mark.parametrize("table", ["strides", "samples", "cues", "phases", "landmarks"])
def test_parquet_is_read_by_pyarrow(session: RecordedSession, tmp_path: Path, table: str) -> None:
    write_export(session, "parquet", tmp_path / "s.parquet", table)
    read = parquet.read_table(tmp_path / "s.parquet")
    assert json.loads(read.schema.metadata[b"hipcue"]) == session.header
    if table == "strides":
        values = np.array(read.column("hip_extension_deg").to_pylist(), float)
        assert values == pytest.approx(column(session.strides, "hip_extension_deg"))
        assert str(read.schema.field("stride").type) == "int64"
        assert str(read.schema.field("leg").type) == "string"
    if table == "samples":
        assert read.num_rows == len(session.samples)


@pytest.mark.parametrize("form", ["mot", "sto"])
def test_motion_has_opensims_header_names_and_signs(session: RecordedSession, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"s.{form}"
    write_export(session, form, path)
    head = path.read_text().splitlines()[:6]
    read = motion(path)
    assert f"nRows={len(read)}" in head
    assert f"nColumns={len(read.columns)}" in head
    assert "inDegrees=yes" in head
    joints = ["hip_flexion", "knee_angle", "ankle_angle"]
    # The runner faces right, so the right side is near.
    assert list(read.columns) == ["time", *(f"{j}_r" for j in joints), *(f"{j}_l" for j in joints), "lumbar_extension"]
    assert read["time"].is_monotonic_increasing
    assert read["hip_flexion_r"].min() < -10  # extension is negative
    assert read["hip_flexion_r"].max() == pytest.approx(41, abs=3)  # knee drive is flexion
    assert read["knee_angle_r"].max() > 90  # flexed in swing
    assert read["knee_angle_r"].min() > 0
    assert read["lumbar_extension"].mean() == pytest.approx(-6, abs=1.5)  # leaning forward is not extension
    assert read["hip_flexion_r"].to_numpy() == pytest.approx(column(session.samples, "near_thigh_deg"), abs=1e-5, nan_ok=True)


def markers(path: Path) -> TRCData:
    """A .trc file by trc-data-reader. By marker's name: a row of x, y and z for each frame."""
    read = TRCData()
    read.load(str(path))
    return read


def test_trc_is_markers_upright_and_forward_in_stated_pixels(session: RecordedSession, tmp_path: Path) -> None:
    write_export(session, "trc", tmp_path / "s.trc")
    read = markers(tmp_path / "s.trc")
    assert (read["Units"], read["NumFrames"], read["NumMarkers"]) == ("px", len(session.samples), 11)
    assert read["DataRate"] == pytest.approx(session.header["fps"])
    assert list(read["Time"]) == pytest.approx(column(session.samples, "t_s"))
    hip, ankle, shoulder = (np.nanmean(read[name], axis=0) for name in ("RHip", "RAnkle", "RShoulder"))
    assert shoulder[1] > hip[1] > ankle[1] > 0  # up is up
    assert np.nanmean(read["RBigToe"], axis=0)[0] > np.nanmean(read["RHeel"], axis=0)[0]  # forward is forward


def test_with_the_length_of_the_leg_trc_is_in_millimetres(session: RecordedSession, tmp_path: Path) -> None:
    drawn = RunnerParameters()
    leg_cm = 100 * (0.245 + 0.246) * drawn.stature_m
    write_export(session, "trc", tmp_path / "s.trc", leg_cm=leg_cm)
    read = markers(tmp_path / "s.trc")
    assert read["Units"] == "mm"
    hip, knee, ankle = (np.array(read[name]) for name in ("RHip", "RKnee", "RAnkle"))
    assert np.nanmedian(np.linalg.norm(knee - hip, axis=1)) == pytest.approx(245 * drawn.stature_m, rel=0.01)
    assert np.nanmedian(np.linalg.norm(ankle - knee, axis=1)) == pytest.approx(246 * drawn.stature_m, rel=0.01)
    # Independent of the given length: how far the runner truly bounces.
    assert np.ptp(hip[np.isfinite(hip[:, 1]), 1]) == pytest.approx(1000 * drawn.vertical_oscillation_m, rel=0.05)


@pytest.mark.parametrize("form", ["mot", "sto", "trc"])
def test_a_table_for_a_format_that_has_its_own_columns_is_refused(session: RecordedSession, tmp_path: Path, form: str) -> None:
    with pytest.raises(SessionsError, match=f"--table samples: is only for --format csv and parquet; {form} has"):
        write_export(session, form, tmp_path / "s", "samples")
    assert not list(tmp_path.iterdir())


def test_a_length_for_a_format_that_has_none_is_refused(session: RecordedSession, tmp_path: Path) -> None:
    with pytest.raises(SessionsError, match="is only for --format trc"):
        write_export(session, "mot", tmp_path / "s.mot", leg_cm=86.0)


@pytest.mark.optional
@pytest.mark.parametrize("form", ["mot", "sto", "trc"])
def test_opensim_itself_reads_it(session: RecordedSession, tmp_path: Path, form: str) -> None:
    python = os.environ.get("HIPCUE_OPENSIM_PYTHON")
    if not python:
        pytest.skip("HIPCUE_OPENSIM_PYTHON names no Python with opensim (it needs another numpy than MediaPipe)")
    path = tmp_path / f"s.{form}"
    write_export(session, form, path, leg_cm=86.0 if form == "trc" else None)
    kind = "TimeSeriesTableVec3" if form == "trc" else "TimeSeriesTable"
    script = (
        f"import opensim; t = opensim.{kind}({str(path)!r}); print(t.getNumRows(), t.getNumColumns(), *t.getColumnLabels())"
    )
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows, columns, *names = done.stdout.splitlines()[-1].split()
    assert int(rows) == len(session.samples)
    assert int(columns) == (11 if form == "trc" else 7)
    assert ("RHip" if form == "trc" else "hip_flexion_r") in names


def test_a_runner_who_faced_left_shows_the_left_side(session: RecordedSession, tmp_path: Path) -> None:
    left = RecordedSession({**session.header, "facing": "left"}, [], [], [], session.samples, session.folder)
    write_export(left, "mot", tmp_path / "s.mot")
    assert motion(tmp_path / "s.mot")["hip_flexion_l"].to_numpy() == pytest.approx(
        column(session.samples, "near_thigh_deg"), abs=1e-5, nan_ok=True
    )


@pytest.mark.parametrize(
    ("form", "table", "mentions"),
    [("xlsx", "strides", "csv, parquet, mot, sto, trc"), ("csv", "dreams", "strides, samples")],
)
def test_an_unknown_format_is_one_sentence(
    session: RecordedSession, tmp_path: Path, form: str, table: str, mentions: str
) -> None:
    with pytest.raises(SessionsError, match=mentions):
        write_export(session, form, tmp_path / "s", table)


def test_a_session_that_never_knew_its_facing_is_refused_for_opensim(session: RecordedSession, tmp_path: Path) -> None:
    unknown = RecordedSession({**session.header, "facing": None}, [], [], [], session.samples, session.folder)
    for form in set(FORMATS) - {"csv", "parquet"}:
        with pytest.raises(SessionsError, match="left and right"):
            write_export(unknown, form, tmp_path / "s")


def test_with_two_cameras_each_leg_is_that_of_the_camera_that_sees_it_near(tmp_path: Path) -> None:
    writer = begin(tmp_path / "two")
    for number in range(1, 30):
        seen = sample(number, number / 30, near_thigh_deg=-10.0)
        writer.sample(seen)
        other = msgspec.structs.replace(sample(number, number / 30 + 0.01, near_thigh_deg=-20.0 + number), camera="other_side")
        writer.sample(other)
    writer.stride(stride(1, 0.5))
    writer.stride(msgspec.structs.replace(stride(1, 0.6), camera="other_side", side="left"))
    writer.close()
    write_export(from_folder(tmp_path / "two"), "mot", tmp_path / "s.mot")
    read = motion(tmp_path / "s.mot")
    assert read["hip_flexion_r"].to_numpy()[1:] == pytest.approx([-10.0] * 29)
    between = read["hip_flexion_l"].to_numpy()[2:]  # the other camera's frames are 10 ms later
    assert between == pytest.approx([-20.0 + number - 0.3 for number in range(2, 30)], abs=1e-3)
    write_export(from_folder(tmp_path / "two"), "csv", tmp_path / "s.csv", "samples_other_side")
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 2 + 29
