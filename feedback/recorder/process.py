"""The recorder process: what was measured and said, into a session folder. Numbers; pictures only where they are asked for."""

import os
import sys
import uuid
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.schema import Settings
from feedback.recorder.disk_sync import DiskSync
from feedback.recorder.header import boot_id, session_header, settings_snapshot
from feedback.recorder.hearing import Hearing
from feedback.recorder.outlet import Outlet, OutletError, open_outlet
from feedback.recorder.runners import Runners
from feedback.recorder.session import SessionFolder, goes_on
from feedback.sessions.home import NO_STORE, store_url
from feedback.sessions.keeper import StoreKeeper
from wire.clock import s_to_ns
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.sockets import Wire

if TYPE_CHECKING:
    from feedback.recorder.video import Video

EXIT_NO_FOLDER = 5
_POLL_MS = 100
_STORE_PATIENCE_S = 0.6
"""At the end; the whole program ends within two seconds, and what is not stored by then is stored by the next one."""
_DISK_PATIENCE_S = 0.4
"""Likewise; what the disk has not confirmed by then the operating system brings to it soon after."""
_MOST_WAITING = 12
"""Sessions, half a day's, that wait in memory for a disk; an hour of one is some 60 MB."""
_FLUSH_S = 0.4
"""Together with the wait for settled values and the disk's own time less than the second that a crash may cost."""


def new_folder(parent: Path) -> Path:
    """A folder name for a session that starts now; counted up when that second has one already."""
    wanted = folder = parent / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    number = 1
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}_{number}")
    return folder


def run(settings: Settings, wire: Wire, stop: StopFlag, folder: Path | None = None) -> int:
    """Record until asked to stop, then finish the files. Returns the exit code. `folder` is the first runner's.

    A disk that is full or gone does not end the session: rows wait in memory, and the health says why.
    """
    health = HealthReporter(wire)
    hearing = Hearing(wire)
    wanted = folder or new_folder(Path(settings.session.folder).expanduser())
    blocked = _not_a_folder(wanted)
    if blocked is not None:
        sentence = f"{blocked}: the session cannot be saved there (it is not a folder); choose another --session-dir"
        health.say("failed", sentence)
        print(sentence, file=sys.stderr)
        return EXIT_NO_FOLDER

    first = iter([] if _holds_session(wanted) else [wanted])

    def next_session() -> SessionFolder:
        return SessionFolder(next(first, None) or new_folder(wanted.parent), _header(settings))

    keeper = _keeper(settings)
    outlet = _outlet(settings, wanted.name, wire, health)
    runners = Runners(_left_behind(wanted), next_session)
    disk = DiskSync()
    video = _video(settings, wire)
    over: list[SessionFolder] = []
    """Sessions that are to be finished; while the disk does not take their end, they wait for it here."""
    flush_ns = 0
    while not stop:
        health.beat()
        hearing.wait(_POLL_MS)
        over += hearing.tell(runners, wire.clock(), outlet)
        health.counters["missed"] = hearing.missed
        if video is not None:
            _look_after(video, runners, health)
        if wire.clock() >= flush_ns:
            if hearing.config is not None and runners.session is not None:
                runners.session.know({"config": settings_snapshot(hearing.config)})
            over = _finish(over, hearing.summary(), disk, health)
            _flush(runners.session, health, keeper, disk)
            _say([*over, runners.session], "" if video is None else video.problem, health)
            flush_ns = wire.clock() + s_to_ns(_FLUSH_S)
    if video is not None:
        video.target = None  # finished while the tables are
    over += hearing.tell(runners, wire.clock(), outlet)
    over += [runners.session] if runners.session is not None else []
    for session in _finish(over, hearing.summary(), disk, health):
        print(f"{_sentence(session.problem)}: the end of this session is lost", file=sys.stderr)
    if keeper is not None:
        keeper.finish(_STORE_PATIENCE_S)
    disk.finish(_DISK_PATIENCE_S)
    if video is not None:
        video.close()
    return 0


