"""Readers whose every picture is overwritten while they use it."""

from dataclasses import replace

import pytest

from wire.frame_sockets import NewestFrame
from wire.frames import Frame


def overtake_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no frame that is taken is whole when it is asked after its use."""
    take = NewestFrame.take

    def overtaken(reader: NewestFrame) -> Frame | None:
        frame = take(reader)
        return None if frame is None else replace(frame, whole=lambda: False)

    monkeypatch.setattr(NewestFrame, "take", overtaken)
