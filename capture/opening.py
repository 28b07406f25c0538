"""Which source a `--source` means."""

from pathlib import Path

from capture.network import NetworkCamera
from capture.paced import PacedSource
from capture.recording import Recording
from capture.source import Source
from capture.synthetic import SyntheticRunner, is_synthetic
from capture.video_file import VideoFile
from capture.webcam import Webcam
from config.schema import Capture

_NETWORK = ("rtsp://", "rtsps://", "http://", "https://")


def open_source(settings: Capture) -> Source:
    """The source of `settings.source`, opened. Raises SourceError with one sentence."""
    name = settings.source
    if not is_live(name):
        return PacedSource(open_recording(name), loop=settings.loop)
    return NetworkCamera(name) if _is_address(name) else Webcam(name, settings)


def open_recording(name: str) -> Recording:
    """A file or a synthetic runner, to be read at any speed. Raises SourceError."""
    if is_synthetic(name):
        return SyntheticRunner(name)
    return VideoFile(Path(name))


def is_live(name: str) -> bool:
    """Whether `name` means a camera, which cannot be read faster than it films."""
    return _is_address(name) or name.isdigit() or name.startswith("/dev/")


def _is_address(name: str) -> bool:
    return name.lower().startswith(_NETWORK)
