"""Opens the source that `--source` names."""

import os
from collections.abc import Callable
from pathlib import Path

from capture.sources.paced import PacedSource
from capture.sources.source import Recording, Source, SourceError
from capture.sources.v4l2 import is_lasting_name
from capture.sources.webcam import Webcam
from capture.synthetic.synthetic_source import SyntheticRunner, is_synthetic, parse_synthetic
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings

_NETWORK = ("rtsp://", "rtsps://", "http://", "https://")


def check_name(source: SecretAddress) -> None:
    """Raises SourceError if no source can have this name, whatever is connected."""
    name = source.reveal()
    if is_synthetic(name):
        parse_synthetic(name)
    elif not is_live(source) and source.may_hold_password and not os.path.exists(name):
        raise SourceError(f"{source}: is neither a file nor a camera's address, which begins with rtsp:// or http://")


def open_source(settings: CaptureSettings) -> Source:
    """Open `settings.source`. Raises SourceError."""
    source = settings.source
    if not is_live(source):
        return PacedSource(open_recording(source, settings.filmed_at_fps), loop=settings.loop)
    if not _is_address(source.reveal()):
        return Webcam(source.reveal(), settings)
    from capture.sources.network_camera import NetworkCamera  # noqa: PLC0415 - it loads FFmpeg

    return NetworkCamera(source)


def open_recording(source: SecretAddress, filmed_at_fps: float = 0.0) -> Recording:
    """Open a file or a synthetic runner, which can be read at any speed. Raises SourceError.

    `filmed_at_fps`: the rate at which a slow-motion file was filmed; 0: the file's own rate.
    """
    check_name(source)
    name = source.reveal()
    if is_synthetic(name):
        return SyntheticRunner(name)
    from capture.sources.video_file import VideoFile  # noqa: PLC0415 - it loads FFmpeg

    return VideoFile(Path(name), filmed_at_fps)


def is_live(source: SecretAddress) -> bool:
    """Whether a source is a camera, which cannot be read faster than real time."""
    name = source.reveal()
    return _is_address(name) or name.isdigit() or name.startswith("/dev/") or is_lasting_name(name)


def cue_handler(source: Source | None) -> Callable[[str], None] | None:
    """Applies a cue, by its rule's name, to a drawn runner; None: the source does not respond to cues."""
    if isinstance(source, PacedSource) and isinstance(source.recording, SyntheticRunner):
        return source.recording.cue_handler
    return None


def _is_address(name: str) -> bool:
    return name.lower().startswith(_NETWORK)
