"""A session on disk: tables for a spreadsheet, and a summary that defines their columns."""

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from sessions.format.header import current_header
from sessions.recorder.interrupted_session import interrupted_session, resumable_header
from sessions.recorder.session_writer import SessionWriter
from tests.support.message_examples import cue, sample, stride
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import SampleState
from wire.messages import Band, Leg, Phase, PhaseName, Sample, Stamps

# The contract that scoring tools read (docs/measures.md, "Files"); more columns may follow.
SAMPLE_HEADER = (
    "frame,t_s,near_thigh_deg,far_thigh_deg,near_knee_deg,far_knee_deg,near_ankle_deg,far_ankle_deg,trunk_lean_deg,quality"
)
STRIDE_HEADER = (
    "stride,leg,t_peak_s,t_known_s,hip_extension_deg,thigh_min_deg,thigh_excursion_deg,knee_deg,ankle_deg,trunk_lean_deg,"
    "cadence_spm,quality"
)
CUE_HEADER = "t_s,rule,text,sound,stride,reason"
HEADER = {"software": "hipcue test", "source": "synthetic:", "started": "2026-11-02T12:00:00+00:00"}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table as a spreadsheet reads them: the comment line left out."""
    with (folder / name).open(newline="", encoding="utf-8") as file:
        assert file.readline().startswith("# ")
        return list(csv.DictReader(file))


def summary(folder: Path) -> dict[str, Any]:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return dict(json.loads((folder / "session.json").read_text(encoding="utf-8"), parse_constant=refuse))


@pytest.fixture
def session(tmp_path: Path) -> SessionWriter:
    return SessionWriter(tmp_path / "below" / "session", HEADER)


class TestTables:
    @pytest.mark.parametrize(
        ("name", "header"), [("samples.csv", SAMPLE_HEADER), ("strides.csv", STRIDE_HEADER), ("cues.csv", CUE_HEADER)]
    )
    def test_have_the_columns_of_the_contract_from_the_start(self, session: SessionWriter, name: str, header: str) -> None:
        session.flush()
        comment, columns = (session.folder / name).read_text(encoding="utf-8").splitlines()
        assert comment.startswith("# ")
        assert columns.split(",")[: header.count(",") + 1] == header.split(",")

    def test_a_sample_is_a_row_as_it_was_published(self, session: SessionWriter) -> None:
        session.sample(msgspec.structs.replace(sample(4, 100.0), far=Leg(thigh_deg=20.0, knee_deg=31.25)))
        session.close()
        (row,) = table(session.folder, "samples.csv")
        expected = {
            "frame": "4",
            "t_s": "0",
            "near_thigh_deg": "-12.5",
            "far_thigh_deg": "20",
            "near_knee_deg": "",
            "far_knee_deg": "31.25",
            "near_ankle_deg": "",
            "far_ankle_deg": "",
            "trunk_lean_deg": "6",
            "quality": "0.9",
            "state": "measuring",
            "near_thigh_settled_deg": "",
            "far_thigh_settled_deg": "",
        }
        assert {key: row[key] for key in expected} == expected

    def test_a_stride_is_a_row(self, session: SessionWriter) -> None:
        session.start(s_to_ns(100))
        session.stride(stride(7, 101.25, 15.5, known_after_s=0.07, knee_drive_deg=None))
        session.close()
        (row,) = table(session.folder, "strides.csv")
        expected = {
            "stride": "7",
            "leg": "near",
            "t_peak_s": "1.25",
            "t_known_s": "1.32",
            "hip_extension_deg": "15.5",
            "thigh_min_deg": "-15.5",
            "cadence_spm": "170",
            "quality": "0.9",
            "knee_drive_deg": "",
        }
        assert {key: row[key] for key in expected} == expected

    def test_a_cue_is_a_row_whatever_its_text(self, session: SessionWriter) -> None:
        session.start(s_to_ns(100))
        session.cue(cue("push", stride_number=9, decided_s=112.5))
        session.close()
        (row,) = table(session.folder, "cues.csv")
        assert row == {
            "t_s": "12.5",
            "rule": "push",
            "text": "Push the belt",
            "sound": "push",
            "stride": "9",
            "reason": 'hip_extension below band, "far" off',
        }

    def test_times_count_from_the_first_frame(self, session: SessionWriter) -> None:
        assert session.t0_ns is None
        session.sample(sample(0, 100.0))
        session.stride(stride(1, 102.0))
        session.cue(cue(decided_s=103.0))
        session.sample(sample(1, 100.033333))
        session.close()
        assert [row["t_s"] for row in table(session.folder, "samples.csv")] == ["0", "0.033333"]
        assert table(session.folder, "strides.csv")[0]["t_peak_s"] == "2"
        assert table(session.folder, "cues.csv")[0]["t_s"] == "3"


class TestSettledValues:
    def test_are_written_in_the_row_of_their_own_frame(self, session: SessionWriter) -> None:
        for number in range(10):
            settled = (number - 3, -10.0 - number, 20.0 + number) if number >= 3 else None
            session.sample(sample(number, 100 + number / 30, near_thigh_deg=float(number), settled=settled))
        session.close()
        rows = table(session.folder, "samples.csv")
        assert [row["frame"] for row in rows] == [str(number) for number in range(10)]
        assert [row["near_thigh_deg"] for row in rows] == [str(number) for number in range(10)]
        assert [row["near_thigh_settled_deg"] for row in rows] == ["-13", "-14", "-15", "-16", "-17", "-18", "-19", "", "", ""]
        assert [row["far_thigh_settled_deg"] for row in rows] == ["23", "24", "25", "26", "27", "28", "29", "", "", ""]

    def test_of_one_leg_leave_the_other_legs_cell_empty(self, session: SessionWriter) -> None:
        session.sample(sample(0, 100.0))
        session.sample(sample(1, 100.03, settled=(0, -11.0, None)))
        session.close()
        first = table(session.folder, "samples.csv")[0]
        assert (first["near_thigh_settled_deg"], first["far_thigh_settled_deg"]) == ("-11", "")

    def test_that_arrive_too_late_hold_up_no_row(self, session: SessionWriter) -> None:
        for number in range(60):
            session.sample(sample(number, 100 + number / 30))
        session.flush()
        written = table(session.folder, "samples.csv")
        assert 60 - 16 <= len(written) < 60
        session.sample(sample(60, 102.0, settled=(0, -11.0, None)))
        session.close()
        assert len(table(session.folder, "samples.csv")) == 61


class TestTheSummary:
    def test_is_there_and_valid_from_the_start(self, session: SessionWriter) -> None:
        found = summary(session.folder)
        assert (found["software"], found["ended"], found["frames"], found["fps"]) == ("hipcue test", False, 0, None)
        assert (found["near_hip_extension_mean_deg"], found["cadence_spm"]) == (None, None)

    def test_says_what_was_measured_and_what_it_means(self, session: SessionWriter) -> None:
        for number in range(31):
            session.sample(sample(number, 100 + number / 30))
        session.stride(stride(1, 100.5, 14.0, cadence_spm=168))
        session.stride(stride(2, 100.8, 40.0, leg="far"))
        session.stride(stride(3, 101.2, 16.0, cadence_spm=None))
        session.cue(cue())
        session.cue(cue("stride_tone"))
        session.close({"sounds_played": 1})
        found = summary(session.folder)
        assert found["ended"] is True
        assert found["frames"] == 31
        assert found["fps"] == pytest.approx(30, abs=0.01)
        assert found["facing"] == "right"
        assert found["strides"] == {"near": 2, "far": 1}
        assert found["near_hip_extension_mean_deg"] == 15.0
        assert found["cadence_spm"] == 168.0
        assert (found["cues"], found["stride_tones"], found["sounds_played"], found["source"]) == (1, 1, 1, "synthetic:")
        assert found["calibration"].startswith("uncalibrated")
        assert {"thigh", "hip_extension", "knee", "ankle", "trunk_lean", "near", "limits"} <= found["definitions"].keys()

    @pytest.mark.parametrize(
        ("zero_deg", "correction_deg", "says"),
        [
            (None, None, "uncalibrated: the zero of hip_extension is vertical"),
            (-4.0, 0.0, "standing: the zero of hip_extension is the thigh at -4.0 degrees"),
            (-4.0, 3.3, "standing: the zero of hip_extension is the thigh at -4.0 degrees, corrected by 3.3"),
        ],
    )
    def test_says_by_how_much_the_zero_was_corrected(
        self, session: SessionWriter, zero_deg: float | None, correction_deg: float | None, says: str
    ) -> None:
        zeroed = structs.replace(stride(1, 100.5), standing_thigh_deg=zero_deg, zero_correction_deg=correction_deg)
        session.stride(zeroed)
        session.flush()
        counted_again = current_header(session.folder)
        session.close()
        for found in (summary(session.folder), counted_again):
            assert (found["zero_correction_deg"], found["calibration"]) == (correction_deg, says)

    def test_leaves_nothing_half_written_beside_it(self, session: SessionWriter) -> None:
        session.close()
        tables = {"samples.csv", "landmarks.csv", "strides.csv", "cues.csv", "phases.csv"}
        assert {path.name for path in session.folder.iterdir()} == {*tables, "session.json"}


class TestNothingIsLost:
    def test_when_closed_before_anything_has_settled(self, session: SessionWriter) -> None:
        for number in range(5):
            session.sample(sample(number, 100 + number / 30))
        session.stride(stride(1, 100.1))
        session.cue(cue(decided_s=100.2))
        session.close()
        lengths = [len(table(session.folder, name)) for name in ("samples.csv", "strides.csv", "cues.csv")]
        assert lengths == [5, 1, 1]

    def test_of_what_was_flushed_when_the_program_is_killed(self, session: SessionWriter) -> None:
        for number in range(60):
            session.sample(sample(number, 100 + number / 30, settled=(number - 1, -1.0, None) if number else None))
        session.stride(stride(1, 101.0))
        session.flush()
        # No close: the files as they are found after a crash.
        assert len(table(session.folder, "samples.csv")) == 59
        assert len(table(session.folder, "strides.csv")) == 1
        assert summary(session.folder)["ended"] is False


def phase(name: PhaseName, cueing: bool = False, band: Band | None = None) -> Phase:
    return Phase(name, "hip_extension", band, None, None, False, False, cueing=cueing)


class TestPhases:
    def test_are_rows_whenever_something_changes(self, session: SessionWriter) -> None:
        session.start(s_to_ns(100))
        for at_s in (100, 101, 102):
            session.phase(phase("warm_up"), s_to_ns(at_s))
        session.phase(phase("drill", cueing=True, band=Band(16, 20)), s_to_ns(103))
        session.phase(phase("drill", cueing=False, band=Band(16, 20)), s_to_ns(163))
        session.close()
        rows = table(session.folder, "phases.csv")
        assert [(row["t_s"], row["phase"], row["cueing"]) for row in rows] == [
            ("0", "warm_up", "0"),
            ("3", "drill", "1"),
            ("63", "drill", "0"),
        ]
        assert (rows[1]["band_low_deg"], rows[1]["band_high_deg"], rows[1]["measure"]) == ("16", "20", "hip_extension")


def test_landmarks_are_positions_in_the_picture(session: SessionWriter) -> None:
    seen = Leg(hip_px=(480.123, 250.0), knee_px=(470.0, 330.5))
    session.sample(msgspec.structs.replace(sample(3, 100.0), near=seen, shoulder_px=(490.0, 120.0)))
    session.close()
    (row,) = table(session.folder, "landmarks.csv")
    assert (row["near_hip_x_px"], row["near_hip_y_px"], row["near_knee_y_px"]) == ("480.12", "250", "330.5")
    assert (row["far_hip_x_px"], row["shoulder_x_px"], row["frame"]) == ("", "490", "3")


def resumed(folder: Path) -> SessionWriter:
    """A second recorder's, after the first one has crashed."""
    header = resumable_header(folder, "this one")
    assert header is not None
    return SessionWriter(folder, header, interrupted_session(folder, header))


