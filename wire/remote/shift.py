"""A message of another machine, told in our time: every field that is a moment moves by the clocks' offset."""

from typing import TypeVar

import msgspec

StructT = TypeVar("StructT", bound=msgspec.Struct)


def shifted(message: StructT, offset_ns: int) -> StructT:
    """The same message with `offset_ns` taken from every `…_ns` field, in structs within it too; 0, "not reached", stays."""
    changes: dict[str, object] = {}
    for field in message.__struct_fields__:
        value = getattr(message, field)
        if isinstance(value, msgspec.Struct):
            changes[field] = shifted(value, offset_ns)
        elif field.endswith("_ns") and isinstance(value, int) and value != 0:
            changes[field] = value - offset_ns
    return msgspec.structs.replace(message, **changes) if changes else message
