"""Fixtures for the tests of the capture process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from capture import process
from capture.sources.source import CameraError, Source, SourceError
from config.sections.capture import CaptureSettings
from tests.support.eventually import DEADLINE_S
from tests.support.watched_capture import Blocked, Running
from wire.faults import FaultCode


@pytest.fixture
def start(wire_directory: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def begin(*arguments: Any, **more: Any) -> Running:
        made.append(Running(wire_directory, *arguments, **more))
        return made[-1]

    yield begin
    for one in made:
        one.close()


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what successive attempts to open the source give."""

    def open_in_turn(*opened: "Source | SourceError | Blocked") -> None:
        script = iter(opened)

        def open_next(_settings: CaptureSettings) -> Source:
            camera = next(script)
            if isinstance(camera, SourceError):
                raise camera
            if isinstance(camera, Blocked):
                camera.until.wait(DEADLINE_S)
                raise CameraError(FaultCode.CAMERA_NOT_OPENED, "camera 0")
            return camera

        monkeypatch.setattr(process, "open_source", open_next)

    return open_in_turn
