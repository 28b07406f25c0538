"""Given a running program, the doctor examines it by its own pictures and reports."""

import itertools
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from config.settings import Settings
from hipcue.doctor.running_lane import Seen, findings, watch
from tests.support.eventually import eventually
from tests.support.healths import CAMERA_SLOW, fault, health
from wire.clock import ms_to_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.health.stages import CAPTURED_TO_SOUND, POSE
from wire.messages import Health, Latency
from wire.sockets import Wire
from wire.texts import Finding
from wire.topics import ANALYSIS, AUDIO, CAPTURE, DISPLAY, HEALTH, RECORDER

PICTURE = np.random.default_rng(1).integers(100, 200, (64, 64, 3), np.uint8)
SCREEN = msgspec.structs.replace(health(DISPLAY), facts={"screen": "TV, 1920x1080"})
SOUND = msgspec.structs.replace(health(AUDIO), facts={"sound device": "card 0", "latency": "21.0 ms"})
CAMERA = msgspec.structs.replace(health(CAPTURE), facts={"source": "camera 0", "mode": "960x540"})


def by_subject(*healths: Health, pictures: int = 1) -> dict[str, Finding]:
    seen = Seen(2.0, [(0.0, PICTURE)] * pictures, 30.0, 0.0, {one.process: one for one in healths})
    return {one.subject: one for one in findings(Settings(), seen)}


def test_a_lane_without_faults_is_described() -> None:
    found = by_subject(CAMERA, SCREEN, SOUND, health(ANALYSIS))
    assert found["camera"] == Finding("camera", True, "camera 0, 960x540")
    assert found["screen"].found == "TV, 1920x1080"
    assert found["sound"].found == "card 0, 21.0 ms"
    assert found["rate"].found == "30.0 fps delivered"
    assert "light" in found
    assert ANALYSIS not in found


def test_faults_are_findings_in_the_words_of_the_table() -> None:
    slow = msgspec.structs.replace(CAMERA, faults=(CAMERA_SLOW,))
    full = health(RECORDER, "degraded", fault(FaultCode.SESSION_NOT_WRITABLE, RECORDER, "/s", "No space left on device"))
    found = by_subject(slow, SCREEN, SOUND, full)
    assert found["camera"] == Finding("camera", False, "The camera delivers 15 instead of 60 fps", "More light may help.")
    assert not found[RECORDER].good
    assert "No space left on device" in found[RECORDER].found


def test_a_silent_process_and_missing_pictures_are_findings() -> None:
    found = by_subject(CAMERA, SOUND, pictures=0)
    assert (found["screen"].good, found["pictures"].good) == (False, False)


def test_a_resting_cameras_rate_is_none() -> None:
    assert "rate" not in by_subject(msgspec.structs.replace(CAMERA, resting=True), SCREEN, SOUND)


@pytest.mark.parametrize(("p50_ms", "good"), [(12.0, True), (48.0, False)])
def test_the_pose_model_is_as_fast_as_the_lane_has_measured(p50_ms: float, good: bool) -> None:
    recent = {POSE: Latency(60, p50_ms, p50_ms, p50_ms, p50_ms)}
    measuring = msgspec.structs.replace(health(ANALYSIS), facts={"pose backend": "openvino on CPU"}, recent=recent)
    found = by_subject(CAMERA, SCREEN, SOUND, measuring)["pose model"]
    assert (found.good, found.found) == (good, f"openvino on CPU, {p50_ms:.0f} ms per picture")
    assert bool(found.advice) != good


@pytest.mark.parametrize(("p50_ms", "good"), [(70.0, True), (320.0, False)])
def test_the_delay_is_that_of_the_cues_so_far(p50_ms: float, good: bool) -> None:
    late = Latency(40, p50_ms, p50_ms, p50_ms, p50_ms)
    found = by_subject(CAMERA, SCREEN, msgspec.structs.replace(SOUND, latency={CAPTURED_TO_SOUND: late}))
    assert (found["delay"].good, found["delay"].found) == (good, f"{p50_ms:.0f} ms from picture to sound (median of 40)")


def test_the_console_reads_the_findings_as_they_are_written() -> None:
    found = [Finding("light", False, "dark", "add light"), Finding("camera", True, "[0]")]
    assert msgspec.json.decode(msgspec.json.encode(found), type=list[Finding]) == found


def test_pictures_and_reports_are_taken_from_the_lane(wire_directory: Path) -> None:
    stop = threading.Event()

    def publish() -> None:
        with Wire(wire_directory, CAPTURE) as wire:
            frames, healths = wire.frame_publisher(), wire.publisher(HEALTH)
            for number in itertools.count(1):
                at_ns = ms_to_ns(20 * number)  # by the camera's clock, whenever it is sent
                frames.send(Frame(1, number, number, at_ns, at_ns, at_ns, "synthetic", PICTURE))
                healths.send(CAMERA)
                if stop.wait(0.02):
                    return

    def seen() -> bool:
        found = watch(wire_directory, 0.1)
        return found.repeated == 1.0 and CAPTURE in found.healths and abs(found.rate_fps - 50) < 0.01

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        assert eventually(seen, "pictures and reports are seen")
    finally:
        stop.set()
        thread.join()
