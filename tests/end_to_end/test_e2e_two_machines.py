"""Given a camera's machine and a screen's, a network and two clocks apart, then the screen sees, in its own time."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.eventually import eventually
from wire.remote.keys import Keys

CAMERA, SCREEN = f"hipcue-c{os.getpid()}", f"hipcue-s{os.getpid()}"
ADDRESS = "tcp://10.213.7.1:7660"
SCREENS_UPTIME_S = 1_000_000
"""The screen's machine has run so much longer."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass
class TwoMachines:
    """Two network namespaces with a wire between them; the second has a monotonic clock of its own."""

    folder: Path

    def command(self, machine: str, *words: str) -> list[str]:
        apart = ["unshare", "--time", "--monotonic", str(SCREENS_UPTIME_S), "--fork", "--kill-child"]
        apart = apart if machine == SCREEN else []
        return ["ip", "netns", "exec", machine, *apart, sys.executable, "-m", "hipcue", *words]

    def environment(self, machine: str) -> dict[str, str]:
        home = self.folder / machine
        home.mkdir(exist_ok=True)
        known = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "PULSE_SERVER")}
        return {**known, "XDG_RUNTIME_DIR": str(home), "HIPCUE_HOME": str(home)}

    def start(self, machine: str, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command(machine, *words),
            env=self.environment(machine),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[TwoMachines]:
    try:
        ip("netns", "add", CAMERA)
        ip("netns", "add", SCREEN)
        ip("link", "add", "c", "netns", CAMERA, "type", "veth", "peer", "name", "s", "netns", SCREEN)
        for machine, link, address in ((CAMERA, "c", "10.213.7.1/24"), (SCREEN, "s", "10.213.7.2/24")):
            ip("-n", machine, "address", "add", address, "dev", link)
            ip("-n", machine, "link", "set", link, "up")
            ip("-n", machine, "link", "set", "lo", "up")
        subprocess.run(["unshare", "--time", "--monotonic", "5", "--fork", "true"], check=True, capture_output=True)
        yield TwoMachines(tmp_path)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"network or time namespaces cannot be made here: {error}")
    finally:
        for machine in (CAMERA, SCREEN):
            subprocess.run(["ip", "netns", "delete", machine], check=False, capture_output=True)


def test_the_screen_shows_strides_of_the_other_machine_in_its_own_time(machines: TwoMachines, tmp_path: Path) -> None:
    camera_keys, screen_keys = (Keys(Path(machines.environment(one)["HIPCUE_HOME"]) / "keys") for one in (CAMERA, SCREEN))
    camera_keys.allow("screen", screen_keys.new().public)
    screen_keys.allow("camera", camera_keys.new().public)
    settings = tmp_path / "camera.toml"
    settings.write_text(f'[network]\npublish = "{ADDRESS}"\n[session]\nfolder = "{tmp_path / "sessions"}"\n')
    source = ("--source", "synthetic:extension=18,fps=30,seconds=600")
    running = [
        machines.start(CAMERA, "run", "--config", str(settings), *source, "--no-display", "--no-audio"),
        machines.start(SCREEN, "follow", ADDRESS, "--no-display"),
    ]
    shown: list[str] = []
    screen = running[1]
    assert screen.stdout is not None
    try:
        os.set_blocking(screen.stdout.fileno(), False)

        def strides() -> bool:
            assert screen.stdout is not None
            with suppress(BlockingIOError):
                shown.append(os.read(screen.stdout.fileno(), 65536).decode())
            return sum(line.startswith("stride") for line in "".join(shown).splitlines()) >= 3

        eventually(strides, "three strides on the screen's machine", deadline_s=60)
        said = subprocess.run(
            machines.command(SCREEN, "status"), env=machines.environment(SCREEN), capture_output=True, text=True, check=True
        ).stdout
        assert re.search(r"^follow +running", said, re.MULTILINE), said
        ages_s = [float(age) for age in re.findall(r"(?:capture|analysis) +running +([0-9.]+) s ago", said)]
        # Of another clock they would be a million seconds, or none for ever.
        assert len(ages_s) == 2, said
        assert max(ages_s) < 5, said
    finally:
        running[0].send_signal(signal.SIGTERM)
        # unshare passes no signal on; killed, it takes the screen's processes with it.
        running[1].kill()
        os.set_blocking(screen.stdout.fileno(), True)
        ends = [process.communicate(timeout=30)[0] for process in running]
    assert "Traceback" not in "".join(ends)
