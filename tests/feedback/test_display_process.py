"""Given real sockets, the display process hears, says and ends as promised."""

import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest

from config.schema import Display, Settings
from feedback.display.process import run
from feedback.display.window import NoScreenError, Window, find_screen
from wire import stages
from wire.endpoints import private_directory
from wire.frames import Frame
from wire.lifecycle import StopFlag
from wire.messages import Band, Command, Cue, Health, Leg, Phase, Sample, Stamps, Stride
from wire.sockets import Wire
from wire.topics import COMMAND, CUE, HEALTH, PHASE, SAMPLE, STRIDE

DEADLINE_S = 20.0
SETTINGS = Settings(display=Display(mode="headless", width_px=640, height_px=360))


class Others:
    """The other processes, all in one: says everything again at every call, as nobody knows who listens already."""

    def __init__(self, directory: Path) -> None:
        self._wires = {name: Wire(directory, name) for name in ("capture", "analysis", "coach", "audio")}
        self._frames = self._wires["capture"].frame_publisher()
        self._samples = self._wires["analysis"].publisher(SAMPLE)
        self._strides = self._wires["analysis"].publisher(STRIDE)
        self._cues = self._wires["coach"].publisher(CUE)
        self._phases = self._wires["coach"].publisher(PHASE)
        self._healths = self._wires["capture"].newest(HEALTH, Health)
        self._commands = self._wires["coach"].every(COMMAND, Command)
        self.displays_health: Health | None = None
        self.commands: list[str] = []
        self._seq = 0

    def speak(self, state: str = "measuring") -> None:
        """One frame, its sample, and one each of the rest."""
        self._seq += 1
        now_ns = time.monotonic_ns()
        image = np.full((90, 160, 3), (0, 0, 200), np.uint8)
        self._frames.send(Frame(1, self._seq, self._seq, now_ns, now_ns, now_ns, "synthetic", image))
        near = Leg(hip_px=(80.0, 40.0), knee_px=(70.0, 55.0), ankle_px=(60.0, 70.0))
        self._samples.send(
            Sample(
                epoch=1,
                frame_seq=self._seq,
                frame_index=self._seq,
                stamps=Stamps(now_ns),
                width_px=160,
                height_px=90,
                state=state,
                facing="right",
                near=near,
                far=Leg(),
                shoulder_px=(82.0, 10.0),
                trunk_lean_deg=4.0,
                cadence_spm=170.0,
                quality=0.9,
            )
        )
        self._phases.send(Phase("drill", "hip_extension", Band(16.0, 20.0), 15.0, None, paused=False, muted=False))
        if self._seq % 10 == 0:
            self._strides.send(Stride(self._seq, "near", now_ns, now_ns, 17.2, -17.2, 2.0, Stamps(now_ns), quality=0.9))
            self._cues.send(Cue("push", "Push the belt", "push", "too little", self._seq, now_ns, now_ns))

    def hear(self) -> None:
        """Take what the display says."""
        while (health := self._healths.take()) is not None:
            if health.process == "display":
                self.displays_health = health
        self.commands += [command.name for command in self._commands.take_all()]

    def until(self, happened: Callable[[], bool]) -> None:
        """Speak until it has happened."""
        deadline_s = time.monotonic() + DEADLINE_S
        while not happened():
            assert time.monotonic() < deadline_s, "waited too long"
            self.speak()
            self.hear()
            select.select([], [], [], 0.005)

    def close(self) -> None:
        for wire in self._wires.values():
            wire.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return private_directory(tmp_path / "w")


@pytest.fixture
def others(directory: Path) -> Iterator[Others]:
    speaking = Others(directory)
    yield speaking
    speaking.close()


class Running:
    """The display in a thread of its own, with everything of ZeroMQ in that thread."""

    def __init__(self, directory: Path, settings: Settings, screenshot: Path | None = None) -> None:
        self.stop = StopFlag()
        self.code: int | None = None
        self.ended_s = 0.0
        self._thread = threading.Thread(target=self._run, args=(directory, settings, screenshot))
        self._thread.start()

    def _run(self, directory: Path, settings: Settings, screenshot: Path | None) -> None:
        with Wire(directory, "display") as wire:
            self.code = run(settings, wire, self.stop, screenshot)
        self.ended_s = time.monotonic()

    def end(self) -> float:
        """Ask for the end; returns how long it took, seconds."""
        asked_s = time.monotonic()
        self.stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        return self.ended_s - asked_s


def test_headless_it_tells_each_stride_and_ends_at_once(
    directory: Path, others: Others, capsys: pytest.CaptureFixture[str]
) -> None:
    running, told = Running(directory, SETTINGS), []

    def all_told() -> bool:
        told.append(capsys.readouterr().out)
        said = "".join(told)
        return "GOOD" in said and "Push the belt" in said and "Measuring" in said

    try:
        others.until(all_told)
        others.until(lambda: others.displays_health is not None and others.displays_health.state == "running")
    finally:
        took_s = running.end()
    assert running.code == 0
    assert took_s < 0.5
    assert "band 16–20°" in "".join(told)


