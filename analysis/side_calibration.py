"""How much more one of two cameras reads than the other, from a runner who has run facing each way. Pure.

Left minus right by two cameras is the runner's own difference plus what the camera on the left reads more than the one on the
right. When the runner has turned round, each camera sees the other leg near: the runner's part of "other camera minus main
camera" changes its sign, and the cameras' part keeps it. The mean of both ways is the cameras' part, half their difference the
runner's. What a camera's zero already removes (its roll) is in neither.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from config.reference import CAMERA_PAIR_RMS_DEG, PACE_CADENCE_PCT, Z95
from wire.clock import NS_PER_S
from wire.messages import CameraName, Facing, Stride, opposite

NEEDED_STRIDES = 30
"""Strides by each camera, facing each way: about 21 s of running."""
CAMERAS: tuple[CameraName, CameraName] = ("main", "other_side")
WAYS: tuple[Facing, Facing] = ("right", "left")
"""Directions the runner faces, as seen by the main camera."""


@dataclass(frozen=True)
class SideCalibration:
    """The result; degrees of peak hip extension."""

    offset_deg: float
    """How much more the other camera reads than the main one."""
    sd_deg: float
    """Its standard deviation: the strides' scatter, and how far two cameras disagree from one standing and run to the next."""
    left_minus_right_deg: float
    """The runner's own, without the cameras' part; its standard deviation is the same."""
    cadence_change_pct: float
    """Change of cadence from the first direction to the second."""

    @property
    def ci95_deg(self) -> float:
        """Half the 95 % interval of both."""
        return Z95 * self.sd_deg

    @property
    def stands_out(self) -> bool:
        """Whether the cameras differ by more than the uncertainty. Correcting less would add more error than it removes."""
        return abs(self.offset_deg) > self.ci95_deg

    @property
    def same_pace(self) -> bool:
        """Whether both ways were run at one pace: otherwise the runner's own difference may have changed."""
        return abs(self.cadence_change_pct) <= PACE_CADENCE_PCT


@dataclass
class _Way:
    """The strides while the runner faces one way: near ones, by camera."""

    strides: dict[CameraName, list[Stride]] = field(default_factory=lambda: {camera: [] for camera in CAMERAS})

    @property
    def complete(self) -> bool:
        return len(self.strides["main"]) >= NEEDED_STRIDES and len(self._apart_deg()) >= NEEDED_STRIDES

    @property
    def cadence_spm(self) -> float:
        found = [one.cadence_spm for strides in self.strides.values() for one in strides if one.cadence_spm is not None]
        return float(np.mean(found)) if found else math.nan

    def other_less_main(self) -> tuple[float, float]:
        """Mean difference of the cameras at the same time, and its standard error, degrees."""
        apart_deg = self._apart_deg()
        return float(apart_deg.mean()), float(apart_deg.std(ddof=1) / math.sqrt(len(apart_deg)))

    def _apart_deg(self) -> NDArray[np.float64]:
        """For each stride by the other camera, how much it exceeds the main camera's strides before and after it."""
        if not all(self.strides.values()):
            return np.empty(0)
        (main_s, main_deg), (at_s, deg) = (
            np.array([(one.t_peak_ns / NS_PER_S, one.hip_extension_deg) for one in self.strides[camera]]).T
            for camera in CAMERAS
        )
        inside = (at_s >= main_s[0]) & (at_s <= main_s[-1])
        apart_deg: NDArray[np.float64] = deg[inside] - np.interp(at_s[inside], main_s, main_deg)
        return apart_deg


class TurnAround:
    """Collects the strides of both cameras until both ways are complete. The order of the ways does not matter."""

    def __init__(self, min_quality: float) -> None:
        self._min_quality = min_quality
        self._ways = {way: _Way() for way in WAYS}
        self.without_zero = 0
        """Strides by a camera that has no zero from standing."""

    def add(self, stride: Stride) -> None:
        """Add a stride. Only near legs count, well seen and with a zero from quiet standing."""
        if stride.leg != "near" or stride.side is None or stride.quality < self._min_quality:
            return
        if stride.standing_thigh_deg is None:
            self.without_zero += 1
            return
        self._ways[way_of(stride.camera, stride.side)].strides[stride.camera].append(stride)

    def is_complete(self, way: Facing) -> bool:
        """Whether there are enough strides of a runner who faces this way for the main camera."""
        return self._ways[way].complete

    @property
    def complete(self) -> bool:
        """Whether there are enough strides of both ways."""
        return all(way.complete for way in self._ways.values())

    def counts(self, way: Facing) -> tuple[int, int]:
        """Strides so far: by the main camera and by the other one."""
        main, other = (len(self._ways[way].strides[camera]) for camera in CAMERAS)
        return main, other

    def result(self) -> SideCalibration:
        """The calibration, once `complete`."""
        right, left = (self._ways[way] for way in WAYS)
        (facing_right_deg, right_error_deg), (facing_left_deg, left_error_deg) = right.other_less_main(), left.other_less_main()
        # Each way has zeros of its own, and with them an error of the pair of cameras of its own.
        sd_deg = math.hypot(right_error_deg, left_error_deg, math.sqrt(2) * CAMERA_PAIR_RMS_DEG) / 2
        return SideCalibration(
            offset_deg=(facing_right_deg + facing_left_deg) / 2,
            sd_deg=sd_deg,
            left_minus_right_deg=(facing_right_deg - facing_left_deg) / 2,
            cadence_change_pct=100 * (left.cadence_spm / right.cadence_spm - 1),
        )


def way_of(camera: CameraName, facing: Facing) -> Facing:
    """The way the runner faces for the main camera, by how one of the cameras sees it.

    >>> way_of("main", "right"), way_of("other_side", "left")
    ('right', 'right')
    """
    return facing if camera == "main" else opposite(facing)
