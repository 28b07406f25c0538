"""The process table: which processes run, and in which order they end."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.loading import Origin
from config.paths import keys_folder
from config.sections.capture import BeltSettings
from config.settings import Settings
from wire.endpoints import EndpointError
from wire.folder_lock import is_locked
from wire.lifecycle import StopFlag
from wire.quiet import keep_native_notes_off_stderr
from wire.remote.keys import Keys
from wire.sockets import Wire
from wire.standard_streams import open_standard_streams
from wire.system import give_way, usable_cores
from wire.topics import (
    ANALYSIS,
    ANALYSIS_2,
    AUDIO,
    CAPTURE,
    CAPTURE_2,
    COACH,
    CONSOLE,
    DISPLAY,
    FOLLOW,
    RECORDER,
    SHARE,
)

SCREEN_NICENESS = 5
"""With two programs that would take both cores, this leaves a quarter of a core: slightly more than the screen needs."""
BACKGROUND_NICENESS = 10
EXIT_NO_SOCKETS = 2
_CORES_FOR_TWO = 4
"""Two pose models have two threads each only with at least this many cores."""


@dataclass(frozen=True)
class Job:
    """Passed to every process at its start. It is pickled for the spawned process, so it contains plain data only."""

    settings: Settings
    wire_directory: Path
    session_folder: Path
    screenshot: Path | None
    readiness: tuple[str, ...] = field(default=())
    """The processes that must be ready before a recording starts."""
    camera_address: str = ""
    """Only for `hipcue follow`: where the camera's machine publishes."""
    camera_key: str = ""
    """Its public key."""
    origin: Origin = field(default_factory=Origin)
    """Where the settings come from, for the console, which edits their file."""
    again: bool = False
    """Whether this is a restart: a device that was present before may be missing for a while."""


@dataclass(frozen=True)
class ProcessSpec:
    """One row of the table."""

    name: str
    start: Callable[[Job], None]
    stop_round: int
    """Processes end in rounds, producers first, so that no published message is lost."""
    saves: bool = False
    """Whether it must end cleanly even if it has only just started."""
    needed: bool = True
    """Whether the program ends if this process cannot start, and fails if it fails."""
    niceness: int = 0
    """Its priority, in steps of nice(2), relative to the others on a busy machine."""


def begin(spec: ProcessSpec, job: Job) -> None:
    """Run a row of the table in this process."""
    give_way(spec.niceness)
    spec.start(job)


def _run(name: str, job: Job, body: Callable[[Wire, StopFlag], int]) -> None:
    open_standard_streams(escaped=True)
    keep_native_notes_off_stderr()
    stop = StopFlag()
    stop.on_signals(supervised=True)
    try:
        with Wire(job.wire_directory, name, both_sides=job.settings.capture.has_other_side) as wire:
            code = body(wire, stop)
    except EndpointError as error:
        print(error, file=sys.stderr, flush=True)
        code = EXIT_NO_SOCKETS
    if stop.orphaned and not is_locked(job.wire_directory):
        # The supervisor can no longer do this. Processes that are still ending are connected and do not need the files.
        shutil.rmtree(job.wire_directory, ignore_errors=True)
    sys.exit(code)


# Each process imports only its own room, so that the others do not load its libraries.


def start_capture(job: Job) -> None:
    """The camera."""
    from capture.process import run

    _run(CAPTURE, job, lambda wire, stop: run(job.settings, wire, stop, job.readiness, patient=job.again))


def start_analysis(job: Job) -> None:
    """The measurement."""
    from analysis.process import run

    _run(ANALYSIS, job, lambda wire, stop: run(_sharing_cores(job.settings, job.settings), wire, stop))


def _sharing_cores(settings: Settings, lane: Settings) -> Settings:
    """The settings of one of a lane's analyses. Two of them on few cores take one thread each, unless the settings say more."""
    analysis = settings.analysis
    if not lane.capture.has_other_side or analysis.threads or usable_cores() >= _CORES_FOR_TWO:
        return settings
    return settings.model_copy(update={"analysis": analysis.model_copy(update={"threads": 1})})


def start_capture_2(job: Job) -> None:
    """The camera on the other side. Only the main camera's process reads the belt."""
    from capture.process import run

    settings = job.settings.of_other_side().model_copy(update={"belt": BeltSettings()})
    _run(CAPTURE_2, job, lambda wire, stop: run(settings, wire, stop, job.readiness, patient=job.again))


def start_analysis_2(job: Job) -> None:
    """The measurement for the camera on the other side."""
    from analysis.process import run

    _run(ANALYSIS_2, job, lambda wire, stop: run(_sharing_cores(job.settings.of_other_side(), job.settings), wire, stop))


def start_coach(job: Job) -> None:
    """The cues."""
    from feedback.coach.process import run

    _run(COACH, job, lambda wire, stop: run(job.settings, wire, stop, job.again))


def start_audio(job: Job) -> None:
    """The sound."""
    from feedback.audio.process import run

    _run(AUDIO, job, lambda wire, stop: run(job.settings, wire, stop))


def start_display(job: Job) -> None:
    """The screen."""
    from feedback.display.process import run

    _run(DISPLAY, job, lambda wire, stop: run(job.settings, wire, stop, job.screenshot))


def start_recorder(job: Job) -> None:
    """The session on disk."""
    from sessions.recorder.process import run

    _run(RECORDER, job, lambda wire, stop: run(job.settings, wire, stop, job.session_folder))


def start_share(job: Job) -> None:
    """The server for screens on other machines."""
    from wire.remote.share import run

    _run(SHARE, job, lambda wire, stop: run(wire, stop, job.settings.network.publish, Keys(keys_folder())))


def start_follow(job: Job) -> None:
    """The client of the camera's machine."""
    from wire.remote.follow import run

    own = Keys(keys_folder()).own()
    _run(FOLLOW, job, lambda wire, stop: run(wire, stop, job.camera_address, own, job.camera_key))


def start_console(job: Job) -> None:
    """The coach's console in the browser."""
    from console.process import run

    _run(CONSOLE, job, lambda wire, stop: run(job.settings, wire, stop, job.origin))


PROCESSES = (
    ProcessSpec(ANALYSIS, start_analysis, stop_round=1),  # It takes longest to start.
    ProcessSpec(RECORDER, start_recorder, stop_round=3, saves=True, niceness=BACKGROUND_NICENESS),
    ProcessSpec(COACH, start_coach, stop_round=2),
    ProcessSpec(AUDIO, start_audio, stop_round=3),
    ProcessSpec(DISPLAY, start_display, stop_round=3, niceness=SCREEN_NICENESS),
    ProcessSpec(CAPTURE, start_capture, stop_round=1),
)

OTHER_SIDE = (
    ProcessSpec(ANALYSIS_2, start_analysis_2, stop_round=1),
    ProcessSpec(CAPTURE_2, start_capture_2, stop_round=1),
)
"""Added with a second camera."""
SHARING = ProcessSpec(SHARE, start_share, stop_round=3)
"""Added to all others when [network] publishes."""
CONSOLE_BESIDE = ProcessSpec(CONSOLE, start_console, stop_round=3, needed=False, niceness=BACKGROUND_NICENESS)
"""Added to all others when [console] is enabled. The lane continues whatever happens to it."""
SCREEN_ALONE = (ProcessSpec(FOLLOW, start_follow, stop_round=1), ProcessSpec(DISPLAY, start_display, stop_round=2))
"""Instead of all others when the camera is on another machine."""
