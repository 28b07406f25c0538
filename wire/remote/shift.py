"""What another machine tells, in our time: every field that is a moment moves by the clocks' offset."""

from dataclasses import replace
from typing import TypeVar

import msgspec

from wire.frames import Frame
from wire.remote.protocol import ProtocolError

StructT = TypeVar("StructT", bound=msgspec.Struct)


def shifted(message: StructT, offset_ns: int) -> StructT:
    """The same message with `offset_ns` taken from every `…_ns` field, in structs within it too; 0, "not reached", stays.

    Raises ProtocolError where a moment would lie outside the 64 bits that carry it.
    """
    changes: dict[str, object] = {}
    for field in message.__struct_fields__:
        value = getattr(message, field)
        if isinstance(value, msgspec.Struct):
            changes[field] = shifted(value, offset_ns)
        elif field.endswith("_ns") and isinstance(value, int) and value != 0:
            changes[field] = _moment_ns(value - offset_ns)
    return msgspec.structs.replace(message, **changes) if changes else message


def shifted_frame(frame: Frame, offset_ns: int) -> Frame:
    """The same for a frame. Raises ProtocolError."""
    return replace(
        frame,
        capture_ns=_moment_ns(frame.capture_ns - offset_ns),
        read_ns=_moment_ns(frame.read_ns - offset_ns),
        published_ns=_moment_ns(frame.published_ns - offset_ns),
    )


def _moment_ns(at_ns: int) -> int:
    if not -(2**63) <= at_ns < 2**63:
        raise ProtocolError("moment")
    return at_ns
