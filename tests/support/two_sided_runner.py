"""A runner seen by two cameras, who faces right for the main one: the phase with a band for each leg, and strides."""

from msgspec import structs

from tests.support.message_examples import stride
from wire.messages import Band, CameraName, LegName, Phase, SideTarget, Stride, side_of

LEFT, RIGHT = Band(13.0, 17.0), Band(16.0, 20.0)
FAR_READS_LESS_DEG = 3.0
PHASE = Phase(
    "drill",
    "hip_extension",
    RIGHT,
    15.0,
    None,
    paused=False,
    muted=False,
    min_quality=0.5,
    sides={"left": SideTarget(LEFT, 12.0), "right": SideTarget(RIGHT, 15.0)},
)


def stride_by(
    camera: CameraName, value_deg: float, number: int = 1, leg: LegName = "near", zero_deg: float | None = 1.0
) -> Stride:
    """A stride as this camera measures it."""
    side = side_of(leg, "right" if camera == "main" else "left")
    taken = stride(number, hip_extension_deg=value_deg, leg=leg)
    return structs.replace(taken, camera=camera, side=side, standing_thigh_deg=zero_deg)


def strides_by_both(count: int, right_deg: float, left_deg: float, zero_deg: float | None = 1.0) -> list[Stride]:
    """So many strides of each leg, as both cameras measure them: near, and far as a cross-check."""
    return [
        one
        for number in range(count)
        for one in (
            stride_by("main", right_deg, number, zero_deg=zero_deg),
            stride_by("main", left_deg - FAR_READS_LESS_DEG, number, "far"),
            stride_by("other_side", left_deg, number),
            stride_by("other_side", right_deg - FAR_READS_LESS_DEG, number, "far"),
        )
    ]
