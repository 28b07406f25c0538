"""Given a camera's machine and a screen's, a network and two clocks apart, then the screen sees, in its own time."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.listener import Listener
from tests.support.program import Running
from wire.clock import NS_PER_MS, s_to_ns
from wire.faults import FaultCode
from wire.messages import Stride
from wire.remote.keys import Keys
from wire.topics import ANALYSIS, CAPTURE, DISPLAY, FOLLOW, SHARE, SUPERVISOR

ADDRESS = "tcp://10.213.7.1:7660"
SCREENS_UPTIME_S = 1_000_000
"""How much longer the screen's machine has been running."""


@dataclass(frozen=True)
class Machine:
    """A network namespace, and a home with keys. `within` runs a command there."""

    name: str
    home: Path
    within: tuple[str, ...]

    def start(self, *arguments: str, runtime: Path | None = None, exact: bool = False) -> Running:
        own = {"HIPCUE_HOME": str(self.home), **({"XDG_RUNTIME_DIR": str(runtime)} if runtime else {})}
        return Running(*arguments, environment=own, within=self.within, exact=exact)

    def cable(self, up: bool) -> None:
        ip("-n", self.name, "link", "set", "cable", "up" if up else "down")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """The camera's and the screen's, with a cable between them; the screen's has a monotonic clock of its own."""
    other_clock = ("unshare", "--time", "--monotonic", str(SCREENS_UPTIME_S), "--fork", "--kill-child")
    made = []
    with ExitStack() as stack:
        try:
            for number, (role, clock) in enumerate((("camera", ()), ("screen", other_clock)), start=1):
                name = f"hipcue-{role}-{os.getpid()}"
                ip("netns", "add", name)
                stack.callback(ip, "netns", "delete", name)
                made.append(Machine(name, tmp_path / role, ("ip", "netns", "exec", name, *clock)))
                if number == 2:
                    first = made[0].name
                    ip("link", "add", "cable", "netns", first, "type", "veth", "peer", "name", "cable", "netns", name)
            for number, machine in enumerate(made, start=1):
                ip("-n", machine.name, "address", "add", f"10.213.7.{number}/24", "dev", "cable")
                ip("-n", machine.name, "link", "set", "lo", "up")
                machine.cable(up=True)
                subprocess.run([*machine.within, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"network or time namespaces cannot be made here: {error}")
        camera, screen = made
        camera_keys, screen_keys = Keys(camera.home / "keys"), Keys(screen.home / "keys")
        camera_keys.allow("screen", screen_keys.new().public)
        screen_keys.allow("camera", camera_keys.new().public)
        yield camera, screen


def test_a_screen_on_another_machine_sees_in_its_own_time_and_comes_back_after_every_loss(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    camera, screen = machines
    settings = tmp_path / "camera.toml"
    settings.write_text(f'[network]\npublish = "{ADDRESS}"\n[session]\nfolder = "{tmp_path / "sessions"}"\n')
    source = ("--source", "synthetic:extension=18,fps=30,width=640,height=360")
    filming = camera.start("run", "--config", str(settings), *source, "--no-display", "--no-audio", exact=True)
    showing = screen.start("follow", ADDRESS, "--no-display")
    there, here = Listener(filming.runtime), Listener(showing.runtime)
    try:
        here.until_strides(3)

        # Every stride has the same time here as there: the clocks' difference is as precise as stated.
        known_ms = float(re.findall(r"known to ([0-9.]+) ms", here.health[FOLLOW].facts["clock offset"])[0])
        here.until_strides(2)
        there.until(lambda: of(there, here.strides[-1]) is not None, "the same stride, on the camera's machine")
        told, original = here.strides[-1], of(there, here.strides[-1])
        assert original is not None
        off_ns = told.t_peak_ns - original.t_peak_ns - s_to_ns(SCREENS_UPTIME_S)
        assert abs(off_ns) / NS_PER_MS <= known_ms + 0.01
        assert told.hip_extension_deg == original.hip_extension_deg

        # Pictures arrive, recent by the screen's own clock; by another clock they would be a million seconds old.
        here.until(lambda: pictures(here) >= 30, "pictures")
        assert here.health[FOLLOW].latency["age of a frame"].p50_ms < 1000
        shown = screen.start("status", runtime=showing.runtime).wait().out
        for process in (FOLLOW, DISPLAY, CAPTURE, ANALYSIS):
            assert re.search(rf"^{process} +running +[0-4]\.\d s ago", shown, re.MULTILINE), shown

        # A pulled cable is reported; after it is plugged in again, everything resumes without help.
        camera.cable(up=False)
        here.until(lambda: here.health[FOLLOW].state == "degraded", "the loss is told")
        assert [(fault.code, fault.device) for fault in here.health[FOLLOW].faults] == [
            (FaultCode.CAMERA_MACHINE_SILENT, ADDRESS)
        ]
        camera.cable(up=True)
        here.until(lambda: here.health[FOLLOW].state == "running", "the camera's machine is back")
        here.until_strides(2)

        # The same holds when a process at either end of the cable fails.
        for listener, name in ((there, SHARE), (here, FOLLOW)):
            fallen = listener.strike(name)
            listener.until_another(name, fallen)
            here.until_strides(2)
        assert here.health[SUPERVISOR].counters == {"follow restarts": 1}
    finally:
        there.close()
        here.close()
        filming.signal(signal.SIGTERM)
        os.kill(only_child(showing.process.pid), signal.SIGTERM)  # unshare passes no signal on
        ends = [filming.wait(), showing.wait()]
    for ended in ends:
        assert (ended.exit_code, ended.left_behind) == (0, []), ended.err
        assert "Traceback" not in ended.out + ended.err
    assert sum(line.startswith("stride") for line in ends[1].out.splitlines()) >= 9


def of(listener: Listener, stride: Stride) -> Stride | None:
    """The same stride as this listener received it."""
    return next((one for one in listener.strides if (one.leg, one.number) == (stride.leg, stride.number)), None)


def pictures(listener: Listener) -> int:
    age = listener.health[FOLLOW].latency.get("age of a frame")
    return 0 if age is None else age.count


def only_child(pid: int) -> int:
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)
