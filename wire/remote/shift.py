"""Converts another machine's messages to our clock: every time field is shifted by the clocks' offset."""

from dataclasses import replace
from typing import TypeVar

import msgspec

from wire.frames.frame import Frame
from wire.remote.protocol import ProtocolError

StructT = TypeVar("StructT", bound=msgspec.Struct)


def shifted(message: StructT, offset_ns: int) -> StructT:
    """The same message with `offset_ns` subtracted from every `…_ns` field, in nested structs too; 0, "not reached", stays.

    Raises ProtocolError if a time then does not fit into 64 bits.
    """
    changes: dict[str, object] = {}
    for field in message.__struct_fields__:
        value = getattr(message, field)
        if isinstance(value, msgspec.Struct):
            changes[field] = shifted(value, offset_ns)
        elif isinstance(value, tuple) and any(isinstance(part, msgspec.Struct) for part in value):
            changes[field] = tuple(shifted(part, offset_ns) if isinstance(part, msgspec.Struct) else part for part in value)
        elif field.endswith("_ns") and isinstance(value, int) and value != 0:
            changes[field] = _checked_ns(value - offset_ns)
    return msgspec.structs.replace(message, **changes) if changes else message


def shifted_frame(frame: Frame, offset_ns: int) -> Frame:
    """The same for a frame. Raises ProtocolError."""
    return replace(
        frame,
        capture_ns=_checked_ns(frame.capture_ns - offset_ns),
        read_ns=_checked_ns(frame.read_ns - offset_ns),
        published_ns=_checked_ns(frame.published_ns - offset_ns),
    )


def _checked_ns(time_ns: int) -> int:
    if not -(2**63) <= time_ns < 2**63:
        raise ProtocolError("time")
    return time_ns
