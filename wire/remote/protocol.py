"""What two machines say to each other beside the messages: questions of a screen, answers with an echo and a picture."""

from typing import Annotated, Literal, TypeVar

import cv2
import msgspec
import numpy as np

from wire.frames import MAX_SIDE_PX, TIME_SOURCES, Frame
from wire.messages import Command, Message

MAX_ASK_BYTES = 1024
MAX_ANSWER_BYTES = 8 * 1024 * 1024
JPEG_QUALITY = 80

MessageT = TypeVar("MessageT", bound=Message)
TimeSource = Literal["read", "driver", "file", "synthetic"]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""What fits a frame's header."""
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that carry a picture's size (ITU-T T.81, table B.1)."""


class ProtocolError(ValueError):
    """These bytes are not what they should be. `reason` is one word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not understood: {reason}")
        self.reason = reason


class Ask(Message, frozen=True):
    """A screen's question."""

    number: int
    """Counts up; one that does not is a replay."""
    asked_ns: int
    want: Literal["echo", "picture", "nothing"] = "echo"
    command: Command | None = None


class Picture(Message, frozen=True):
    """A frame as JPEG; its fields are those of wire.frames.Frame."""

    epoch: Count
    seq: Count
    index: Count
    capture_ns: int
    read_ns: int
    published_ns: int
    time_source: TimeSource
    jpeg: bytes


class Answer(Message, frozen=True):
    """The answer to an Ask."""

    number: int
    asked_ns: int
    received_ns: int
    answered_ns: int
    picture: Picture | None = None


_ask_decoder = msgspec.msgpack.Decoder(Ask)
_answer_decoder = msgspec.msgpack.Decoder(Answer)
encode = msgspec.msgpack.Encoder().encode


def decode_ask(packed: bytes) -> Ask:
    """The question in these bytes. Raises ProtocolError."""
    return _decoded(_ask_decoder, packed, MAX_ASK_BYTES)


def decode_answer(packed: bytes) -> Answer:
    """The answer in these bytes. Raises ProtocolError."""
    return _decoded(_answer_decoder, packed, MAX_ANSWER_BYTES)


def picture_of(frame: Frame) -> Picture:
    """A frame, compressed."""
    _, jpeg = cv2.imencode(".jpg", frame.image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return Picture(
        frame.epoch,
        frame.seq,
        frame.index,
        frame.capture_ns,
        frame.read_ns,
        frame.published_ns,
        frame.time_source,  # type: ignore[arg-type]
        jpeg.tobytes(),
    )


def frame_of(picture: Picture) -> Frame:
    """A picture, unpacked. Raises ProtocolError."""
    width_px, height_px = jpeg_size(picture.jpeg)
    if not (0 < width_px <= MAX_SIDE_PX and 0 < height_px <= MAX_SIDE_PX):
        raise ProtocolError("size")
    try:
        image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        raise ProtocolError("jpeg") from None
    if image is None or picture.time_source not in TIME_SOURCES:
        raise ProtocolError("jpeg")
    return Frame(
        picture.epoch,
        picture.seq,
        picture.index,
        picture.capture_ns,
        picture.read_ns,
        picture.published_ns,
        picture.time_source,
        np.asarray(image, np.uint8),
    )


def jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height a JPEG says it has, read before anybody makes room for its pixels. Raises ProtocolError."""
    if jpeg[:2] != b"\xff\xd8":
        raise ProtocolError("jpeg")
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        if jpeg[at + 1] in _START_OF_FRAME:
            return int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    raise ProtocolError("jpeg")


def _decoded(decoder: "msgspec.msgpack.Decoder[MessageT]", packed: bytes, most_bytes: int) -> MessageT:
    if len(packed) > most_bytes:
        raise ProtocolError("oversize")
    try:
        return decoder.decode(packed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolError("malformed") from None
