"""Every decoder of bytes from outside, and the errors that are its answer; anything else that comes out of it is a defect."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capture.belt_ftms import FtmsError, parse
from config.errors import ConfigError
from config.loading import load
from feedback.audio.wav import WavError
from feedback.audio.wav import load as load_wav
from feedback.sessions.errors import SessionsError
from feedback.sessions.recorded import from_folder
from wire import codec
from wire.clock import s_to_ns
from wire.frames import HEADER_BYTES, Frame, FrameError, Place, pack_header, unpack_frame
from wire.messages import Belt
from wire.remote.keys import KeysError, checked_key
from wire.remote.protocol import Answer, Picture, ProtocolError, decode_answer, decode_ask, encode, frame_of, picture_of
from wire.remote.shift import shifted, shifted_frame
from wire.ring import RingReader
from wire.topics import BELT, FRAME, TOPICS

_FRAME_START = b"HCFR\x02\x00\x00\x00"
_OFFSET_NS = s_to_ns(1_000_000.0)
"""Of another machine's clock."""
HEADER = '{"started": "2026-01-01T10:00:00+00:00", "software": "hipcue", "source": "0"}'


@dataclass(frozen=True)
class Decoder:
    """One way in."""

    decode: Callable[[bytes], object]
    answers: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    """Beginnings of what it accepts, so that a fuzzer gets past the first check."""

    def bears(self, packed: bytes) -> None:
        """Decode. Raises whatever is not one of the answers."""
        with suppress(*self.answers):
            self.decode(packed)


def _message(packed: bytes) -> None:
    for topic in TOPICS:
        if topic is not FRAME:
            with suppress(codec.MessageError):
                codec.decode(topic, packed)
    codec.topic_of(packed)


def _passed_on(packed: bytes) -> None:
    """A message of another machine, all the way to our sockets."""
    topic = codec.topic_of(packed)
    codec.encode(topic, 1, 1, 1, shifted(codec.decode(topic, packed).message, _OFFSET_NS))


def _shown(packed: bytes) -> None:
    """Another machine's answer, all the way to the header of a frame."""
    picture = decode_answer(packed).picture
    if picture is not None:
        pack_header(shifted_frame(frame_of(picture), _OFFSET_NS), Place(1, 1, 1, 1))


def _answer(count: int, at_ns: int) -> bytes:
    frame = Frame(count, count, count, at_ns, at_ns, at_ns, "read", np.zeros((8, 8, 3), np.uint8))
    return encode(Answer(1, 1, 1, 1, picture_of(frame)))


def _belt(at_ns: int) -> bytes:
    return codec.encode(BELT, 1, 1, 1, Belt(at_ns, 3.0, None, "typed"))


def _frame(packed: bytes) -> None:
    unpack_frame(packed, RingReader().read)


def _picture(packed: bytes) -> None:
    frame_of(Picture(1, 1, 1, 1, 1, 1, "read", packed))


def _in_a_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def decode(packed: bytes) -> object:
        with tempfile.TemporaryDirectory(prefix="hipcue-fuzz-") as folder:
            path = Path(folder, name)
            path.write_bytes(packed)
            return read(path)

    return decode


def _table(path: Path) -> object:
    (path.parent / "session.json").write_text(HEADER)
    return from_folder(path.parent)


DECODERS = {
    "message": Decoder(_message, (codec.MessageError,), (b"HCMS\x01\x00\x05\x00" + bytes(24) + b"\x81\xa4rule",)),
    "frame": Decoder(_frame, (FrameError,), (_FRAME_START + bytes(HEADER_BYTES - len(_FRAME_START)), _FRAME_START + bytes(99))),
    "ask": Decoder(decode_ask, (ProtocolError,), (b"\x82\xa6number\x01\xa8asked_ns\x01",)),
    "answer": Decoder(decode_answer, (ProtocolError,), (b"\x84\xa6number\x01\xa8asked_ns\x01",)),
    "message passed on": Decoder(
        _passed_on,
        (codec.MessageError, ProtocolError),
        (_belt(1), _belt(-(2**63))),
    ),
    "answer shown": Decoder(_shown, (ProtocolError,), (_answer(1, 1), _answer(-1, 1), _answer(2**63, 1), _answer(1, -(2**63)))),
    "picture": Decoder(_picture, (ProtocolError,), (b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03",)),
    "key": Decoder(lambda packed: checked_key(packed.decode("latin-1"), "the key"), (KeysError,), (b"a" * 40,)),
    "settings": Decoder(
        _in_a_file("settings.toml", lambda path: load(file=path)),
        (ConfigError,),
        (b"[audio]\nvolume = 1", b'[[cue]]\nname = "a"'),
    ),
    "session": Decoder(_in_a_file("session.json", lambda path: from_folder(path.parent)), (SessionsError,), (HEADER.encode(),)),
    "table": Decoder(_in_a_file("strides.csv", _table), (SessionsError,), (b"# HipCue\nt_s,leg,stride\n1.0,near,1\n",)),
    "recording": Decoder(
        _in_a_file("push.wav", lambda path: load_wav(path, 48_000)),
        (WavError,),
        (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00",),
    ),
    "treadmill": Decoder(parse, (FtmsError,), (b"\x00\x00\x10\x00",)),
}