def _video(settings: Settings, wire: Wire) -> "Video | None":
    if not settings.session.store_video:
        return None
    from feedback.recorder.video import Video  # noqa: PLC0415 - it loads OpenCV

    return Video(wire)


def _look_after(video: "Video", runners: Runners, health: HealthReporter) -> None:
    """Only who trains is filmed; the screen's red dot goes by the fact "video"."""
    session = runners.session
    if session is None or session.t0_ns is None or not runners.trains:
        video.target = None
    else:
        video.target = session.folder, session.t0_ns
    if video.stores:
        health.facts["video"] = "stored"
    else:
        health.facts.pop("video", None)


def _keeper(settings: Settings) -> StoreKeeper | None:
    url = settings.session.store_url
    return None if url == NO_STORE else StoreKeeper(store_url(url))


def _outlet(settings: Settings, name: str, wire: Wire, health: HealthReporter) -> Outlet | None:
    try:
        return open_outlet(settings, name, wire.clock)
    except OutletError as error:
        health.facts["lsl"] = str(error)
        print(error, file=sys.stderr)
        return None


def _left_behind(wanted: Path) -> SessionFolder | None:
    """The session that a recorder of this program has left when it fell over; it goes on."""
    # Behind the folder of the first runner lie those of the next ones; the newest is the one under way.
    later = sorted(folder for folder in wanted.parent.glob("*") if folder.name > wanted.name)
    for folder in (*reversed(later), wanted):
        header = goes_on(folder, boot_id())
        if header is not None and header.get("program") == os.getppid():
            return SessionFolder(folder, header, resume=True)
    return None


def _header(settings: Settings) -> dict[str, Any]:
    return {**session_header(settings), "program": os.getppid()}


def _flush(session: SessionFolder | None, health: HealthReporter, keeper: StoreKeeper | None, disk: DiskSync) -> None:
    if session is None:
        return
    session.flush()
    disk.ask(session.folder)
    health.facts["disk"] = f"keeps a session's rows within {disk.slowest_ms:.0f} ms"
    if keeper is not None:
        if session.started:
            keeper.watch(uuid.UUID(session.id), session.folder)
        health.facts["store"] = keeper.problem or "ok"
    health.facts["session"] = str(session.folder)
    if session.lost:
        health.counters["rows lost"] = session.lost


def _say(sessions: list[SessionFolder | None], no_video: str, health: HealthReporter) -> None:
    problem = next((session.problem for session in sessions if session is not None and session.problem is not None), None)
    if problem is None:
        health.say("degraded" if no_video else "running", no_video)
    else:
        health.say("degraded", f"{_sentence(problem)}; the session goes on and is kept in memory until it can")


def _finish(over: list[SessionFolder], summary: dict[str, Any], disk: DiskSync, health: HealthReporter) -> list[SessionFolder]:
    """Close these sessions. Returns those whose end the disk does not take yet, the newest of them: memory has an end too."""
    for session in over:
        session.close(summary)
        disk.ask(session.folder)
    waiting = [session for session in over if session.problem is not None]
    if len(waiting) > _MOST_WAITING:
        health.counters["sessions cut short"] = health.counters.get("sessions cut short", 0) + len(waiting) - _MOST_WAITING
    return waiting[-_MOST_WAITING:]


def _sentence(problem: OSError | None) -> str:
    assert problem is not None
    return f"{problem.filename}: cannot be written ({problem.strerror})"


def _not_a_folder(wanted: Path) -> Path | None:
    """The part of the path that is something else than a folder: a mistake that no waiting mends."""
    nearest = next(path for path in (wanted, *wanted.absolute().parents) if path.exists())
    return None if nearest.is_dir() else nearest


def _holds_session(folder: Path) -> bool:
    return (folder / "session.json").exists()
