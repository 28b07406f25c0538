"""Requests from a screen and the replies to them, which carry times and frames. docs/wire.md describes both."""

from typing import Annotated, Literal, TypeVar

import cv2
import msgspec
import numpy as np

from wire.frames.frame import MAX_SIDE_PX, Frame, TimeSource
from wire.messages import Command, Message

MAX_REQUEST_BYTES = 1024
MAX_REPLY_BYTES = 8 * 1024 * 1024
JPEG_QUALITY = 80

MessageT = TypeVar("MessageT", bound=Message)
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A number that fits a frame's header."""
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that carry a picture's size (ITU-T T.81, table B.1)."""


class ProtocolError(ValueError):
    """These bytes are not a valid request or reply. `reason` is one word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"invalid: {reason}")
        self.reason = reason


class Request(Message, frozen=True):
    """A screen's request."""

    number: int
    """Counts up; any other is a replay."""
    sent_ns: int
    want: Literal["time", "frame", "nothing"] = "time"
    command: Command | None = None


class JpegFrame(Message, frozen=True):
    """A frame as JPEG; its fields are those of wire.frames.frame.Frame."""

    epoch: Count
    seq: Count
    index: Count
    capture_ns: int
    read_ns: int
    published_ns: int
    time_source: TimeSource
    jpeg: bytes


class Reply(Message, frozen=True):
    """The reply to a request. `number` and `request_sent_ns` are the request's, the other times the replying machine's."""

    number: int
    request_sent_ns: int
    received_ns: int
    sent_ns: int
    frame: JpegFrame | None = None


_request_decoder = msgspec.msgpack.Decoder(Request)
_reply_decoder = msgspec.msgpack.Decoder(Reply)
encode = msgspec.msgpack.Encoder().encode


def decode_request(packed: bytes) -> Request:
    """The request in these bytes. Raises ProtocolError."""
    return _decoded(_request_decoder, packed, MAX_REQUEST_BYTES)


def decode_reply(packed: bytes) -> Reply:
    """The reply in these bytes. Raises ProtocolError."""
    return _decoded(_reply_decoder, packed, MAX_REPLY_BYTES)


def compressed(frame: Frame) -> JpegFrame:
    """The frame as JPEG."""
    _, jpeg = cv2.imencode(".jpg", frame.image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return JpegFrame(
        frame.epoch,
        frame.seq,
        frame.index,
        frame.capture_ns,
        frame.read_ns,
        frame.published_ns,
        frame.time_source,
        jpeg.tobytes(),
    )


def decompressed(frame: JpegFrame) -> Frame:
    """The frame with its pixels. Raises ProtocolError."""
    width_px, height_px = jpeg_size(frame.jpeg)
    if not (0 < width_px <= MAX_SIDE_PX and 0 < height_px <= MAX_SIDE_PX):
        raise ProtocolError("size")
    try:
        image = cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        raise ProtocolError("jpeg") from None
    if image is None:
        raise ProtocolError("jpeg")
    return Frame(
        frame.epoch,
        frame.seq,
        frame.index,
        frame.capture_ns,
        frame.read_ns,
        frame.published_ns,
        frame.time_source,
        np.asarray(image, np.uint8),
    )


def jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height from a JPEG's header, read before memory for its pixels is allocated. Raises ProtocolError."""
    if jpeg[:2] != b"\xff\xd8":
        raise ProtocolError("jpeg")
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        if jpeg[at + 1] in _START_OF_FRAME:
            return int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    raise ProtocolError("jpeg")


def _decoded(decoder: "msgspec.msgpack.Decoder[MessageT]", packed: bytes, max_bytes: int) -> MessageT:
    if len(packed) > max_bytes:
        raise ProtocolError("oversize")
    try:
        return decoder.decode(packed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolError("malformed") from None
