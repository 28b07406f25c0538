"""The process table: what runs, in which order it is ended, and whether the program can do without it."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.schema import Settings
from wire.lifecycle import StopFlag
from wire.quiet import keep_native_notes_off_stderr
from wire.remote.keys import Keys, keys_folder
from wire.sockets import Wire
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY, FOLLOW, RECORDER, SHARE


@dataclass(frozen=True)
class Job:
    """What every process is told at its start. Travels to a spawned process, so it holds plain data only."""

    settings: Settings
    wire_directory: Path
    session_folder: Path
    screenshot: Path | None
    readiness: tuple[str, ...] = field(default=())
    """The processes that a recording waits for."""
    camera_address: str = ""
    """With the screen alone here: where the camera's machine publishes."""
    camera_key: str = ""
    """Its public key."""
    again: bool = False
    """Whether the process has run before and has fallen: what was there then may be away for a while."""


@dataclass(frozen=True)
class ProcessSpec:
    """One row of the table."""

    name: str
    start: Callable[[Job], None]
    stop_round: int
    """Processes end in rounds, those that feed others first, so that nothing published is lost."""
    saves: bool = False
    """Whether it must be let finish even when it has only just begun."""


def _run(name: str, job: Job, body: Callable[[Wire, StopFlag], int]) -> None:
    keep_native_notes_off_stderr()
    stop = StopFlag()
    stop.on_signals(supervised=True)
    with Wire(job.wire_directory, name) as wire:
        code = body(wire, stop)
    if stop.orphaned:
        # The supervisor would have done it. Those still ending are connected, and need the files no more.
        shutil.rmtree(job.wire_directory, ignore_errors=True)
    sys.exit(code)


# Each body imports its room only in its own process: the others need not pay for its libraries.


def start_capture(job: Job) -> None:
    """The camera."""
    from capture.process import run  # noqa: PLC0415

    _run(CAPTURE, job, lambda wire, stop: run(job.settings, wire, stop, job.readiness, patient=job.again))


def start_analysis(job: Job) -> None:
    """The measurement."""
    from analysis.process import run  # noqa: PLC0415

    _run(ANALYSIS, job, lambda wire, stop: run(job.settings, wire, stop))


def start_coach(job: Job) -> None:
    """The cues."""
    from feedback.coach.process import run  # noqa: PLC0415

    _run(COACH, job, lambda wire, stop: run(job.settings, wire, stop, job.again))


def start_audio(job: Job) -> None:
    """The sound."""
    from feedback.audio.process import run  # noqa: PLC0415

    _run(AUDIO, job, lambda wire, stop: run(job.settings, wire, stop))


def start_display(job: Job) -> None:
    """The screen."""
    from feedback.display.process import run  # noqa: PLC0415

    _run(DISPLAY, job, lambda wire, stop: run(job.settings, wire, stop, job.screenshot))


def start_recorder(job: Job) -> None:
    """The session on disk."""
    from feedback.recorder.process import run  # noqa: PLC0415

    _run(RECORDER, job, lambda wire, stop: run(job.settings, wire, stop, job.session_folder))


def start_share(job: Job) -> None:
    """The door for screens on other machines."""
    from wire.remote.share import run  # noqa: PLC0415

    _run(SHARE, job, lambda wire, stop: run(wire, stop, job.settings.network.publish, Keys(keys_folder())))


def start_follow(job: Job) -> None:
    """The way to the camera's machine."""
    from wire.remote.follow import run  # noqa: PLC0415

    keep_native_notes_off_stderr()
    stop = StopFlag()
    stop.on_signals(supervised=True)
    sys.exit(run(job.wire_directory, stop, job.camera_address, Keys(keys_folder()).own(), job.camera_key))


PROCESSES = (
    ProcessSpec(RECORDER, start_recorder, stop_round=3, saves=True),
    ProcessSpec(COACH, start_coach, stop_round=2),
    ProcessSpec(AUDIO, start_audio, stop_round=3),
    ProcessSpec(DISPLAY, start_display, stop_round=3),
    ProcessSpec(ANALYSIS, start_analysis, stop_round=1),
    ProcessSpec(CAPTURE, start_capture, stop_round=1),
)

SHARING = ProcessSpec(SHARE, start_share, stop_round=3)
"""Beside all the others, when [network] publishes."""
SCREEN_ALONE = (ProcessSpec(FOLLOW, start_follow, stop_round=1), ProcessSpec(DISPLAY, start_display, stop_round=2))
"""Instead of all the others, when the camera is on another machine."""
