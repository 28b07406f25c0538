"""Health messages for tests."""

from wire.faults import FaultCode
from wire.messages import Fault, Health, State


def fault(
    code: FaultCode,
    process: str = "capture",
    device: str = "",
    cause: str = "",
    value: float | None = None,
    expected: float | None = None,
) -> Fault:
    """A fault that began at 0."""
    return Fault(code, process, 0, device, cause, value, expected)


def health(
    process: str,
    state: State = "running",
    *faults: Fault,
    stores_video: bool = False,
    resting: bool = False,
    loops: int = 1,
    session: str = "",
) -> Health:
    """What a process reports."""
    return Health(
        process, 1, state, 0, loops, {}, {}, {}, faults=faults, stores_video=stores_video, resting=resting, session=session
    )


CAMERA_SILENT = fault(FaultCode.CAMERA_SILENT, "capture", "camera 0", value=2.0)
CAMERA_SLOW = fault(FaultCode.CAMERA_SLOW, "capture", value=15.0, expected=60.0)
