"""The interface of a pose backend, which finds body landmarks in an image."""

from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # they load NumPy, which a command that only reports a PoseError need not wait for
    from analysis.pose.landmarks import Landmarks
    from wire.frames.frame import Image


class PoseError(Exception):
    """The pose model cannot be started. The text is one sentence: what, where, how to fix it."""


class PoseModel(Enum):
    """The networks that find the landmarks; the value is the model's name. What was learnt of one does not hold for another."""

    BLAZEPOSE_LITE = "BlazePose lite"
    BLAZEPOSE_FULL = "BlazePose full"
    BLAZEPOSE_HEAVY = "BlazePose heavy"


class PoseEstimator(Protocol):
    """Finds one person's landmarks in the frames of a stream. It may use the previous frame to find the person faster."""

    @property
    def model(self) -> PoseModel | None:
        """The model; None: none of these."""
        ...

    @property
    def facts(self) -> dict[str, str]:
        """Backend and model, for people and session files."""
        ...

    def estimate(self, image: "Image") -> "Landmarks | None":
        """Landmarks in pixels of this image (blue-green-red, uint8); None: nobody found."""
        ...

    def look_elsewhere(self, image: "Image") -> bool:
        """Follow another person from the next frame on, if `image` shows one.

        False: there is nobody else, or this backend offers no choice.
        """
        ...

    def close(self) -> None:
        """Release the model."""
        ...
