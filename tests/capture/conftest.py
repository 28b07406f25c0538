"""What the tests of the capture process share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from capture import process
from capture.source import Source, SourceError
from config.schema import Capture
from tests.watched_capture import Blocked, Running


@pytest.fixture
def start(wire_directory: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def begin(*arguments: object, **more: object) -> Running:
        made.append(Running(wire_directory, *arguments, **more))  # type: ignore[arg-type]
        return made[-1]

    yield begin
    for one in made:
        one.close()


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What is opened, one after the other."""

    def will_be(*opened: "Source | SourceError | Blocked") -> None:
        script = iter(opened)

        def open_next(_settings: Capture) -> Source:
            camera = next(script)
            if isinstance(camera, SourceError):
                raise camera
            if isinstance(camera, Blocked):
                camera.until.wait(timeout=20)
                raise SourceError("camera 0: cannot be opened")
            return camera

        monkeypatch.setattr(process, "open_source", open_next)

    return will_be
