"""A real clip in every kind of file, measured beside the original: python -m bench.accuracy.inputs.

Each kind is made from the clip's own pictures and read by `hipcue analyse`. It must give the same strides (± 1), the same mean
hip extension (± 1°) and the same legs, or refuse with a sentence.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.report import Table
from capture.opening import open_recording
from capture.sources.source import SourceError
from config.loading import load
from config.secret_address import SecretAddress
from hipcue.analyse.answer import Answer
from hipcue.analyse.result import measure_into
from sessions.format.recorded import RecordedSession, from_folder
from sessions.format.rows import Floats, column
from tests.support.labelled_clips import clip_file
from tests.support.made_videos import Made, write_made, write_sound, write_tracks
from wire.frames.frame import Image
from wire.lifecycle import StopFlag

COMMAND = "python -m bench.accuracy.inputs"
CLIPS = ("treadmill_home_30fps",)
STRIDES_WITHIN, MEAN_WITHIN_DEG, IDENTITY_AT_LEAST = 1, 1.0, 0.97
LEGS_APART_DEG = 10.0
"""Which leg is which is compared where their thighs are this far apart."""
PQ, HLG = 16, 18
COLUMNS = ("kind", "strides", "hip extension", "same legs", "verdict")

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
    """The signal that a camera with a high dynamic range stores for these pictures (ITU-R BT.2100)."""
    nits = 203 * (np.arange(256) / 255) ** 2.4
    if transfer == PQ:
        power = (nits / 10_000) ** 0.1593017578125
        signal = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    else:
        light = (nits / 1000) ** (1 / 1.2)
        bright = 0.17883277 * np.log(np.maximum(12 * light - 0.28466892, 1e-9)) + 0.55991073
        signal = np.where(light <= 1 / 12, np.sqrt(3 * light), bright)
    table = np.round(255 * signal).astype(np.uint8)
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


@dataclass(frozen=True)
class Result:
    """A measured clip."""

    session: RecordedSession
    answer: Answer

    @property
    def peaks_s(self) -> Floats:
        """Times of the near leg's strides."""
        return column(self.session.trusted(), "t_peak_s")

    def until(self, end_s: float) -> "Result":
        """The strides up to this time."""
        strides = [row for row in self.session.strides if float(row["t_peak_s"] or 0) <= end_s]
        return replace(self, session=replace(self.session, strides=strides))

    @property
    def mean_deg(self) -> float:
        """Mean hip extension of the near leg."""
        values = column(self.session.trusted(), "hip_extension_deg")
        return float(np.nanmean(values)) if len(values) else float("nan")

    @property
    def end_s(self) -> float:
        """Time of the last frame."""
        return float(self.session.samples[-1]["t_s"] or 0) if self.session.samples else 0.0

    @property
    def legs(self) -> tuple[Floats, Floats]:
        """Times, and how far the near thigh is in front of the far one, degrees."""
        rows = self.session.samples
        return column(rows, "t_s"), column(rows, "near_thigh_deg") - column(rows, "far_thigh_deg")


def same_legs(original: Result, other: Result) -> float:
    """The share of the other's frames in which the same leg is in front as in the original, where the thighs are apart."""
    times_s, apart_deg = original.legs
    at_s, other_deg = other.legs
    known = np.isfinite(apart_deg)
    if known.sum() < 2:
        return float("nan")
    expected = np.interp(at_s, times_s[known], apart_deg[known])
    judged = (np.abs(expected) > LEGS_APART_DEG) & np.isfinite(other_deg)
    return float(np.mean(np.sign(expected[judged]) == np.sign(other_deg[judged]))) if judged.any() else float("nan")


def measure(path: Path, folder: Path, settings: dict[str, Any]) -> Result:
    """As `hipcue analyse` does. Raises SourceError."""
    wanted = load(overrides={"capture.source": str(path), **settings})
    found = measure_into(folder, wanted, False, None, lambda *_: None, StopFlag())
    return Result(from_folder(folder), found)


def pictures(clip: Path, seconds: float) -> tuple[list[float], Callable[[], Iterator[Image]]]:
    """Times of a clip's first pictures, and a way to read them as often as needed."""

    def images() -> Iterator[Image]:
        recording = open_recording(SecretAddress(str(clip)))
        while (at_ns := recording.advance()) is not None and at_ns < seconds * 1e9:
            yield recording.image()
        recording.close()

    recording = open_recording(SecretAddress(str(clip)))
    times_s = []
    while (at_ns := recording.advance()) is not None and at_ns < seconds * 1e9:
        times_s.append(at_ns / 1e9)
    recording.close()
    return times_s, images


