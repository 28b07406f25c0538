"""Given a camera on either side, when one is lost, the session continues with the other and misses no stride of its leg."""

import signal
from pathlib import Path

import pytest

from sessions.format.header import read_header
from tests.support.listener import Listener
from tests.support.program import Running, only_session, table
from wire.faults import FaultCode
from wire.messages import CameraName, Side
from wire.texts import sentence
from wire.topics import ANALYSIS, ANALYSIS_2, CAPTURE, CAPTURE_2, PROCESSES, SUPERVISOR

RUNNER = "synthetic:extension=17,far_extension=14,fps=30,width=320,height=240"


ONE_SIDE = "Both cameras show the runner's right side"


def by(listener: Listener, camera: CameraName) -> list[int]:
    """Numbers of the near strides by a camera, as they were published."""
    return [one.number for one in listener.strides if (one.camera, one.leg) == (camera, "near")]


def until_more(listener: Listener, camera: CameraName, more: int) -> None:
    wanted = len(by(listener, camera)) + more
    listener.until(lambda: len(by(listener, camera)) >= wanted, f"{more} strides by {camera}")


@pytest.mark.raises_fault(FaultCode.CAMERAS_ON_ONE_SIDE)
def test_cameras_on_one_side_are_named_and_cue_nothing(tmp_path: Path) -> None:
    program = Running(
        *("run", "--source", RUNNER, "--other-side", f"{RUNNER},seed=2", "--preset", "show"),
        *("--no-display", "--no-audio", "--session-dir", str(tmp_path)),
        exact=True,
    )
    listener = Listener(program.runtime, both_sides=True)

    def named() -> bool:
        health = listener.health.get(ANALYSIS)
        return health is not None and ONE_SIDE in [sentence(fault).partition(".")[0] for fault in health.faults]

    def counts_half() -> bool:
        return [one.quality < 0.6 for one in listener.strides if one.camera == "main"][-1:] == [True]

    listener.until(named, "the fault is reported")
    until_more(listener, "main", 1)
    # On a busy machine, a stride may be missed, and the side is not known for a moment.
    listener.until(counts_half, "a stride counts half")
    listener.close()
    program.signal(signal.SIGTERM)
    assert program.wait().exit_code == 0


def test_losing_either_camera_costs_the_other_side_no_stride(tmp_path: Path) -> None:
    program = Running(
        *("run", "--source", RUNNER, "--other-side", f"{RUNNER},other_side=true", "--preset", "show"),
        *("--no-display", "--no-audio", "--session-dir", str(tmp_path)),
        exact=True,
    )
    listener = Listener(program.runtime, both_sides=True)
    names = [*(name for name in PROCESSES if name != "audio"), CAPTURE_2, ANALYSIS_2]
    listener.until_heard(*names)
    until_more(listener, "main", 2)
    until_more(listener, "other_side", 2)
    assert {side for phase in listener.phases for side in phase.sides} == {"left", "right"}

    lost = listener.strike(CAPTURE_2)
    until_more(listener, "main", 3)
    listener.until_another(CAPTURE_2, lost)
    until_more(listener, "other_side", 2)
    lost = listener.strike(CAPTURE)
    until_more(listener, "other_side", 3)
    listener.until_another(CAPTURE, lost)
    until_more(listener, "main", 2)
    wanted = {"capture restarts", "capture2 restarts"}
    listener.until(lambda: wanted <= listener.health[SUPERVISOR].counters.keys(), "the supervisor counts both restarts")

    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, []), ended.err

    session = only_session(tmp_path)
    rows = [row for row in table(session / "strides.csv") if row["leg"] == "near"]
    sides: dict[CameraName, Side] = {"main": "right", "other_side": "left"}
    for camera, side in sides.items():
        recorded = {int(row["stride"]) for row in rows if row["camera"] == camera}
        assert {row["side"] for row in rows if row["camera"] == camera} == {side}
        assert set(by(listener, camera)) <= recorded
    found = read_header(session)
    assert found["facing"] == "right"
    assert found["other_side"]["facing"] == "left"
    assert "capture2" in found["processes"]
