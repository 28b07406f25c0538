"""A session of two cameras: each has frames and strides of its own, and what compares sessions reads the main one."""

import re
from pathlib import Path

import msgspec
import pytest

from config.secret_address import SecretAddress
from sessions.format.columns import BAND_COLUMNS
from sessions.format.csv_rows import read_rows
from sessions.format.folders import OTHER_SIDE_FILES, SESSION_FILES, holds_session_files, remove_session_files
from sessions.format.header import current_header, read_header
from sessions.format.recorded import from_folder
from sessions.recorder.interrupted_session import interrupted_session
from sessions.recorder.session_writer import SessionWriter
from sessions.report.frame_figures import frame_figures
from sessions.report.key_figures import headline, key_figures, legs_of
from sessions.report.left_right import left_right
from sessions.report.session_figures import timeline_figure
from sessions.report.trend import entry
from sessions.report.verdict import verdict
from sessions.store.catalogue import Catalogue
from sessions.store.store import Store
from tests.support.message_examples import sample, stride
from tests.support.recorded_sessions import begin, header, phase
from wire.clock import s_to_ns
from wire.messages import Band, CameraName, LegName, PhaseName, Sample, Side, SideTarget, Stride, opposite, side_of


def by(camera: CameraName, taken: Sample) -> Sample:
    """The sample as that camera takes it: the main one sees the runner face right."""
    return msgspec.structs.replace(taken, camera=camera, facing="right" if camera == "main" else "left")


def stride_by(camera: CameraName, number: int, peak_s: float, leg: LegName = "near", deg: float = 12.0) -> Stride:
    facing: Side = "right" if camera == "main" else "left"
    return msgspec.structs.replace(stride(number, peak_s, deg, leg), camera=camera, side=side_of(leg, facing))


def record(session: SessionWriter, count: int = 3, from_s: float = 1.0) -> None:
    """Frames and strides of both cameras, in turn."""
    for number in range(count):
        at_s = from_s + number
        session.sample(by("main", sample(10 + number, at_s)))
        session.sample(by("other_side", sample(40 + number, at_s + 0.01)))
        session.stride(stride_by("main", number + 1, at_s))
        session.stride(stride_by("main", number + 1, at_s + 0.35, "far"))
        session.stride(stride_by("other_side", number + 1, at_s + 0.35, deg=15.0))
    session.flush()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    session = begin(tmp_path / "session")
    record(session)
    session.close()
    return tmp_path / "session"


def test_each_camera_has_its_own_frames(folder: Path) -> None:
    session = from_folder(folder)
    assert [row["frame"] for row in session.samples] == [0, 10, 11, 12]
    other = list(read_rows(folder / session.of_other_side().samples_file))
    assert [row["frame"] for row in other] == [40, 41, 42]
    assert (folder / "landmarks_other_side.csv").exists()


def test_with_one_camera_there_are_the_usual_files(tmp_path: Path) -> None:
    begin(tmp_path / "one").close()
    assert {path.name for path in (tmp_path / "one").iterdir()} == set(SESSION_FILES)
    assert "other_side" not in read_header(tmp_path / "one")


def test_each_camera_is_counted_by_itself(folder: Path) -> None:
    found = read_header(folder)
    assert (found["frames"], found["facing"], found["strides"]) == (4, "right", {"near": 3, "far": 3})
    other = found["other_side"]
    assert (other["frames"], other["facing"], other["strides"]) == (3, "left", {"near": 3, "far": 0})
    assert (found["near_hip_extension_mean_deg"], other["near_hip_extension_mean_deg"]) == (12.0, 15.0)


def test_a_side_is_read_by_the_camera_that_sees_it_near(folder: Path) -> None:
    session = from_folder(folder)
    assert [row["hip_extension_deg"] for row in session.of_side("right")] == [12.0] * 3
    assert [row["hip_extension_deg"] for row in session.of_side("left")] == [15.0] * 3
    assert len(session.strides) == 6
    assert len(session.all_strides) == 9