def made_file(kind: Kind, folder: Path, times_s: Sequence[float], images: Iterator[Image], fps: float) -> Path:
    """The clip as a file of this kind."""
    chosen = list(times_s[:: kind.every])
    options = kind.made.options if kind.made.options != Made().options else GOOD
    made = replace(
        kind.made,
        options=options,
        fps=fps / kind.every,
        times_s=chosen if kind.times is None else kind.times(chosen),
    )
    shown = islice(images, 0, None, kind.every)
    changed = shown if kind.picture is None else map(kind.picture, shown)
    return kind.write(folder / f"clip.{kind.ending}", changed, made)


def row(kind: Kind, original: Result, path: Path, folder: Path, fps: float) -> tuple[str, ...]:
    """One line of the table."""
    settings = {key: value for key, value in kind.settings.items() if key != "speed"}
    if "speed" in kind.settings:
        settings["capture.filmed_at_fps"] = fps
    if settings.get("analysis.facing") == "wrong":
        settings["analysis.facing"] = {"left": "right", "right": "left"}[str(original.session.header["facing_seen"])]
    try:
        found = measure(path, folder, settings)
    except SourceError as error:
        return kind.name, "", "", "", _verdict(kind.refused, f"refused: {str(error).removeprefix(f'{path}: ')}")
    if not found.answer.means:
        return kind.name, "", "", "", _verdict(kind.refused, f"refused: {found.answer.sentences[0]}")
    compared = original if kind.share == 1 else original.until(found.end_s - 0.3)
    legs = same_legs(original, found)
    holds = (
        abs(len(found.peaks_s) - len(compared.peaks_s)) <= STRIDES_WITHIN
        and abs(found.mean_deg - compared.mean_deg) <= MEAN_WITHIN_DEG
        and legs >= IDENTITY_AT_LEAST
        and not kind.refused
    )
    strides = f"{len(found.peaks_s)} of {len(compared.peaks_s)}"
    mean = f"{found.mean_deg:.1f}° ({found.mean_deg - compared.mean_deg:+.1f})"
    return kind.name, strides, mean, f"{100 * legs:.0f} %", _verdict(holds, "")


def _verdict(holds: bool, sentence: str) -> str:
    return " ".join(filter(None, ("holds" if holds else "FALLS SHORT", sentence)))


def table(name: str, seconds: float, only: Sequence[str]) -> Table:
    """All kinds of one clip."""
    clip = clip_file(name)
    times_s, images = pictures(clip, seconds)
    fps = (len(times_s) - 1) / (times_s[-1] - times_s[0])
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        whole = write_made(
            Path(scratch) / "original.mkv",
            images(),
            Made("ffv1", "yuv420p", {"slices": "4"}, fps=fps, times_s=times_s),
        )
        original = measure(whole, Path(scratch) / "original", {})
        for number, kind in enumerate(kind for kind in KINDS if any(part in kind.name for part in only)):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            path = made_file(kind, folder, times_s, images(), fps)
            rows.append(row(kind, original, path, folder / "result", fps))
            path.unlink()
            print(" | ".join(rows[-1]), flush=True)
    about = f"The first {times_s[-1]:.1f} s: {len(original.peaks_s)} strides of the near leg, {original.mean_deg:.1f}°."
    return Table(name, about, COLUMNS, rows)


def main() -> int:
    """Measure and print; 1: something falls short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", nargs="*", default=CLIPS, help="names of the shared clips")
    parser.add_argument("--seconds", type=float, default=12.0, help="how much of each clip")
    parser.add_argument("--only", nargs="*", default=[""], help="kinds with one of these in their names")
    wanted = parser.parse_args()
    there = [name for name in wanted.clips if clip_file(name).exists()]
    if not there:
        print("The clips are not beside this checkout.")
        return 0
    tables = [table(name, wanted.seconds, wanted.only) for name in there]
    print("\n" + "\n".join(one.plain() for one in tables))
    return int(any("FALLS SHORT" in line[-1] for one in tables for line in one.rows))


if __name__ == "__main__":
    sys.exit(main())
