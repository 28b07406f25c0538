"""Real clips in every kind of file, measured beside the originals: python -m bench.accuracy.inputs.

Each kind is made from the clip's own pictures and read by `hipcue analyse`. It must give the same strides (± 1), the same mean
hip extension (± 1°) and the same legs, or refuse with a sentence; without colours or compressed strongly, it may be less exact,
as the answer says. Cut-off files, and only these, must be reported as such. Kinds that concern only the container are made from
the first clip.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bench.accuracy.kinds_of_files import GOOD, KINDS, Kind
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
from tests.support.made_videos import Made, write_made
from wire.frames.frame import Image
from wire.lifecycle import StopFlag

COMMAND = "python -m bench.accuracy.inputs"
CLIPS = ("treadmill_home_30fps", "treadmill_gym_60fps", "treadmill_elite_60fps", "treadmill_woman_18fps")
IDENTITY_AT_LEAST = 0.97
LEGS_APART_DEG = 10.0
"""The identity of the legs is compared where their thighs are this far apart."""
COLUMNS = ("kind", "strides", "hip extension", "same legs", "verdict")


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
        """Times, and the angle of the near thigh in front of the far one, degrees."""
        rows = self.session.samples
        return column(rows, "t_s"), column(rows, "near_thigh_deg") - column(rows, "far_thigh_deg")


def same_legs(original: Result, other: Result, later_s: float) -> float:
    """The share of the other's frames in which the same leg is in front as in the original, where the thighs are apart.

    `later_s`: how much later the other one's times are.
    """
    times_s, apart_deg = original.legs
    at_s, other_deg = other.legs
    at_s = at_s - later_s
    known = np.isfinite(apart_deg)
    if known.sum() < 2:
        return float("nan")
    expected = np.interp(at_s, times_s[known], apart_deg[known], left=0.0, right=0.0)
    judged = (np.abs(expected) > LEGS_APART_DEG) & np.isfinite(other_deg)
    return float(np.mean(np.sign(expected[judged]) == np.sign(other_deg[judged]))) if judged.any() else float("nan")


def measure(path: Path, folder: Path, settings: dict[str, Any]) -> Result:
    """Measure as `hipcue analyse` does. Raises SourceError."""
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
    legs = same_legs(original, found, kind.held_s)
    said = next((sentence for sentence in found.answer.sentences if kind.says in sentence), None)
    holds = (
        abs(len(found.peaks_s) - len(compared.peaks_s)) <= kind.strides_within
        and abs(found.mean_deg - compared.mean_deg) <= kind.within_deg
        and said is not None
        and any("cut off" in sentence for sentence in found.answer.sentences) == (kind.share < 1)
        and legs >= IDENTITY_AT_LEAST
        and not kind.refused
    )
    strides = f"{len(found.peaks_s)} of {len(compared.peaks_s)}"
    mean = f"{found.mean_deg:.1f}° ({found.mean_deg - compared.mean_deg:+.1f})"
    return kind.name, strides, mean, f"{100 * legs:.0f} %", _verdict(holds, said if kind.says and said else "")


def _verdict(holds: bool, sentence: str) -> str:
    return " ".join(filter(None, ("holds" if holds else "FALLS SHORT", sentence)))


def table(name: str, seconds: float, only: Sequence[str], whatever_is_filmed: bool) -> Table:
    """The kinds of one clip, with or without those that concern only the container."""
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
        kinds = [kind for kind in KINDS if fps >= kind.least_fps and (whatever_is_filmed or not kind.once)]
        for number, kind in enumerate(kind for kind in kinds if any(part in kind.name for part in only)):
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
    parser.add_argument("--seconds", type=float, default=8.0, help="how much of each clip")
    parser.add_argument("--only", nargs="*", default=[""], help="kinds with one of these in their names")
    wanted = parser.parse_args()
    there = [name for name in wanted.clips if clip_file(name).exists()]
    if not there:
        print("The clips are not beside this checkout.")
        return 0
    tables = [table(name, wanted.seconds, wanted.only, name == there[0]) for name in there]
    print("\n" + "\n".join(one.plain() for one in tables))
    return int(any("FALLS SHORT" in line[-1] for one in tables for line in one.rows))


if __name__ == "__main__":
    sys.exit(main())
