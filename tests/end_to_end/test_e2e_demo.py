"""Given nothing but this program, when the demo runs, then a drawn runner is measured, prompted and recorded."""

import json
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests import sound_server, virtual_screen
from tests.program import Running, hipcue, near_peaks_deg, only_session, table
from tests.surroundings import screen_and_sound
from wire.stages import STAGES

RUN_S = 26


def test_without_screen_and_sound_it_runs_says_so_and_leaves_a_picture_and_a_session(tmp_path: Path) -> None:
    ended = hipcue("demo", "--for", "12", "--session-dir", str(tmp_path))
    assert ended.exit_code == 0, ended.err
    assert ended.left_behind == []
    assert "Traceback" not in ended.out + ended.err
    assert "No screen found" in ended.out
    session = only_session(tmp_path)
    lines = [line for line in ended.out.splitlines() if line.startswith("stride")]
    strides = table(session / "strides.csv")
    assert len(lines) >= len(strides) - 1 >= 15
    assert sum("near" in line for line in lines) >= len(near_peaks_deg(session)) - 1
    assert len(table(session / "cues.csv")) >= 1
    picture = cv2.imread(str(session / "screen.png"))
    assert picture is not None
    assert picture.shape == (720, 1280, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 1000  # a runner is in it, not an empty board


@pytest.mark.screen
@pytest.mark.sound
def test_with_screen_and_sound_it_is_seen_and_every_cue_is_heard(tmp_path: Path) -> None:
    with screen_and_sound(tmp_path) as around:
        recording = around.server.record(tmp_path / "heard.raw")
        program = Running("demo", "--for", str(RUN_S), "--session-dir", str(tmp_path / "s"), environment=around.environment)
        seen = colours_while_running(program, around.screen)
        ended = program.wait()
        heard = recording.stop()
    assert (ended.exit_code, ended.left_behind) == (0, []), ended.err
    assert seen > 1000
    session = only_session(tmp_path / "s")
    assert unmeasured_stages(session) == []
    cues = [cue for cue in table(session / "cues.csv") if cue["sound"]]
    assert len(cues) >= 2
    level = np.abs(heard).max(axis=1)
    onsets_s = np.array(sound_onsets_s(level))
    assert 2 <= len(onsets_s) <= sounds_played(session)
    # What is decided just before the end may be cut off by it.
    decided_s = np.array([float(cue["t_s"]) for cue in cues if float(cue["t_s"]) < RUN_S - 1])
    # Between the cues the recording and the session must tell the same time: one shift brings most of them onto onsets.
    shifts_s = (onsets_s[:, np.newaxis] - decided_s).ravel()
    off_s = np.abs((decided_s + shifts_s[:, np.newaxis])[:, :, np.newaxis] - onsets_s).min(axis=2)
    best = (off_s < 0.1).sum(axis=1).argmax()
    assert (off_s[best] < 0.1).sum() >= 2
    # The session's parts are announced too: a cue that interrupts an announcement has no silence before it, but sounds.
    for cue_s in (decided_s + shifts_s[best])[off_s[best] >= 0.1]:
        nearby = level[int((cue_s + 0.05) * sound_server.SAMPLE_RATE_HZ) : int((cue_s + 0.3) * sound_server.SAMPLE_RATE_HZ)]
        assert nearby.max(initial=0) > 0.01


def sounds_played(session: Path) -> int:
    return int(json.loads((session / "session.json").read_text(encoding="utf-8"))["sounds_played"])


def unmeasured_stages(session: Path) -> list[str]:
    """Stages of the way from light to sound and screen of which the session holds no percentiles."""
    processes = json.loads((session / "session.json").read_text(encoding="utf-8"))["processes"]
    return [stage.name for stage in STAGES if not processes[stage.process]["latency_ms"].get(stage.name, {}).get("count")]


def colours_while_running(program: Running, screen: virtual_screen.VirtualScreen) -> int:
    """The most different colours that were on the screen at once."""
    most = 0
    while program.process.poll() is None and most <= 1000:
        time.sleep(0.5)
        most = max(most, len(np.unique(screen.picture().reshape(-1, 3), axis=0)))
    return most


def sound_onsets_s(level: NDArray[np.float32]) -> list[float]:
    """Where sound begins after at least 0.3 s of silence, in seconds."""
    loud = np.flatnonzero(level > 0.01)
    if not len(loud):
        return []
    starts = loud[np.concatenate([[True], np.diff(loud) > 0.3 * sound_server.SAMPLE_RATE_HZ])]
    return [float(start) / sound_server.SAMPLE_RATE_HZ for start in starts]
