"""Stores what is seen beside what is measured, for whoever asks for it (`session.store_video`).

A thread of its own hears the pictures and writes them, so that the numbers never wait for the video.
"""

import threading
from pathlib import Path

from feedback.recorder.video_file import VideoFile
from wire.sockets import Wire, wait

_POLL_MS = 100
_CLOSE_S = 0.3
"""The whole program ends within two seconds; what is not finished by then can be played nevertheless."""

Target = tuple[Path, int]
"""A session's folder, and its second 0, ns."""


class Video:
    """Set `target` to store; any thread may."""

    def __init__(self, wire: Wire) -> None:
        self.target: Target | None = None
        """Where to; None: nothing is stored."""
        self.problem = ""
        """Why nothing is stored although it should be, one sentence."""
        self._wire = wire
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="video", daemon=True)
        self._thread.start()

    @property
    def stores(self) -> bool:
        """Whether what is seen now is stored."""
        return self.target is not None and not self.problem

    def close(self) -> None:
        """Finish the file."""
        self._ended.set()
        self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        file: VideoFile | None = None
        stored: Target | None = None
        # Sockets belong to one thread: these are this one's.
        with Wire(self._wire.directory, self._wire.process, self._wire.clock) as wire:
            frames = wire.frames()
            while not self._ended.is_set():
                wait(_POLL_MS, frames)
                frame, target = frames.take(), self.target
                if target != stored:
                    if file is not None:
                        file.close()
                    file, stored = None if target is None else VideoFile(*target), target
                if frame is None or file is None:
                    continue
                try:
                    file.add(frame.image, frame.capture_ns)
                    self.problem = ""
                except OSError as error:
                    self.problem = f"No video is stored: {error}"
        if file is not None:
            file.close()
