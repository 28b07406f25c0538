"""Stores the camera's pictures beside the measurements, if the settings ask for it (`session.store_video`).

A thread receives the pictures and writes them, so that the numbers never wait for the video.
"""

import threading
from pathlib import Path

from sessions.recorder.session_video import SessionVideo
from wire.sockets import Wire, wait

_POLL_MS = 100
_CLOSE_S = 0.3
"""The whole program ends within two seconds; a file that is not finished by then can still be played."""

Target = tuple[Path, int]
"""A session's folder, and its second 0, ns."""


class VideoRecording:
    """Set `target` to start and to stop; any thread may."""

    def __init__(self, wire: Wire) -> None:
        self.target: Target | None = None
        """Where to store; None: nothing is stored."""
        self.problem = ""
        """Why nothing is stored although there is a target; "": nothing is wrong."""
        self._wire = wire
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="video", daemon=True)
        self._thread.start()

    @property
    def stores(self) -> bool:
        """Whether pictures are being stored."""
        return self.target is not None and not self.problem

    def close(self) -> None:
        """Finish the file."""
        self._ended.set()
        self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        file: SessionVideo | None = None
        stored: Target | None = None
        # A socket belongs to one thread, so this one opens its own.
        with Wire(self._wire.directory, self._wire.process, self._wire.clock) as wire:
            frames = wire.frames()
            while not self._ended.is_set():
                wait(_POLL_MS, frames)
                frame, target = frames.take(), self.target
                if target != stored:
                    if file is not None:
                        file.close()
                    file, stored = None if target is None else SessionVideo(*target), target
                if frame is None or file is None:
                    continue
                try:
                    file.add(frame.image, frame.capture_ns)
                    self.problem = ""
                except OSError as error:
                    self.problem = str(error)
        if file is not None:
            file.close()
