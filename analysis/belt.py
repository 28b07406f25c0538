"""What only the belt can tell of a stride: how long a step is, how fast and how steep."""

from msgspec import structs

from wire.messages import Belt, Stride


def with_belt(stride: Stride, belt: Belt | None) -> Stride:
    """The stride with the belt's speed and incline. A runner who stays where they are steps as far as the belt moves."""
    if belt is None:
        return stride
    step_s = None if stride.stride_time_s is None else stride.stride_time_s / 2
    return structs.replace(
        stride,
        belt_speed_mps=belt.speed_mps,
        incline_pct=belt.incline_pct,
        step_length_m=None if belt.speed_mps is None or step_s is None else belt.speed_mps * step_s,
    )