class TestARestartedRecorder:
    def test_resumes_its_session_nothing_lost_nothing_twice(self, tmp_path: Path) -> None:
        header = {**HEADER, "boot": "this one"}
        first = SessionWriter(tmp_path, header)
        for number in range(60):
            first.sample(sample(number, 100 + number / 30, settled=(number, -1.0, None)))
        first.stride(stride(1, 101.0, 14.0, cadence_spm=168))
        first.phase(phase("drill"), s_to_ns(101))
        first.flush()
        # No close: it was killed, and only half of the last row is on the disk.
        with (tmp_path / "strides.csv").open("a") as file:
            file.write("2,near,1.2")
        second = resumed(tmp_path)
        second.phase(phase("drill"), s_to_ns(104))
        for number in range(120, 150):
            second.sample(sample(number, 100 + number / 30, settled=(number, -1.0, None)))
        second.stride(stride(3, 104.5, 16.0, cadence_spm=172))
        second.cue(cue(decided_s=104.6))
        second.cue(cue("stride_tone", decided_s=104.7))
        second.close()
        assert [int(row["frame"]) for row in table(tmp_path, "samples.csv")] == [*range(60), *range(120, 150)]
        assert [(row["stride"], row["t_peak_s"]) for row in table(tmp_path, "strides.csv")] == [("1", "1"), ("3", "4.5")]
        assert len(table(tmp_path, "phases.csv")) == 1
        found = summary(tmp_path)
        assert found["ended"] is True
        assert (found["frames"], found["strides"]["near"], found["cues"]) == (90, 2, 1)
        assert found["stride_tones"] == 1
        assert (found["near_hip_extension_mean_deg"], found["cadence_spm"]) == (15.0, 170.0)
        assert found["fps"] == pytest.approx(30, abs=0.01)
        (gap,) = found["interruptions"]
        assert (gap["from_s"], gap["to_s"]) == (pytest.approx(59 / 30, abs=1e-5), pytest.approx(4.0, abs=1e-5))

    def test_adds_the_strides_it_missed_and_none_twice(self, tmp_path: Path) -> None:
        header = {**HEADER, "boot": "this one"}
        first = SessionWriter(tmp_path, header)
        first.sample(sample(0, 100.0))
        first.stride(stride(1, 101.0))
        first.stride(stride(1, 101.35, leg="far"))
        first.flush()
        second = resumed(tmp_path)
        # What is published again: the runner before, both legs as recorded, and what was finished without a recorder.
        for missed in (stride(9, 99.0), stride(1, 101.0), stride(1, 101.35, leg="far"), stride(2, 101.7), stride(3, 102.4)):
            second.stride(missed)
        second.close()
        saved = [(row["leg"], row["stride"]) for row in table(tmp_path, "strides.csv")]
        assert saved == [("near", "1"), ("far", "1"), ("near", "2"), ("near", "3")]

    def test_does_not_resume_a_session_that_has_ended_or_is_older_than_the_machines_start(self, tmp_path: Path) -> None:
        SessionWriter(tmp_path / "over", {**HEADER, "boot": "this one"}).close()
        assert resumable_header(tmp_path / "over", "this one") is None
        SessionWriter(tmp_path / "before", {**HEADER, "boot": "another"})
        assert resumable_header(tmp_path / "before", "this one") is None
        assert resumable_header(tmp_path / "nothing", "this one") is None


