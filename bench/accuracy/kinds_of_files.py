"""Every kind of file that a clip is stored as for bench.accuracy.inputs: its pictures, its times and its container."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.support.hdr_signal import HLG, PQ, hlg_signal, pq_signal
from tests.support.made_videos import Made, write_made, write_sound, write_tracks
from wire.frames.frame import Image

Write = Callable[[Path, Iterator[Image], Made], Path]
Times = Callable[[Sequence[float]], Sequence[float]]


def _plain(path: Path, images: Iterator[Image], made: Made) -> Path:
    return write_made(path, images, made)


@dataclass(frozen=True)
class Kind:
    """One kind of file."""

    name: str
    made: Made = field(default_factory=Made)
    picture: Callable[[Image], Image] | None = None
    """What is done to each picture before it is stored; None: nothing."""
    times: Times | None = None
    every: int = 1
    """Only every so many-th picture is stored."""
    ending: str = "mp4"
    write: Write = _plain
    settings: dict[str, Any] = field(default_factory=dict)
    share: float = 1.0
    """How much of the clip is left."""
    refused: bool = False


def _narrow(image: Image) -> Image:
    return _sized(image, 0.5, 1.0)


def _flat(image: Image) -> Image:
    return _sized(image, 1.0, 0.5)


def _half(image: Image) -> Image:
    return _sized(image, 0.5, 0.5)


def _sized(image: Image, across: float, down: float) -> Image:
    height_px, width_px = image.shape[:2]
    # Even, as H.264 wants it.
    size_px = 2 * round(width_px * across / 2), 2 * round(height_px * down / 2)
    return cv2.resize(image, size_px, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _turned(quarters: int) -> Callable[[Image], Image]:
    return lambda image: np.ascontiguousarray(np.rot90(image, quarters))


def _mirrored(image: Image) -> Image:
    return np.ascontiguousarray(image[:, ::-1])


def _odd(image: Image) -> Image:
    height_px, width_px = image.shape[:2]
    return np.ascontiguousarray(image[: height_px - 1 - height_px % 2, : width_px - 1 - width_px % 2])


def _tones(transfer: int) -> Callable[[Image], Image]:
    """The signal that a camera with a high dynamic range stores for these pictures."""
    nits = 203 * (np.arange(256) / 255) ** 2.4
    table = np.round(255 * (pq_signal(nits) if transfer == PQ else hlg_signal(nits))).astype(np.uint8)
    return lambda image: cv2.LUT(image, table).astype(np.uint8)


def _uneven(times_s: Sequence[float]) -> Sequence[float]:
    """A rate that changes: pictures are left out now and then (see `_gaps`), the others keep their times."""
    return [at_s for number, at_s in enumerate(times_s) if number % 7 not in (2, 5)]


def _late(times_s: Sequence[float]) -> Sequence[float]:
    return [at_s + 3600 for at_s in times_s]


def _jump(times_s: Sequence[float]) -> Sequence[float]:
    return [at_s + 1000 * (number >= len(times_s) // 2) for number, at_s in enumerate(times_s)]


def _gaps(path: Path, images: Iterator[Image], made: Made) -> Path:
    return write_made(path, (image for number, image in enumerate(images) if number % 7 not in (2, 5)), made)


def _beside_a_small_track(path: Path, images: Iterator[Image], made: Made) -> Path:
    both = [(_sized(image, 0.1, 0.1), image) for image in images]
    return write_tracks(path, [([small for small, _ in both], made), ([image for _, image in both], made)])


def _cut(share: float) -> Write:
    def write(path: Path, images: Iterator[Image], made: Made) -> Path:
        content = write_made(path, images, made).read_bytes()
        path.write_bytes(content[: round(share * len(content))])
        return path

    return write


def _sound(path: Path, _images: Iterator[Image], _made: Made) -> Path:
    return write_sound(path)


GOOD = {"crf": "18", "preset": "veryfast"}
FASTSTART = {"movflags": "+faststart"}
KINDS = (
    Kind("stored again as H.264"),
    Kind("rotated 90° in metadata", Made(rotation_deg=90), _turned(-1)),
    Kind("rotated 180°", Made(rotation_deg=180), _turned(2)),
    Kind("rotated 270°", Made(rotation_deg=-90), _turned(1)),
    Kind("mirrored in metadata", Made(mirrored=True), _mirrored),
    Kind("rotated 90° in its pixels, --rotate", picture=_turned(1), settings={"capture.rotate_deg": 90}),
    Kind("rotated 90° in its pixels, untold", picture=_turned(1), refused=True),
    Kind("pixels 2:1", Made(pixel_aspect=Fraction(2)), _narrow),
    Kind("pixels 1:2", Made(pixel_aspect=Fraction(1, 2)), _flat),
    Kind("variable rate", times=_uneven, write=_gaps),
    Kind("B-frames", Made(options={"bf": "3", "b_strategy": "0"})),
    Kind("times begin after an hour", times=_late, ending="mkv"),
    Kind("times jump by 1000 s", times=_jump, ending="mkv"),
    Kind("HEVC, 10 bits", Made("libx265", "yuv420p10le", {"x265-params": "log-level=none"})),
    Kind("HDR, HLG", Made(pixels="yuv420p10le", transfer=HLG), _tones(HLG)),
    Kind("HDR, PQ", Made(pixels="yuv420p10le", transfer=PQ), _tones(PQ)),
    Kind("ProRes with alpha", Made("prores_ks", "yuva444p10le", {"profile": "4444"}), ending="mov"),
    Kind("greyscale", Made("ffv1", "gray", {}), ending="mkv"),
    Kind("odd size", Made("ffv1", "yuv420p", {}), _odd, ending="mkv"),
    Kind("MJPEG in AVI", Made("mjpeg", "yuvj420p", {}, bit_rate=60_000_000), ending="avi"),
    Kind("MPEG-4 in AVI", Made("mpeg4", options={}, bit_rate=20_000_000), ending="avi"),
    Kind("VP9 in WebM", Made("libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8", "crf": "20"}), ending="webm"),
    Kind("GIF, half size, every second picture", Made("gif", "bgr8", {}), _half, every=2, ending="gif"),
    Kind("animated PNG, half size", Made("apng", "rgb24", {}), _half, ending="apng"),
    Kind("a small track first", write=_beside_a_small_track),
    Kind("cut off, index in front", Made(container=FASTSTART), write=_cut(0.7), share=0.6),
    Kind("cut off, index missing", write=_cut(0.9), refused=True),
    Kind("sound alone", write=_sound, refused=True),
    Kind("slow motion 8×, --filmed-at", times=lambda times_s: [8 * at_s for at_s in times_s], settings={"speed": 8}),
    Kind("slow motion 8×, untold", times=lambda times_s: [8 * at_s for at_s in times_s], refused=True),
    Kind("--facing against the pictures", settings={"analysis.facing": "wrong"}, refused=True),
)
