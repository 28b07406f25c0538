"""Given a file that was cut off, then this is known once it has been read, and a whole file is never called so."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from capture.sources.file_end import end_is_missing
from capture.sources.video_file import VideoFile
from tests.support.made_videos import FPS, Made, write_made

GRAIN = np.random.default_rng(1)
PICTURES = [GRAIN.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(20)]
MPEG_2 = Made("mpeg2video", options={}, bit_rate=8_000_000, unit_s=Fraction(1, FPS))
MADE = {
    "a.gif": Made("gif", "bgr8", {}),
    "a.ts": Made(),
    "a.m2ts": Made(container={"mpegts_m2ts_mode": "1"}),
    "a.flv": Made(),
    "a.mpg": MPEG_2,
    "a.asf": Made("mpeg4", options={}, bit_rate=8_000_000),
    "a.ogv": Made("libvpx", options={"deadline": "realtime"}, bit_rate=4_000_000, unit_s=Fraction(1, FPS)),
    "a.mjpeg": Made("mjpeg", "yuvj420p", {}),
    "a.ivf": Made("libvpx", options={"deadline": "realtime"}, bit_rate=4_000_000),
    "a.m2v": MPEG_2,
    "a.apng": Made("apng", "rgb24", {}),
    "a.avi": Made("mjpeg", "yuvj420p", {}),
}


PACKET = b"G" + bytes(187)
"""Of a transport stream."""


def ogg_page(flags: int) -> bytes:
    return b"OggS\0" + bytes([flags]) + bytes(20) + b"\2\5\3" + bytes(8)


def end_missing(path: Path) -> bool:
    recording = VideoFile(path, FPS)
    while recording.advance() is not None:
        pass
    missing = recording.end_missing
    recording.close()
    return missing


@pytest.mark.parametrize("name", MADE)
def test_a_whole_file_has_its_end(tmp_path: Path, name: str) -> None:
    assert not end_missing(write_made(tmp_path / name, PICTURES, MADE[name]))


@pytest.mark.parametrize("name", MADE)
def test_a_file_that_was_cut_off_lacks_its_end(tmp_path: Path, name: str) -> None:
    path = write_made(tmp_path / name, PICTURES, MADE[name])
    whole = path.read_bytes()
    path.write_bytes(whole[: round(0.613 * len(whole))])
    assert end_missing(path)


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        (b"GIF89a....;", False),
        (b"GIF89a....;\0\0", False),
        (b"GIF89a....", True),
        (b"\xff\xd8\xff....\xff\xd9", False),
        (b"\xff\xd8\xff....", True),
        (ogg_page(0) + ogg_page(4), False),
        (ogg_page(0) + ogg_page(0), True),
        (ogg_page(0) + ogg_page(4)[:-1], True),
        (ogg_page(0) + b"OggS", True),
        (PACKET * 4, False),
        ((bytes(4) + PACKET) * 4, False),
        (PACKET * 4 + b"G", True),
        ((bytes(4) + PACKET) * 5 + bytes(4), True),
        (b"RIFFG" + bytes(1000), False),
        (b"G" + bytes(1000), False),
        (b"anything else", False),
        (b"", False),
    ],
)
def test_the_end_of_a_format(tmp_path: Path, content: bytes, missing: bool) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert end_is_missing(path) is missing
