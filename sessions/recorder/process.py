"""The recorder process: passes messages to a Recorder, and reports its health."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.paths import NO_STORE, sessions_folder, store_url
from config.settings import Settings
from sessions.format.folders import blocking_file, new_folder
from sessions.format.header import session_header
from sessions.recorder.lsl_outlet import LslOutlet, OutletError, open_outlet
from sessions.recorder.recorder import FLUSH_S, Recorder
from sessions.recorder.session_writer import SessionWriter
from sessions.recorder.subscriptions import RecorderSubscriptions
from sessions.store.background_import import BackgroundImport
from wire.faults import FaultCode
from wire.health.reporter import HealthReporter
from wire.lifecycle import StopFlag, program_pid
from wire.messages import Fault
from wire.node import Node
from wire.sockets import Wire
from wire.texts import sentence

if TYPE_CHECKING:
    from sessions.recorder.video_recording import VideoRecording

EXIT_NO_FOLDER = 5
EXIT_NOT_SAVED = 6
_WAIT_MS = 100.0


def run(settings: Settings, wire: Wire, stop: StopFlag, folder: Path | None = None) -> int:
    """Record until asked to stop, then finish the files. Returns the exit code. `folder` is the first runner's.

    A disk that is full or gone does not end the session: rows wait in memory, and the health has the fault.
    """
    node = Node(wire, stop)
    subscriptions = RecorderSubscriptions(node)
    folder = folder or new_folder(sessions_folder(settings.session.folder))
    blocked = blocking_file(folder)
    if blocked is not None:
        print(sentence(node.health.failed(FaultCode.SESSION_FOLDER_BLOCKED, str(blocked))), file=sys.stderr)
        return EXIT_NO_FOLDER

    def new_header() -> dict[str, Any]:
        return {**session_header(settings), "program": program_pid()}

    store = _store(settings)
    outlet = _outlet(settings, folder.name, wire, node.health)
    recorder = Recorder(folder, new_header, store, outlet, _video(settings, wire))

    def record() -> float:
        recorder.take(subscriptions.take(), wire.clock())
        node.health.stores_video = recorder.stores_video
        node.health.session = "" if recorder.session is None else recorder.session.id
        return _WAIT_MS

    def flush() -> None:
        recorder.flush()
        _report(recorder, store, node.health)

    if store is not None:
        # An address in the settings may be wrong; report it before the first session, not after it.
        store.start(check=bool(settings.session.store_url))
    node.each(FLUSH_S, flush)
    node.health.running()
    code = node.run(record)
    node.dispatch()
    recorder.take(subscriptions.take(), wire.clock())
    node.health.beat()
    unsaved = recorder.finish(node.health.beat)
    if store is not None and store.problem:
        for unlisted in store.unnoted:
            print(f"{store.problem}; to list this session: hipcue sessions import {unlisted}", file=sys.stderr)
        if not store.unnoted:
            print(sentence(node.health.fault(FaultCode.STORE_AWAY, cause=store.problem)), file=sys.stderr)
    for session in unsaved:
        print(sentence(_lost(session, node.health)), file=sys.stderr)
    return EXIT_NOT_SAVED if unsaved else code


def _store(settings: Settings) -> BackgroundImport | None:
    url = settings.session.store_url
    return None if url == NO_STORE else BackgroundImport(store_url(url))


def _outlet(settings: Settings, name: str, wire: Wire, health: HealthReporter) -> LslOutlet | None:
    try:
        return open_outlet(settings, name, wire.clock)
    except OutletError as error:
        health.fault(FaultCode.LSL_MISSING, cause=str(error))
        print(error, file=sys.stderr)
        return None


def _video(settings: Settings, wire: Wire) -> "VideoRecording | None":
    if not settings.session.store_video:
        return None
    from sessions.recorder.video_recording import VideoRecording  # noqa: PLC0415 - it loads OpenCV

    return VideoRecording(wire)


def _lost(session: SessionWriter, health: HealthReporter) -> Fault:
    problem = session.problem or OSError()
    cause = problem.strerror or str(problem)
    return health.failed(FaultCode.SESSION_LOST, str(problem.filename), cause, session.unsaved_strides)


def _report(recorder: Recorder, store: BackgroundImport | None, health: HealthReporter) -> None:
    session = recorder.session
    if session is not None:
        health.facts["session"] = str(session.folder)
        health.facts["disk"] = f"keeps a session's rows within {recorder.disk.slowest_ms:.0f} ms"
        if session.lost:
            health.counters["rows lost"] = session.lost
    if recorder.cut_short:
        health.counters["sessions cut short"] = recorder.cut_short
    error = recorder.problem
    if error is None:
        health.clear(FaultCode.SESSION_NOT_WRITABLE)
    else:
        health.fault(FaultCode.SESSION_NOT_WRITABLE, str(error.filename), error.strerror or str(error))
    health.fault_if(bool(recorder.video_problem), FaultCode.VIDEO_NOT_STORED, cause=recorder.video_problem)
    store_problem = "" if store is None else store.problem
    if store is not None:
        health.facts["store"] = store_problem or ("ok" if store.opened else "not opened yet")
    health.fault_if(bool(store_problem), FaultCode.STORE_AWAY, cause=store_problem)
