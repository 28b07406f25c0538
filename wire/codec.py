"""Messages as bytes: a fixed header (topic, sequence number, time) and a MessagePack body that is validated on decode."""

import struct
from dataclasses import dataclass

import msgspec

from wire.topics import BY_NUMBER, Topic

MAGIC = b"HCMS"
VERSION = 1
MAX_MESSAGE_BYTES = 256 * 1024
_ENVELOPE = struct.Struct("<4sHHQQq")
ENVELOPE_BYTES = _ENVELOPE.size

_encoder = msgspec.msgpack.Encoder()
_decoders = {topic.number: msgspec.msgpack.Decoder(topic.message) for topic in BY_NUMBER.values() if topic.message is not None}


class MessageError(ValueError):
    """These bytes are not a message of this topic. `reason` is one word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a message: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Envelope:
    """A decoded message and its position in its stream."""

    epoch: int
    """Random for each start of the producer."""
    seq: int
    """Counts from 1."""
    sent_ns: int
    message: msgspec.Struct


def encode(topic: Topic, epoch: int, seq: int, sent_ns: int, message: msgspec.Struct) -> bytes:
    """The bytes of a message."""
    return _ENVELOPE.pack(MAGIC, VERSION, topic.number, epoch, seq, sent_ns) + _encoder.encode(message)


def topic_of(packed: bytes | memoryview) -> Topic:
    """The topic in the header. Raises MessageError."""
    if len(packed) < ENVELOPE_BYTES:
        raise MessageError("short")
    topic = BY_NUMBER.get(_ENVELOPE.unpack_from(packed)[2])
    if topic is None or topic.message is None:
        raise MessageError("topic")
    return topic


def decode(topic: Topic, packed: bytes | memoryview) -> Envelope:
    """The message in these bytes. Raises MessageError unless they are one valid message of `topic` and nothing more."""
    if len(packed) < ENVELOPE_BYTES:
        raise MessageError("short")
    if len(packed) > MAX_MESSAGE_BYTES:
        raise MessageError("oversize")
    magic, version, number, epoch, seq, sent_ns = _ENVELOPE.unpack_from(packed)
    if magic != MAGIC:
        raise MessageError("foreign")
    if version != VERSION:
        raise MessageError("version")
    if number != topic.number:
        raise MessageError("topic")
    try:
        message: msgspec.Struct = _decoders[number].decode(memoryview(packed)[ENVELOPE_BYTES:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MessageError("malformed") from None
    return Envelope(epoch, seq, sent_ns, message)
