"""The plug point for pose models: a picture in, body points out."""

import os
from pathlib import Path
from typing import Protocol

from analysis.landmarks import Landmarks
from config.schema import Analysis
from wire.frames import Image


class PoseError(Exception):
    """The pose model cannot be started. The text is one sentence: what, where, how to mend it."""


class PoseEstimator(Protocol):
    """Finds one person's landmarks in pictures of a stream; it may use the picture before to find the person faster."""

    @property
    def facts(self) -> dict[str, str]:
        """Backend and model, for people and session files."""
        ...

    def estimate(self, image: Image) -> Landmarks | None:
        """Landmarks in pixels of this picture (blue-green-red, uint8); None: nobody found."""
        ...

    def look_elsewhere(self, image: Image) -> bool:
        """Follow another person from the next picture on, if `image` shows one; False: there is nobody else, or no choice."""
        ...

    def close(self) -> None:
        """Let go of the model."""
        ...


def open_backend(settings: Analysis) -> PoseEstimator:
    """The pose estimator that the settings ask for. Raises PoseError."""
    if settings.backend == "mediapipe":
        return _open_mediapipe(settings)
    try:
        return _open_openvino(settings)
    except PoseError:
        if settings.backend == "openvino":
            raise
        return _open_mediapipe(settings)


# Imported only when wanted: a backend's libraries take up to a second, and the other must not pay for them.


def _open_openvino(settings: Analysis) -> PoseEstimator:
    from analysis.blazepose import BlazePose  # noqa: PLC0415

    folder = Path(settings.model_folder).expanduser() if settings.model_folder else None
    return BlazePose(settings.threads or usual_threads(), settings.device, settings.model, folder, mirrors=True)


def _open_mediapipe(settings: Analysis) -> PoseEstimator:
    from analysis.pose_mediapipe import MediaPipePose  # noqa: PLC0415

    if settings.model != "full":
        raise PoseError(f'analysis.model: mediapipe runs "full" only, not {settings.model!r}; set backend = "openvino"')
    return MediaPipePose()


def usual_threads() -> int:
    """Two where there are two cores: a third brought nothing, and the camera and the screen want to run too."""
    return min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
