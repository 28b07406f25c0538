"""Every decoder of bytes from outside, and the errors that are its answer; anything else that comes out of it is a defect."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from capture.belt.ftms import parse_treadmill_data
from capture.belt.reading import PacketError
from capture.belt.rsc import parse_rsc_measurement
from config.loading import load
from config.mistakes import ConfigError
from config.secret_address import SecretAddress
from feedback.audio.voice.wav import WavError, load_wav
from sessions.errors import SessionsError
from sessions.export.formats import write_export
from sessions.format.recorded import from_folder
from sessions.report.frame_figures import frame_figures
from sessions.report.key_figures import headline, key_figures
from sessions.report.session_report import write_report
from sessions.report.trend import cells, entry
from sessions.store.store import Store
from tests.support.forged_sessions import good_session
from tests.support.mutated_bytes import Change, changed, changed_json, changed_table
from wire import codec
from wire.clock import s_to_ns
from wire.frames.frame import HEADER_BYTES, Frame, FrameError, RingPosition, pack_header, unpack_frame
from wire.frames.ring import RingReader
from wire.messages import Belt
from wire.remote.keys import KeysError, checked_key
from wire.remote.protocol import JpegFrame, ProtocolError, Reply, compressed, decode_reply, decode_request, decompressed, encode
from wire.remote.shift import shifted, shifted_frame
from wire.topics import BELT, FRAME, TOPICS

_FRAME_START = b"HCFR\x02\x00\x00\x00"
_OFFSET_NS = s_to_ns(1_000_000.0)
"""Of another machine's clock."""


@dataclass(frozen=True)
class Decoder:
    """One way in."""

    decode: Callable[[bytes], object]
    answers: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    """Beginnings of what it accepts, so that a fuzzer gets past the first check."""
    change: Change = changed
    """Makes a neighbour of what it accepts."""

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
    """Another machine's reply, all the way to the header of a frame."""
    jpeg_frame = decode_reply(packed).frame
    if jpeg_frame is not None:
        pack_header(shifted_frame(decompressed(jpeg_frame), _OFFSET_NS), RingPosition(1, 1, 1, 1))


def _reply(count: int, at_ns: int) -> bytes:
    frame = Frame(count, count, count, at_ns, at_ns, at_ns, "read", np.zeros((8, 8, 3), np.uint8))
    return encode(Reply(1, 1, 1, 1, compressed(frame)))


def _belt(at_ns: int) -> bytes:
    return codec.encode(BELT, 1, 1, 1, Belt(at_ns, 3.0, None, "typed"))


def _frame(packed: bytes) -> None:
    unpack_frame(packed, RingReader().read)


def _picture(packed: bytes) -> None:
    decompressed(JpegFrame(1, 1, 1, 1, 1, 1, "read", packed))


def _in_a_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def decode(packed: bytes) -> object:
        with tempfile.TemporaryDirectory(prefix="hipcue-fuzz-") as folder:
            path = Path(folder, name)
            path.write_bytes(packed)
            return read(path)

    return decode


@cache
def _good_session() -> dict[str, bytes]:
    """The files of a session, by their names."""
    with tempfile.TemporaryDirectory(prefix="hipcue-fuzz-") as folder:
        return {path.name: path.read_bytes() for path in good_session(Path(folder, "s"), strides=12).iterdir()}


@cache
def _store() -> Store:
    return Store(SecretAddress(f"sqlite:///{tempfile.mkdtemp(prefix='hipcue-fuzz-')}/sessions.db"))


def _read(folder: Path) -> None:
    """Whatever reads a session: figures, histories, tables for other programs, and the store."""
    session = from_folder(folder)
    assert key_figures(session, frame_figures(session))
    assert headline(session)
    assert cells(entry(session))
    write_export(session, "csv", folder / "strides.out")
    write_export(session, "csv", folder / "samples.out", "samples")
    _store().import_session(folder)
    assert _store().entries()
    with suppress(SessionsError):  # without a direction of running there is no motion
        write_export(session, "mot", folder / "s.mot")


def _report(folder: Path) -> None:
    write_report(from_folder(folder, with_frames=False), folder / "report.html")


def _forged(name: str, read: Callable[[Path], None]) -> Callable[[bytes], None]:
    """A good session, one file of which is forged."""

    def decode(packed: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="hipcue-fuzz-") as folder:
            for file, content in {**_good_session(), name: packed}.items():
                Path(folder, file).write_bytes(content)
            read(Path(folder))

    return decode


def _forgeries(kind: str, read: Callable[[Path], None]) -> "dict[str, Decoder]":
    return {
        f"{kind}, {name}": Decoder(
            _forged(name, read),
            (SessionsError,),
            (_good_session()[name],),
            changed_json if name.endswith(".json") else changed_table,
        )
        for name in ("session.json", "strides.csv", "phases.csv", "cues.csv", "samples.csv")
    }


DECODERS = {
    "message": Decoder(_message, (codec.MessageError,), (b"HCMS\x01\x00\x05\x00" + bytes(24) + b"\x81\xa4rule",)),
    "frame": Decoder(_frame, (FrameError,), (_FRAME_START + bytes(HEADER_BYTES - len(_FRAME_START)), _FRAME_START + bytes(99))),
    "request": Decoder(decode_request, (ProtocolError,), (b"\x82\xa6number\x01\xa7sent_ns\x01",)),
    "reply": Decoder(decode_reply, (ProtocolError,), (b"\x84\xa6number\x01\xafrequest_sent_ns\x01",)),
    "message passed on": Decoder(
        _passed_on,
        (codec.MessageError, ProtocolError),
        (_belt(1), _belt(-(2**63))),
    ),
    "reply shown": Decoder(_shown, (ProtocolError,), (_reply(1, 1), _reply(-1, 1), _reply(2**63, 1), _reply(1, -(2**63)))),
    "picture": Decoder(_picture, (ProtocolError,), (b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03",)),
    "key": Decoder(lambda packed: checked_key(packed.decode("latin-1"), "the key"), (KeysError,), (b"a" * 40,)),
    "settings": Decoder(
        _in_a_file("settings.toml", lambda path: load(file=path)),
        (ConfigError,),
        (b"[audio]\nvolume = 1", b'[[cue]]\nname = "a"'),
    ),
    **_forgeries("session", _read),
    "recording": Decoder(
        _in_a_file("push.wav", lambda path: load_wav(path, 48_000)),
        (WavError,),
        (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00",),
    ),
    "treadmill": Decoder(
        parse_treadmill_data, (PacketError,), (b"\x00\x00\x10\x00", bytes.fromhex("0E00B004E803102700 1E000000"))
    ),
    "foot pod": Decoder(parse_rsc_measurement, (PacketError,), (bytes.fromhex("070E035A640010270000"),)),
}

SLOW_DECODERS = _forgeries("report", _report)
"""Draws all charts: for a longer search only."""