def test_a_crash_costs_neither_camera_anything(tmp_path: Path) -> None:
    crashed = SessionWriter(tmp_path / "s", {**header(), "boot": "this one"})
    record(crashed)
    counted = current_header(tmp_path / "s")
    assert (counted["other_side"]["frames"], counted["other_side"]["facing"]) == (2, "left")  # the last waits to settle

    resumed = SessionWriter(
        tmp_path / "s", read_header(tmp_path / "s"), interrupted_session(tmp_path / "s", read_header(tmp_path / "s"))
    )
    record(resumed, 4)  # published again, and one more
    resumed.close()
    session = from_folder(tmp_path / "s")
    assert [row["stride"] for row in session.of_side("left")] == [1, 2, 3, 4]
    assert [row["stride"] for row in session.of_side("right")] == [1, 2, 3, 4]
    assert session.header["other_side"]["strides"]["near"] == 4
    assert len(session.header["other_side"]["interruptions"]) == 1


def test_the_store_keeps_sides_and_cameras_and_lists_the_main_one(folder: Path, tmp_path: Path) -> None:
    store = Store(SecretAddress(f"sqlite:///{tmp_path / 'sessions.db'}"))
    store.import_session(folder)
    (entry,) = store.entries()
    rows = store.rows(entry.id, "strides")
    assert sorted({(str(row["camera"]), str(row["leg"]), str(row["side"])) for row in rows}) == [
        ("main", "far", "left"),
        ("main", "near", "right"),
        ("other_side", "near", "left"),
    ]
    (columns,) = store.near_strides([entry.id])
    assert list(columns.values("hip_extension_deg")) == [12.0] * 3
    assert entry.near_strides == 3
    store.close()


def test_a_history_reads_both_legs_from_the_store(held_by_one_leg: Path, tmp_path: Path) -> None:
    """Also of a session whose folder is on another machine."""
    catalogue = Catalogue(SecretAddress(f"sqlite:///{tmp_path / 'sessions.db'}"))
    assert list(catalogue.add([held_by_one_leg])) == [""]
    expected = left_right(from_folder(held_by_one_leg))
    held_by_one_leg.rename(tmp_path / "elsewhere")
    (found,) = catalogue.near_strides(catalogue.entries())
    catalogue.close()
    assert expected is not None
    assert expected.difference_deg < -4.0
    assert entry(found).left_right == expected


def test_each_legs_band_is_recorded_and_stored(tmp_path: Path) -> None:
    session = begin(tmp_path / "s")
    record(session)
    sides: dict[Side, SideTarget] = {"left": SideTarget(Band(10.0, 14.0), 11.0), "right": SideTarget(Band(12.0, 16.0), 13.0)}
    drill = msgspec.structs.replace(phase("drill", Band(12.0, 16.0)), sides=sides)
    session.phase(drill, s_to_ns(1.0))
    session.close()
    store = Store(SecretAddress(f"sqlite:///{tmp_path / 'sessions.db'}"))
    store.import_session(tmp_path / "s")
    for phases in (from_folder(tmp_path / "s").phases, store.rows(store.entries()[0].id, "phases")):
        assert [phases[-1][f"left_{name}"] for name in BAND_COLUMNS] == [10.0, 14.0, 11.0]
        assert [phases[-1][f"right_{name}"] for name in BAND_COLUMNS] == [12.0, 16.0, 13.0]
        assert phases[0].get("left_band_low_deg") is None
    store.close()


def test_removing_the_session_removes_the_other_cameras_files(folder: Path) -> None:
    for name in SESSION_FILES:
        (folder / name).unlink()
    assert all((folder / name).exists() for name in OTHER_SIDE_FILES)
    assert holds_session_files(folder)
    assert remove_session_files(folder) == []
    assert not folder.exists()


@pytest.mark.parametrize("facing", ["left", "right"])
def test_what_is_near_for_one_camera_is_far_for_the_other(facing: Side) -> None:
    assert side_of("near", facing) == facing == side_of("far", opposite(facing))
    assert side_of("far", facing) == opposite(facing)


