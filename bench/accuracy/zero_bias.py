"""Learn the error of the zero read in standing: python -m bench.accuracy.zero_bias FOLDER [--landmarks FOLDER].

FOLDER contains clips of rendered people who stand and then run, each with its true values: X.mp4, X.json and X.strides.csv in
the format that bench/accuracy/bodies.py reads. Prints the constants of analysis/measures/zero_bias.py, and how well a line
learnt from the other people corrects each one.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.measures.angles import RunnerFrame
from analysis.measures.leg_angles import body_angles
from analysis.measures.zero_bias import ZeroBias
from analysis.pose.landmarks import Floats, Landmarks
from bench.accuracy import bodies
from bench.accuracy.seen_landmarks import SeenLandmarks, by_pose_model
from wire.clock import NS_PER_S
from wire.quiet import keep_native_notes_off_stderr

SIDE_ON_DEG = 4.0
WITHIN_DEG = 2.0
_START_S = 0.3
"""The pose model has found the person by then."""


@dataclass(frozen=True)
class View:
    """One clip."""

    name: str
    person: str
    """The same for all clips of one person."""
    yaw_deg: float
    width: float
    """Width as in BodyAngles, in standing."""
    error_deg: float
    """Mean error (measured minus true) of zeroed hip extension, without correction."""


def view(clip: Path, landmarks: Path) -> View | None:
    """The engine's result for a clip; None: it finds no zero or no stride."""
    facts = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
    seen = by_pose_model(str(clip), landmarks)
    body = bodies.compared(clip, seen.strides("main"))
    if np.isnan(body.standing_error_deg) or not body.found:
        return None
    person = json.dumps([facts["body"], facts["look"]], sort_keys=True)
    frame, until_s = RunnerFrame(facts["facing"]), facts["run_starts_s"]
    return View(
        clip.stem, person, facts["camera"]["yaw_deg"], _width(seen, frame, until_s), float(body.zeroed_error_deg.mean())
    )


def _width(seen: SeenLandmarks, frame: RunnerFrame, until_s: float) -> float:
    standing = (seen.times_ns > _START_S * NS_PER_S) & (seen.times_ns < until_s * NS_PER_S)
    found = np.flatnonzero(standing & ~np.isnan(seen.points_px[:, 0, 0]))
    return float(np.median([body_angles(Landmarks(seen.points_px[i], seen.visibility[i]), frame).width for i in found]))


def learnt(views: Sequence[View]) -> ZeroBias:
    """The line through all views, by least squares."""
    width = np.array([one.width for one in views])
    rows = np.stack([np.ones_like(width), width], axis=1)
    side_on_deg, per_width_deg = np.linalg.lstsq(rows, np.array([one.error_deg for one in views]), rcond=None)[0]
    return ZeroBias(float(side_on_deg), float(per_width_deg))


def corrected_deg(views: Sequence[View]) -> Floats:
    """The remaining error of each view after correction with the line learnt from all other people."""
    left = []
    for one in views:
        bias = learnt([other for other in views if other.person != one.person])
        left.append(one.error_deg - bias.excess_deg(one.width))
    return np.array(left)


def line(name: str, errors_deg: Floats) -> str:
    """Mean, SD and range."""
    within = int((np.abs(errors_deg) <= WITHIN_DEG).sum())
    spread = (
        f"mean {errors_deg.mean():+.1f}°, SD {errors_deg.std(ddof=1):.1f}°, {errors_deg.min():+.1f} to {errors_deg.max():+.1f}°"
    )
    return f"{name}: {spread}, {within} of {len(errors_deg)} within {WITHIN_DEG:g}°"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--landmarks", type=Path, help="where found landmarks are kept; usually beside the clips")
    wanted = parser.parse_args()
    keep_native_notes_off_stderr()
    kept = wanted.landmarks or wanted.folder / "landmarks"
    views = [one for clip in sorted(wanted.folder.glob("*.mp4")) if (one := view(clip, kept)) is not None]
    before, after = np.array([one.error_deg for one in views]), corrected_deg(views)
    for one, left_deg in zip(views, after, strict=True):
        seen = f"yaw {one.yaw_deg:+.0f}°, width {one.width:+.2f}"
        print(f"{one.name}: {seen}, zeroed {one.error_deg:+.1f}°, corrected {left_deg:+.1f}°")
    side_on = np.abs([one.yaw_deg for one in views]) <= SIDE_ON_DEG
    for name, chosen in ((f"yaw up to {SIDE_ON_DEG:g}°", side_on), ("larger yaw", ~side_on)):
        if chosen.sum() > 1:
            print(line(f"{name}, as read", before[chosen]))
            print(line(f"{name}, corrected", after[chosen]))
    slope = np.polyfit([one.width for one in views], [one.yaw_deg for one in views], 1)
    off_deg = np.array([one.yaw_deg for one in views]) - np.polyval(slope, [one.width for one in views])
    print(f"yaw is {slope[0]:.0f}° times the width, off by {np.sqrt((off_deg**2).mean()):.1f}° (root mean square)")
    people = len({one.person for one in views})
    print(f"{len(views)} views of {people} people: {learnt(views)}")


if __name__ == "__main__":
    main()
