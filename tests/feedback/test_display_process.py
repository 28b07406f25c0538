"""The display process on real sockets: what it receives, prints, publishes, and how it ends."""

import os
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

from config.sections.display import DisplaySettings
from config.settings import Settings
from feedback.display.process import run
from feedback.display.window import NoScreenError, Window, find_screens
from tests.support.eventually import eventually
from tests.support.virtual_screen import missing, virtual_screen
from wire.endpoints import private_directory
from wire.faults import FaultCode, SampleState
from wire.frames.frame import Frame
from wire.health import stages
from wire.lifecycle import StopFlag
from wire.messages import Band, Command, Cue, Health, Leg, Phase, Sample, Stamps, Stride
from wire.sockets import Wire
from wire.topics import COMMAND, CUE, HEALTH, PHASE, SAMPLE, STRIDE

DEADLINE_S = 120.0
SETTINGS = Settings(display=DisplaySettings(mode="headless", width_px=640, height_px=360))


class Others:
    """The other processes in one. It repeats all messages, because a subscriber may not be connected yet."""

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

    def publish(self, state: SampleState = SampleState.MEASURING) -> None:
        """Publish a frame, its sample, and one of each other message."""
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

    def receive(self) -> None:
        """Receive the display's messages."""
        while (health := self._healths.take()) is not None:
            if health.process == "display":
                self.displays_health = health
        self.commands += [command.name for command in self._commands.take_all()]

    def until(self, happened: Callable[[], bool]) -> None:
        """Publish until it has happened."""
        deadline_s = time.monotonic() + DEADLINE_S
        while not happened():
            assert time.monotonic() < deadline_s, "waited too long"
            self.publish()
            self.receive()
            time.sleep(0.005)

    def close(self) -> None:
        for wire in self._wires.values():
            wire.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return private_directory(tmp_path / "w")


@pytest.fixture
def others(directory: Path) -> Iterator[Others]:
    running = Others(directory)
    yield running
    running.close()


class Running:
    """The display in its own thread, with its sockets."""

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
        """Stop the display. Returns how long that took, seconds."""
        asked_s = time.monotonic()
        self.stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        return self.ended_s - asked_s


