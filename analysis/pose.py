"""The plug point for pose models: a picture in, body points out."""

from typing import Protocol

from analysis.landmarks import Landmarks
from wire.frames import Image

BACKENDS = ("openvino", "mediapipe")


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


def open_backend(name: str) -> PoseEstimator:
    """The pose estimator called `name` (one of BACKENDS). Raises PoseError."""
    # Imported here: a backend's libraries take up to a second, and the other must not pay for them.
    if name == "openvino":
        from analysis.blazepose import BlazePose  # noqa: PLC0415

        return BlazePose(threads=1, device="CPU")
    if name == "mediapipe":
        from analysis.pose_mediapipe import MediaPipePose  # noqa: PLC0415

        return MediaPipePose()
    raise PoseError(f"backend: {name!r} is unknown; known are {', '.join(BACKENDS)}")
