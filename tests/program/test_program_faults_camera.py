"""Given a network camera that fails in every way, then the screen shows it, one soft tone sounds, and it recovers."""

import signal
from pathlib import Path

from tests.support.faulty_camera import LOSSES, faulty_camera
from tests.support.listener import Listener
from tests.support.program import Running
from wire.clock import monotonic_ns, s_to_ns
from wire.faults import CAMERA_AWAY
from wire.messages import Health
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY, PROCESSES, SUPERVISOR

SEEN_NS = s_to_ns(1.0)
"""A message appears on the screen when its cause has held for half a second."""


def tones(listener: Listener) -> int:
    return sum(played.rule == "signal_lost" for played in listener.played)


def until_tones(listener: Listener, count: int) -> None:
    listener.until(lambda: tones(listener) == count, "one soft tone")


def is_lost(health: Health) -> bool:
    return any(fault.code in CAMERA_AWAY and fault.device.startswith("http://127.0.0.1") for fault in health.faults)


def until_lost(listener: Listener) -> None:
    """Wait until the camera has been lost for long enough to be shown on the screen."""
    since_ns = monotonic_ns()

    def lost() -> bool:
        nonlocal since_ns
        health = listener.health[CAPTURE]
        if not is_lost(health):
            since_ns = monotonic_ns()
        return monotonic_ns() - since_ns > SEEN_NS

    listener.until(lost, "the camera is lost")


def test_a_camera_that_fails_in_every_way_comes_back_every_time(tmp_path: Path) -> None:
    with faulty_camera(exact=True) as (camera, url):
        program = Running("run", "--source", url, "--preset", "show", "--session-dir", str(tmp_path), exact=True)
        listener = Listener(program.runtime)
        listener.until_heard(*PROCESSES)
        listener.until_strides(3)
        pids = {name: listener.pid(name) for name in PROCESSES}

        for number, behaviour in enumerate(LOSSES, start=1):
            camera.behaviour = behaviour
            until_lost(listener)
            until_tones(listener, number)
            camera.behaviour = "well"
            listener.until(lambda: listener.health[CAPTURE].state == "running", f"back after {behaviour}")
            listener.until_strides(2)

        # Pictures that change size are measured as before.
        camera.behaviour = "other size"
        listener.until_strides(4)

        # Killed while its camera is lost, capture waits for it instead of giving up.
        camera.behaviour = "hangs up"
        until_lost(listener)
        fallen = listener.strike(CAPTURE)
        listener.until_another(CAPTURE, fallen)
        assert is_lost(listener.health[CAPTURE])
        camera.behaviour = "well"
        listener.until_strides(2)

        # Nobody else was disturbed.
        assert {name: listener.pid(name) for name in PROCESSES if name != CAPTURE} == {
            name: pid for name, pid in pids.items() if name != CAPTURE
        }
        assert listener.health[SUPERVISOR].counters == {"capture restarts": 1}
        assert tones(listener) == len(LOSSES) + 1
        assert {listener.health[name].state for name in (ANALYSIS, COACH)} == {"running"}
        assert {listener.health[name].state for name in (AUDIO, DISPLAY)} == {"degraded"}  # neither card nor screen here
        listener.close()
        program.signal(signal.SIGTERM)
        ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, [])
    assert "Traceback" not in ended.out + ended.err
    assert ended.out.count("screen       Camera frozen") == 1
    assert ended.out.count("screen       Camera lost") == len(LOSSES)