ANGLE = st.none() | st.floats(-180, 180)


@st.composite
def runs(draw: st.DrawFn) -> list[Sample]:
    """Samples of a stretch of frames, any of their measures missing."""
    at_ns = draw(st.integers(0, 2**60))
    taken = []
    gaps_ns = draw(st.lists(st.integers(1_000, NS_PER_S), min_size=1, max_size=15))
    for number, capture_ns in enumerate(itertools.accumulate(gaps_ns, initial=at_ns)):
        near, far = (Leg(thigh_deg=draw(ANGLE), knee_deg=draw(ANGLE), ankle_deg=draw(ANGLE)) for _ in range(2))
        taken.append(
            msgspec.structs.replace(
                sample(number),
                stamps=Stamps(capture_ns),
                state=draw(st.sampled_from(SampleState)),
                near=near,
                far=far,
                trunk_lean_deg=draw(ANGLE),
                quality=draw(st.floats(0, 1)),
                settled_frame_index=draw(st.none() | st.integers(max(0, number - 5), number)),
                near_thigh_settled_deg=draw(ANGLE),
                far_thigh_settled_deg=draw(ANGLE),
            )
        )
    return taken


@settings(max_examples=50)
@given(taken=runs())
def test_samples_read_back_are_the_samples_written(taken: list[Sample], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("session")
    session = SessionWriter(folder, HEADER)
    for one in taken:
        session.sample(one)
    session.close()
    rows = table(folder, "samples.csv")
    assert [int(row["frame"]) for row in rows] == [one.frame_index for one in taken]
    for row, one in zip(rows, taken, strict=True):
        assert float(row["t_s"]) == pytest.approx((one.stamps.capture_ns - taken[0].stamps.capture_ns) / NS_PER_S, abs=1e-6)
        assert row["state"] == one.state.value
        measures = {
            "near_thigh_deg": one.near.thigh_deg,
            "far_thigh_deg": one.far.thigh_deg,
            "near_knee_deg": one.near.knee_deg,
            "far_knee_deg": one.far.knee_deg,
            "near_ankle_deg": one.near.ankle_deg,
            "far_ankle_deg": one.far.ankle_deg,
            "trunk_lean_deg": one.trunk_lean_deg,
            "quality": one.quality,
        }
        for column, value in measures.items():
            read = float(row[column]) if row[column] else None
            assert read == (None if value is None else pytest.approx(value, abs=1e-6))
    assert summary(folder)["frames"] == len(taken)