def test_a_button_of_the_console_replays(directory: Path, others: Others, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr("feedback.display.state.screen.Screen.toggle_replay", lambda _screen, _now_ns: asked.set())
    display = Running(directory, SETTINGS)
    with Wire(directory, "console") as console:
        commands = console.publisher(COMMAND)

        def pressed() -> bool:
            commands.send(Command("mute"))
            commands.send(Command("replay"))
            return asked.is_set()

        others.until(pressed)
    display.end()


def test_without_a_screen_it_prints_each_stride_and_ends_at_once(
    directory: Path, others: Others, capsys: pytest.CaptureFixture[str]
) -> None:
    running, printed = Running(directory, SETTINGS), []

    def all_printed() -> bool:
        printed.append(capsys.readouterr().out)
        said = "".join(printed)
        return "GOOD" in said and "Push the belt" in said and "Measuring" in said

    try:
        others.until(all_printed)
        others.until(lambda: others.displays_health is not None and others.displays_health.state == "running")
    finally:
        took_s = running.end()
    assert running.code == 0
    assert took_s < 0.5
    assert "band 16–20°" in "".join(printed)


@pytest.mark.slow  # until the camera counts as lost
def test_the_screenshot_shows_the_last_measured_runner_even_after_capture_has_ended(
    directory: Path, others: Others, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, printed = tmp_path / "shots" / "end.png", []

    def has_printed(text: str) -> bool:
        printed.append(capsys.readouterr().out)
        return text in "".join(printed)

    running = Running(directory, SETTINGS, path)
    try:
        others.until(lambda: has_printed("Measuring"))
        others.until(lambda: has_printed("GOOD"))
        eventually(lambda: has_printed("Camera lost"), "no frames arrive any more")
    finally:
        running.end()
    assert running.code == 0
    shot = pygame.image.load(str(path))
    assert shot.get_size() == (640, 360)
    pixels = pygame.surfarray.array3d(shot)
    assert ((pixels[..., 0] == 200) & (pixels[..., 1] == 0)).sum() > 1000, "the red picture"
    assert (pixels.min(axis=2) > 240).sum() > 1000, "the white number and lines"


def test_a_screenshot_that_cannot_be_written_is_reported_in_a_sentence(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    running = Running(directory, SETTINGS, tmp_path / "file" / "shot.png")
    running.end()
    assert running.code == 1
    assert "the screenshot cannot be written" in capsys.readouterr().out


def test_a_screenshot_that_fills_the_disk_leaves_no_half_picture(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_surface: pygame.Surface, path: str) -> None:
        Path(path).write_bytes(b"\x89PNG")
        raise pygame.error("Error writing the PNG file.")

    monkeypatch.setattr(pygame.image, "save", half)
    running = Running(directory, SETTINGS, tmp_path / "shot.png")
    running.end()
    assert running.code == 1
    assert not (tmp_path / "shot.png").exists()


def test_mode_auto_without_a_screen_continues_headless_with_a_fault(
    directory: Path, others: Others, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with pytest.raises(NoScreenError):
        Window(True, (640, 360))
    assert find_screens() == []
    running = Running(directory, Settings(display=DisplaySettings(mode="auto")))
    try:
        others.until(lambda: others.displays_health is not None and others.displays_health.state == "degraded")
    finally:
        running.end()
    assert others.displays_health is not None
    assert others.displays_health.faults[0].code is FaultCode.SCREEN_MISSING
    assert capsys.readouterr().out.count("No screen found") == 1


ALONE = """
import sys
from pathlib import Path
from config.sections.display import DisplaySettings
from config.settings import Settings
from feedback.display.process import run
from wire.lifecycle import StopFlag
from wire.sockets import Wire
stop = StopFlag()
stop.on_signals(supervised=False)
with Wire(Path(sys.argv[1]), "display") as wire:
    settings = Settings(display=DisplaySettings(mode=sys.argv[2], width_px=640, height_px=360))
    sys.exit(run(settings, wire, stop, Path(sys.argv[3])))
"""


@pytest.fixture
def x_display(tmp_path: Path) -> Iterator[str]:
    if reason := missing():
        pytest.skip(reason)
    (tmp_path / "screen").mkdir()
    with virtual_screen(tmp_path / "screen", 1280, 720) as screen:
        yield screen.environment["DISPLAY"]


@pytest.mark.screen
def test_a_screen_is_found_by_its_size(x_display: str) -> None:
    environment = {**os.environ, "DISPLAY": x_display, "SDL_VIDEODRIVER": "x11"}
    code = "from feedback.display.window import find_screens; print(*find_screens())"
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[2], check=True, capture_output=True
    )
    assert found.stdout.decode().splitlines()[-1] == "1: screen 1280x720"


@pytest.mark.screen
@pytest.mark.skipif(shutil.which("xdotool") is None, reason="xdotool is missing (package xdotool)")
@pytest.mark.parametrize(("mode", "screen"), [("auto", "1280x720 full screen"), ("window", "640x360 window")])
@pytest.mark.slow
def test_on_a_screen_it_draws_and_publishes_keys(
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

    def published(key: str, name: str) -> bool:
        press(key)
        return name in others.commands

    try:
        others.until(drawn)
        assert others.displays_health is not None
        assert others.displays_health.facts["screen"] == screen
        others.until(lambda: published("space", "pause"))
        others.until(lambda: published("m", "mute"))
        others.until(lambda: published("c", "calibrate"))
        others.until(lambda: published("plus", "faster"))
        others.until(lambda: published("minus", "slower"))
        others.until(lambda: published("q", "quit"))
        others.until(lambda: process.poll() is not None)
    finally:
        process.kill()
    assert process.returncode == 0
    assert path.exists()
