"""The kinds of files that bench.accuracy.inputs makes from a clip: their pictures, times and containers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain, repeat
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
    """Applied to each picture before it is stored; None: nothing."""
    times: Times | None = None
    every: int = 1
    """Only every n-th picture is stored."""
    ending: str = "mp4"
    write: Write = _plain
    settings: dict[str, Any] = field(default_factory=dict)
    share: float = 1.0
    """Share of the clip that is kept."""
    held_s: float = 0.0
    """How long the first picture is repeated before the clip continues."""
    refused: bool = False
    says: str = ""
    """The answer must contain this where the mean may be off by more than 1°, or more than one stride be missing."""
    within_deg: float = 1.0
    strides_within: int = 1
    least_fps: float = 0.0
    """Only for clips with at least this rate: with half of it, no camera would record such a clip."""
    once: bool = False
    """It concerns only the container: one clip is enough."""


def _narrow(image: Image) -> Image:
    return _sized(image, 0.5, 1.0)


def _flat(image: Image) -> Image:
    return _sized(image, 1.0, 0.5)


def _half(image: Image) -> Image:
    return _sized(image, 0.5, 0.5)


def _eighth(image: Image) -> Image:
    return _sized(image, 0.125, 0.125)


def _sized(image: Image, across: float, down: float) -> Image:
    height_px, width_px = image.shape[:2]
    # Even, as H.264 requires.
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
    """A variable rate: some pictures are left out (see `_gaps`), the others keep their times."""
    return [at_s for number, at_s in enumerate(times_s) if number % 7 not in (2, 5)]


def _late(times_s: Sequence[float]) -> Sequence[float]:
    return [at_s + 3600 for at_s in times_s]


def _jump(times_s: Sequence[float]) -> Sequence[float]:
    return [at_s + 1000 * (number >= len(times_s) // 2) for number, at_s in enumerate(times_s)]


def _gaps(path: Path, images: Iterator[Image], made: Made) -> Path:
    return write_made(path, (image for number, image in enumerate(images) if number % 7 not in (2, 5)), made)


def _woven(path: Path, images: Iterator[Image], made: Made) -> Path:
    """Interlaced: each picture has the even lines of one and the odd lines of the next one."""

    def frames() -> Iterator[Image]:
        for first in images:
            frame = first.copy()
            frame[1::2] = next(images, first)[1::2]
            yield frame

    return write_made(path, frames(), replace(made, fps=made.fps / 2, times_s=(made.times_s or ())[::2]))


def _twice(path: Path, images: Iterator[Image], made: Made) -> Path:
    """Each picture twice, at twice the rate."""
    times_s = [at_s + later_s for at_s in made.times_s or () for later_s in (0.0, 0.5 / made.fps)]
    pictures = (again for image in images for again in (image, image))
    return write_made(path, pictures, replace(made, fps=2 * made.fps, times_s=times_s))


def _held(path: Path, images: Iterator[Image], made: Made) -> Path:
    first = next(images)
    waiting = [number / made.fps for number in range(round(HELD_S * made.fps))]
    times_s = [*waiting, *(HELD_S + at_s for at_s in made.times_s or ())]
    return write_made(path, chain(repeat(first, len(waiting) + 1), images), replace(made, times_s=times_s))


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
HELD_S = 2.0
KINDS = (
    Kind("stored again as H.264"),
    Kind("rotated 90° in metadata", Made(rotation_deg=90), _turned(-1)),
    Kind("rotated 180°", Made(rotation_deg=180), _turned(2), once=True),
    Kind("rotated 270°", Made(rotation_deg=-90), _turned(1), once=True),
    Kind("mirrored in metadata", Made(mirrored=True), _mirrored, once=True),
    Kind("rotated 90° in its pixels, --rotate", picture=_turned(1), settings={"capture.rotate_deg": 90}),
    Kind("rotated 90° in its pixels, untold", picture=_turned(1), refused=True),
    Kind("pixels 2:1", Made(pixel_aspect=Fraction(2)), _narrow),
    Kind("pixels 1:2", Made(pixel_aspect=Fraction(1, 2)), _flat),
    Kind("variable rate", times=_uneven, write=_gaps),
    Kind("first picture held for 2 s", write=_held, held_s=HELD_S),
    Kind("B-frames", Made(options={"bf": "3", "b_strategy": "0"}), once=True),
    Kind("times begin after an hour", times=_late, ending="mkv", once=True),
    Kind("times jump by 1000 s", times=_jump, ending="mkv", once=True),
    Kind("HEVC, 10 bits", Made("libx265", "yuv420p10le", {"x265-params": "log-level=none"})),
    Kind("HDR, HLG", Made(pixels="yuv420p10le", transfer=HLG), _tones(HLG)),
    Kind("HDR, PQ", Made(pixels="yuv420p10le", transfer=PQ), _tones(PQ)),
    Kind("ProRes with alpha", Made("prores_ks", "yuva444p10le", {"profile": "4444"}), ending="mov", once=True),
    Kind("interlaced, half the rate", Made(options={**GOOD, "flags": "+ildct+ilme"}), write=_woven, least_fps=50),
    Kind("interlaced, not marked", write=_woven, least_fps=50),
    Kind("every picture twice", write=_twice),
    Kind("an eighth of the size", picture=_eighth, refused=True),
    Kind("greyscale", Made("ffv1", "gray", {}), ending="mkv", says="may read up to 3° low", within_deg=3),
    Kind(
        "compressed strongly",
        Made(options={"crf": "40", "preset": "veryfast"}),
        says="compressed so strongly",
        within_deg=3,
        strides_within=10,
    ),
    Kind("odd size", Made("ffv1", "yuv420p", {}), _odd, ending="mkv"),
    Kind("MJPEG in AVI", Made("mjpeg", "yuvj420p", {}, bit_rate=60_000_000), ending="avi"),
    Kind("MPEG-4 in AVI", Made("mpeg4", options={}, bit_rate=20_000_000), ending="avi"),
    Kind("VP9 in WebM", Made("libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8", "crf": "20"}), ending="webm"),
    Kind("GIF, half size, every second picture", Made("gif", "bgr8", {}), _half, every=2, ending="gif", least_fps=24),
    Kind("animated PNG, half size", Made("apng", "rgb24", {}), _half, ending="apng", once=True),
    Kind("a small track first", write=_beside_a_small_track, once=True),
    Kind("cut off, index in front", Made(container=FASTSTART), write=_cut(0.7), share=0.6, once=True),
    Kind("cut off, transport stream", ending="ts", write=_cut(0.7), share=0.6, once=True),
    Kind("cut off, GIF of half the size", Made("gif", "bgr8", {}), _half, ending="gif", write=_cut(0.7), share=0.6, once=True),
    Kind("cut off, index missing", write=_cut(0.9), refused=True, once=True),
    Kind("sound alone", write=_sound, refused=True, once=True),
    Kind("slow motion 8×, --filmed-at", times=lambda times_s: [8 * at_s for at_s in times_s], settings={"speed": 8}),
    Kind("slow motion 8×, untold", times=lambda times_s: [8 * at_s for at_s in times_s], refused=True),
    Kind("slow motion 2×, untold", times=lambda times_s: [2 * at_s for at_s in times_s], refused=True),
    Kind("--facing against the pictures", settings={"analysis.facing": "wrong"}, refused=True, once=True),
)
