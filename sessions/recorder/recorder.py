"""The recorder's work in each round, without sockets, clock or health: writes messages into session files."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sessions.errors import SessionsError
from sessions.format.folders import holds_session, is_being_written, new_folder
from sessions.format.header import settings_snapshot
from sessions.recorder.disk_sync import DiskSync
from sessions.recorder.interrupted_session import interrupted_session, resumable_header
from sessions.recorder.lsl_outlet import LslOutlet
from sessions.recorder.program_summary import ProgramSummary
from sessions.recorder.runner_sessions import RunnerSessions
from sessions.recorder.session_writer import SessionWriter
from sessions.recorder.subscriptions import Received
from sessions.store.background_import import BackgroundImport
from wire.lifecycle import program_pid
from wire.system import boot_id

if TYPE_CHECKING:
    from sessions.recorder.video_recording import VideoRecording

FLUSH_S = 0.4
"""How often to call `flush`: with the wait for settled values and the disk's own time, a crash costs less than a second."""
_MOST_UNFINISHED = 12
"""Most sessions, about half a day's, that wait in memory for a disk; an hour of one takes about 60 MB."""
_STORE_PATIENCE_S = 0.6
"""How long to wait for the store at the end: the program ends within two seconds, and the next run stores the rest."""
_DISK_PATIENCE_S = 0.4
"""The same for the disk; the operating system writes the rest soon after."""


class Recorder:
    """Records one session after another. Never raises OSError: `problem` holds the disk's last error.

    Call `take` with everything received, `flush` every FLUSH_S, and `finish` at the end.
    """

    def __init__(
        self,
        first_folder: Path,
        new_header: Callable[[], dict[str, Any]],
        store: BackgroundImport | None = None,
        outlet: LslOutlet | None = None,
        video: "VideoRecording | None" = None,
        disk: DiskSync | None = None,
    ) -> None:
        """The first runner's session goes into `first_folder`, later ones beside it; `new_header` gives each its header.

        A session that a crashed recorder of the same program left there is resumed.
        """
        self.disk = disk or DiskSync()
        self.unfinished: list[SessionWriter] = []
        """Sessions that are over but could not be written whole yet."""
        self.cut_short = 0
        """Number of sessions given up with their end unwritten, because too many waited."""
        self._store = store
        self._outlet = outlet
        self._video = video
        self._program = ProgramSummary()
        self._settings: dict[str, Any] | None = None
        """The settings in force since a change while running."""
        first = iter([] if holds_session(first_folder) else [first_folder])

        def next_session() -> SessionWriter:
            return SessionWriter(next(first, None) or new_folder(first_folder.parent), new_header())

        self._runners = RunnerSessions(_resumed(first_folder), next_session)

    @property
    def session(self) -> SessionWriter | None:
        """The session being recorded; None before the first runner and between two."""
        return self._runners.session

    @property
    def problem(self) -> OSError | None:
        """Why something waits in memory; None: everything is written."""
        sessions = [*self.unfinished, *([self.session] if self.session is not None else [])]
        return next((session.problem for session in sessions if session.problem is not None), None)

    @property
    def video_problem(self) -> str:
        """Why no video is stored although the settings ask for it; "": nothing is wrong."""
        return "" if self._video is None else self._video.problem

    @property
    def stores_video(self) -> bool:
        """Whether the camera's pictures are being stored now."""
        return self._video is not None and self._video.stores

    def take(self, received: Received, now_ns: int) -> None:
        """Take everything received since the last round."""
        over = self._runners.phase(received.phase, now_ns) if received.phase is not None else None
        if over is not None:
            self.unfinished.append(over)
        for message in received.messages:
            self._runners.take(message, now_ns)
            if self._outlet is not None:
                self._outlet.send(message)
        self._program.sounds_played += received.sounds_played
        for health in received.health:
            self._program.take(health)
        if received.settings is not None:
            self._settings = settings_snapshot(received.settings)
        if self._video is not None:
            self._video.target = self._video_target()

    def flush(self) -> None:
        """Write what has been taken, and close the sessions that are over."""
        self._close_unfinished()
        if self._store is not None:
            self._store.retry()
        session = self.session
        if session is None:
            return
        if self._settings is not None:
            session.update({"config": self._settings})
        session.flush()
        self.disk.ask(session.folder)
        if self._store is not None and session.t0_ns is not None:
            self._store.begin(uuid.UUID(session.id), session.folder, session.header)

    def finish(self, progress: Callable[[], None] = lambda: None) -> list[SessionWriter]:
        """Close everything. Returns the sessions that could not be written whole.

        On a slow disk or a busy machine this may take longer than two seconds; `progress` is called after each step.
        """
        if self._video is not None:
            self._video.target = None  # the thread finishes its file while the tables are written
        if self.session is not None:
            self.unfinished.append(self.session)
        self._close_unfinished(progress)
        if self._store is not None:
            self._store.close(_STORE_PATIENCE_S)
            progress()
        self.disk.finish(_DISK_PATIENCE_S)
        progress()
        if self._video is not None:
            self._video.close()
        return self.unfinished

    def _close_unfinished(self, progress: Callable[[], None] = lambda: None) -> None:
        for session in self.unfinished:
            session.close(self._program.header())
            progress()
            self.disk.ask(session.folder)
            if session.problem is None and self._store is not None and session.t0_ns is not None:
                self._store.end(uuid.UUID(session.id), session.folder, session.header)
        waiting = [session for session in self.unfinished if session.problem is not None]
        self.cut_short += max(0, len(waiting) - _MOST_UNFINISHED)
        self.unfinished = waiting[-_MOST_UNFINISHED:]

    def _video_target(self) -> tuple[Path, int] | None:
        """Only a runner who trains is filmed."""
        session = self.session
        if session is None or session.t0_ns is None or not self._runners.training:
            return None
        return session.folder, session.t0_ns


def _resumed(first_folder: Path) -> SessionWriter | None:
    """The session that a crashed recorder of this program left."""
    # Later runners' folders sort after the first one's; the newest is the session in progress.
    later = sorted(folder for folder in first_folder.parent.glob("*") if folder.name > first_folder.name)
    for folder in (*reversed(later), first_folder):
        header = resumable_header(folder, boot_id())
        ours = header is not None and header.get("program") == program_pid()
        if header is not None and ours and not is_being_written(folder):
            with suppress(SessionsError):  # its tables are not valid: it stays as it is, and a new session begins
                return SessionWriter(folder, header, interrupted_session(folder, header))
    return None