@pytest.fixture
def held_by_one_leg(tmp_path: Path) -> Path:
    """The right leg runs as before, and the left one, seen by the camera on the other side, does 5° less."""
    session = begin(tmp_path / "held")
    begins_s: dict[PhaseName, float] = {"baseline": 1.0, "drill": 21.0, "retention": 41.0}
    for name, from_s in begins_s.items():
        session.phase(phase(name), s_to_ns(from_s - 0.5))
        for number in range(18):
            at_s, scatter_deg = from_s + number, 0.3 * (number % 3)
            session.sample(by("main", sample(number, at_s)))
            session.sample(by("other_side", sample(number, at_s + 0.01)))
            session.stride(stride_by("main", number, at_s, deg=16.0 + scatter_deg))
            left_deg = 15.0 if name == "baseline" else 10.0
            session.stride(stride_by("other_side", number, at_s + 0.35, deg=left_deg + scatter_deg))
    session.close()
    return tmp_path / "held"


def test_a_report_says_what_each_leg_did(held_by_one_leg: Path) -> None:
    session = from_folder(held_by_one_leg)
    found = verdict(session, frame_figures(session))
    assert found.sentence.startswith("Left leg: It went the other way: without cues, you pushed 5.0° less far behind you")
    assert "Right leg: No clear change" in found.sentence
    assert (found.before, found.leg) == ("16.3°", "right leg")
    assert headline(session).startswith("Left leg, without cues, after the drill: 5.0 ± ")
    assert "Right leg, without cues, after the drill: 0.0 ± " in headline(session)
    figures = {one.what: one.value for one in key_figures(session, frame_figures(session))}
    assert figures["retention against baseline, left leg"].startswith("−5.0 ± ")
    assert figures["hip extension, baseline, right leg"].startswith("16.3 ± ")


def test_two_legs_without_a_comparison_are_one_sentence_and_two_timelines_of_one_scale(tmp_path: Path) -> None:
    session = begin(tmp_path / "clip")
    for number in range(18):
        at_s = 1.0 + number
        session.sample(by("main", sample(number, at_s)))
        session.sample(by("other_side", sample(number, at_s + 0.01)))
        session.stride(stride_by("main", number, at_s, deg=16.0))
        session.stride(stride_by("other_side", number, at_s + 0.35, deg=31.0))
    session.close()
    recorded = from_folder(tmp_path / "clip")
    sentence = verdict(recorded, frame_figures(recorded)).sentence
    assert sentence == "You pushed 31.0° with the left leg and 16.0° with the right leg behind you on average."
    lefts, rights = (camera for _, camera in legs_of(recorded))
    ticks = [
        set(re.findall(r">(\d+)</text>", figure.wide))
        for one, other in ((lefts, rights), (rights, lefts))
        if (figure := timeline_figure(one, [], [other])) is not None
    ]
    assert ticks[0] == ticks[1]
    assert {"20", "30"} <= ticks[0]


def test_of_a_lost_main_camera_the_other_leg_is_reported(tmp_path: Path) -> None:
    session = begin(tmp_path / "s")
    for number in range(12):
        session.sample(by("other_side", sample(number, 1.0 + number)))
        session.stride(stride_by("other_side", number, 1.0 + number, deg=15.0))
    session.close()
    said = headline(from_folder(tmp_path / "s"))
    assert said.startswith("Hip extension 15.0")
    assert said.endswith("over 12 strides of the left leg. No stride of the right leg was measured.")


def test_of_one_camera_no_leg_is_named(tmp_path: Path) -> None:
    session = begin(tmp_path / "s")
    for number in range(12):
        session.stride(stride_by("main", number, 1.0 + number))
    session.close()
    recorded = from_folder(tmp_path / "s")
    assert headline(recorded).endswith("over 12 strides of the near leg.")
    assert verdict(recorded, frame_figures(recorded)).leg == ""