def test_the_screenshot_is_of_the_last_measured_runner_even_after_the_capture_has_ended(
    directory: Path, others: Others, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, told = tmp_path / "shots" / "end.png", []

    def told_of(text: str) -> bool:
        told.append(capsys.readouterr().out)
        return text in "".join(told)

    running = Running(directory, SETTINGS, path)
    try:
        others.until(lambda: told_of("Measuring"))
        others.until(lambda: told_of("GOOD"))
        deadline_s = time.monotonic() + DEADLINE_S
        while not told_of("Waiting for the measurement") and time.monotonic() < deadline_s:
            select.select([], [], [], 0.05)
    finally:
        running.end()
    assert running.code == 0
    shot = pygame.image.load(str(path))
    assert shot.get_size() == (640, 360)
    pixels = pygame.surfarray.array3d(shot)
    assert ((pixels[..., 0] == 200) & (pixels[..., 1] == 0)).sum() > 1000, "the red picture"
    assert (pixels.min(axis=2) > 240).sum() > 1000, "the white number and lines"


def test_a_screenshot_that_cannot_be_written_is_one_sentence(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    running = Running(directory, SETTINGS, tmp_path / "file" / "shot.png")
    running.end()
    assert running.code == 1
    assert "the screenshot cannot be written" in capsys.readouterr().out


def test_without_a_screen_auto_goes_on_headless_and_says_so(
    directory: Path, others: Others, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with pytest.raises(NoScreenError, match="No screen found"):
        Window(True, (640, 360))
    assert find_screen() is None
    running = Running(directory, Settings(display=Display(mode="auto")))
    try:
        others.until(lambda: others.displays_health is not None and others.displays_health.state == "degraded")
    finally:
        running.end()
    assert others.displays_health is not None
    assert others.displays_health.reason.startswith("No screen found")
    assert capsys.readouterr().out.count("No screen found") == 1


ALONE = """
import sys
from pathlib import Path
from config.schema import Display, Settings
from feedback.display.process import run
from wire.lifecycle import StopFlag
from wire.sockets import Wire
stop = StopFlag()
stop.on_signals(supervised=False)
with Wire(Path(sys.argv[1]), "display") as wire:
    settings = Settings(display=Display(mode=sys.argv[2], width_px=640, height_px=360))
    sys.exit(run(settings, wire, stop, Path(sys.argv[3])))
"""


@pytest.fixture
def x_display() -> Iterator[str]:
    if shutil.which("Xvfb") is None or shutil.which("xdotool") is None:
        pytest.skip("needs Xvfb and xdotool")
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x720x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    ready, _, _ = select.select([read_end], [], [], DEADLINE_S)
    assert ready, "Xvfb did not start"
    number = os.read(read_end, 16).decode().strip()
    yield f":{number}"
    server.terminate()
    server.wait(DEADLINE_S)
    os.close(read_end)


@pytest.mark.screen
def test_a_screen_is_found_by_its_size(x_display: str) -> None:
    environment = {**os.environ, "DISPLAY": x_display, "SDL_VIDEODRIVER": "x11"}
    code = "from feedback.display.window import find_screen; print(find_screen())"
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[2], check=True, capture_output=True
    )
    assert found.stdout.decode().split() == ["1280x720", "(x11)"]


@pytest.mark.screen
@pytest.mark.parametrize(("mode", "screen"), [("auto", "1280x720 full screen"), ("window", "640x360 window")])
def test_on_a_screen_it_draws_and_passes_keys_on(
    directory: Path, others: Others, tmp_path: Path, x_display: str, mode: str, screen: str
) -> None:
    path = tmp_path / "shot.png"
    environment = {**os.environ, "DISPLAY": x_display, "SDL_VIDEODRIVER": "x11"}
    arguments = [sys.executable, "-c", ALONE, str(directory), mode, str(path)]
    process = subprocess.Popen(arguments, env=environment, cwd=Path(__file__).parents[2])

    def press(key: str) -> None:
        subprocess.run(["xdotool", "key", key], env=environment, check=True)

    def drawn() -> bool:
        health = others.displays_health
        return health is not None and stages.CAPTURED_TO_FLIP in health.latency and "draw" in health.latency

    def heard(key: str, name: str) -> bool:
        press(key)
        return name in others.commands

    try:
        others.until(drawn)
        assert others.displays_health is not None
        assert others.displays_health.facts["screen"] == screen
        others.until(lambda: heard("space", "pause"))
        others.until(lambda: heard("m", "mute"))
        others.until(lambda: heard("c", "calibrate"))
        others.until(lambda: heard("plus", "faster"))
        others.until(lambda: heard("minus", "slower"))
        others.until(lambda: heard("q", "quit"))
        others.until(lambda: process.poll() is not None)
    finally:
        process.kill()
    assert process.returncode == 0
    assert path.exists()
