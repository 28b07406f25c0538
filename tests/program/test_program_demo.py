"""Given nothing but this program, when the demo runs, then a drawn runner is measured, prompted and recorded."""

import json
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.listener import Listener
from tests.support.program import Running, near_peaks_deg, only_session, table
from tests.support.sound_server import SAMPLE_RATE_HZ
from tests.support.surroundings import screen_and_sound
from wire.clock import NS_PER_S, monotonic_ns
from wire.health.stages import STAGES

STRIDES = 8
SOUNDS = 3
HEARD_WITHIN_S = 1.0
"""On a busy machine, a sound server plays a sound some tenths of a second before or after the stated time (0.4 s seen)."""


def test_without_screen_and_sound_it_runs_says_so_and_leaves_a_picture_and_a_session(tmp_path: Path) -> None:
    program = Running("demo", "--for", "0", environment={"HIPCUE_HOME": str(tmp_path)})
    listener = Listener(program.runtime)
    listener.until_strides(STRIDES)
    listener.until(lambda: bool(listener.cues), "a cue")
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")
    assert "No screen found" in ended.out
    session = only_session(tmp_path / "sessions")
    assert f"Saved in {session}" in ended.out
    lines = [line for line in ended.out.splitlines() if line.startswith("stride")]
    strides = table(session / "strides.csv")
    assert len(lines) >= len(strides) - 1 >= STRIDES - 1
    assert sum("near" in line for line in lines) >= len(near_peaks_deg(session)) - 1
    assert len(table(session / "cues.csv")) >= 1
    picture = cv2.imread(str(session / "screen.png"))
    assert picture is not None
    assert picture.shape == (720, 1280, 3)
    assert colours(np.asarray(picture, np.uint8)) > 1000  # a runner is in it, not an empty board


@pytest.mark.screen
@pytest.mark.sound
def test_with_screen_and_sound_it_is_seen_and_every_sound_is_heard(tmp_path: Path) -> None:
    with screen_and_sound(tmp_path) as around:
        own = ("--for", "0", "--session-dir", str(tmp_path / "s"))
        program = Running("demo", *own, environment=around.environment, exact=True)
        listener = Listener(program.runtime)
        recording = around.server.record(tmp_path / "heard.raw")
        recorded_ns = monotonic_ns()
        listener.until(lambda: colours(around.screen.picture()) > 1000, "the runner is seen")
        listener.until(lambda: sum(not sound.silent for sound in listener.played) >= SOUNDS, f"{SOUNDS} sounds")
        played_s = [(sound.dac_ns - recorded_ns) / NS_PER_S for sound in listener.played if not sound.silent]
        recording.wait_until(recording.seconds + max(0.0, played_s[-1] - recording.seconds) + 2 * HEARD_WITHIN_S)
        listener.close()
        program.signal(signal.SIGTERM)
        ended = program.wait()
        heard = recording.stop()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")
    session = only_session(tmp_path / "s")
    assert unmeasured_stages(session) == []
    assert len(table(session / "cues.csv")) >= 1
    assert_heard(played_s, np.abs(heard).max(axis=1))


def assert_heard(played_s: list[float], level: NDArray[np.float32]) -> None:
    """Each sound is in the recording at the time it was played, except for a common shift, the recording's delay."""
    onsets_s = np.array(sound_onsets_s(level))
    assert len(onsets_s) >= 1
    shifts_s = (onsets_s[:, np.newaxis] - played_s).ravel()
    off_s = np.abs((np.array(played_s) + shifts_s[:, np.newaxis])[:, :, np.newaxis] - onsets_s).min(axis=2)
    best = (off_s < HEARD_WITHIN_S).sum(axis=1).argmax()
    assert (off_s[best] < HEARD_WITHIN_S).sum() >= min(2, len(played_s))
    assert abs(shifts_s[best]) < 2
    # A sound that interrupts another has no silence before it.
    for at_s in (np.array(played_s) + shifts_s[best])[off_s[best] >= HEARD_WITHIN_S]:
        first, last = (int((at_s + after_s) * SAMPLE_RATE_HZ) for after_s in (0.05, 0.3))
        assert level[max(0, first) : last].max(initial=0) > 0.01


def colours(picture: NDArray[np.uint8]) -> int:
    return len(np.unique(picture.astype(np.uint32) @ (1, 256, 65536)))


def unmeasured_stages(session: Path) -> list[str]:
    """Stages between camera, sound and screen without percentiles in the session."""
    processes = json.loads((session / "session.json").read_text(encoding="utf-8"))["processes"]
    return [stage.name for stage in STAGES if not processes[stage.process]["latency_ms"].get(stage.name, {}).get("count")]


def sound_onsets_s(level: NDArray[np.float32]) -> list[float]:
    """Where sound begins after at least 0.3 s of silence, in seconds."""
    loud = np.flatnonzero(level > 0.01)
    if not len(loud):
        return []
    starts = loud[np.concatenate([[True], np.diff(loud) > 0.3 * SAMPLE_RATE_HZ])]
    return [float(start) / SAMPLE_RATE_HZ for start in starts]
