"""Left minus right by two cameras, against runners whose legs differ by a known amount: python -m bench.accuracy.two_cameras
[--seeds 5] [--exact-seeds 50] [--landmarks FOLDER] [--pairs FOLDER] [--workers 1].

Each pair of clips is measured as `hipcue analyse CLIP --other-side CLIP2` would, and the stated ± is compared with the truth.
Drawn runners differ by 0, 2, 4 and 8°, with body, pace, scatter and noise by seed. Their landmarks are found by the pose model,
which takes nearly all of the time, and kept in --landmarks; with --exact-seeds they are the true ones with noise, which
shows the error of strides and engine alone. Rendered people (clips named …_camL and …_camR, with their true values beside
them) are used unchanged.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from analysis.side_calibration import CAMERAS
from bench.accuracy.seen_landmarks import SeenLandmarks, by_pose_model, exactly
from bench.report import Figure, Table, at_least, at_most, reported, verdicts
from capture.synthetic.synthetic_source import SyntheticRunner
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import Floats, column
from sessions.report.left_right import by_far_legs, left_right
from sessions.report.target import HIP
from tests.support.labelled_clips import SHARED
from wire.clock import NS_PER_S
from wire.messages import Stride

MESH = SHARED / "data" / "mesh"
ASYMMETRIES_DEG = (0.0, 2.0, 4.0, 8.0)
_STAND_S, _SECONDS = 4.0, 16.0
_EXACT_NOISE_PX = 1.5
"""Noise of each coordinate for a leg 280 pixels long: about 1° of a thigh's angle."""
_LARGE_DEG = 3.5
"""For a larger difference, the share of it that the pose model shows matters more than everything else."""
_OF_STRIDE = ("leg", "side", "camera", "hip_extension_deg", "thigh_min_deg", "standing_thigh_deg", "quality", "stride_time_s")
_OF_MEASURES = ("contact_ms", "knee_straightest_ms")


@dataclass(frozen=True)
class Pair:
    """Two clips of one run."""

    name: str
    main: str
    other: str
    true_deg: float
    """True left minus right."""
    exact_seed: int | None = None
    """The landmarks are the true ones with noise; None: they are the pose model's."""


@dataclass(frozen=True)
class Outcome:
    """The result for a pair; angles in degrees, None if no difference was stated."""

    pair: Pair
    difference_deg: float | None
    ci95_deg: float | None
    one_camera_deg: float
    """Left minus right from the main camera alone, from its near and its far leg."""
    near_deg: float | None = None
    """Left minus right from the near legs alone."""
    far_deg: float | None = None

    @property
    def error_deg(self) -> float:
        """Measured minus true."""
        return float("nan") if self.difference_deg is None else self.difference_deg - self.pair.true_deg

    @property
    def covered(self) -> bool:
        """Whether the true value is within the stated interval."""
        return self.ci95_deg is not None and abs(self.error_deg) <= self.ci95_deg


def drawn_pair(asymmetry_deg: float, seed: int) -> Pair:
    """A drawn runner whose legs differ by this much, the left one more in every other seed; seeds vary everything else."""
    rng = np.random.default_rng(1000 * seed + round(10 * asymmetry_deg))
    middle_deg, cadence_spm, lean_deg, drive_deg = rng.uniform((13, 160, 3, 36), (20, 182, 9, 46))
    facing = "right" if rng.random() < 0.5 else "left"
    near_less_far_deg = asymmetry_deg * (1 if rng.random() < 0.5 else -1)
    source = (
        f"synthetic:extension={middle_deg + near_less_far_deg / 2:.3f},far_extension={middle_deg - near_less_far_deg / 2:.3f},"
        f"cadence={cadence_spm:.1f},lean={lean_deg:.1f},knee_drive={drive_deg:.1f},facing={facing},scatter=0.8,seed={seed + 1},"
        f"stand={_STAND_S:g},seconds={_SECONDS:g},width=960,height=720"
    )
    runner = SyntheticRunner(source).runner
    near_deg, far_deg = (
        float(np.mean([deg for _, deg in peaks(_STAND_S, _SECONDS)])) for peaks in (runner.near_peaks, runner.far_peaks)
    )
    true_deg = near_deg - far_deg if facing == "left" else far_deg - near_deg
    return Pair(f"drawn, {asymmetry_deg:g}°, seed {seed}", source, f"{source},other_side=true", true_deg)


def rendered_pairs(folder: Path) -> list[Pair]:
    """The rendered pairs in a folder."""
    pairs = []
    for right in sorted(folder.glob("*_camR.mp4")):
        left = right.with_name(right.name.replace("_camR", "_camL"))
        if left.exists():
            peaks_deg: dict[str, list[float]] = {"L": [], "R": []}
            with right.with_suffix(".strides.csv").open(newline="") as file:
                for row in csv.DictReader(file):
                    peaks_deg[row["side"]].append(float(row["hip_extension_deg"]))
            true_deg = float(np.mean(peaks_deg["L"]) - np.mean(peaks_deg["R"]))
            pairs.append(Pair(right.stem.removesuffix("_camR"), str(right), str(left), true_deg))
    return pairs


def run(pair: Pair, landmarks: Path) -> Outcome:
    """Measure a pair."""
    if pair.exact_seed is not None:
        seen = [exactly(clip, _EXACT_NOISE_PX, 2 * pair.exact_seed + n) for n, clip in enumerate((pair.main, pair.other))]
    else:
        seen = [by_pose_model(clip, landmarks) for clip in (pair.main, pair.other)]
    session = session_of(*seen)
    found = left_right(session)
    if found is None:
        return Outcome(pair, None, None, _by_one(session))
    far = by_far_legs(session)
    near_deg = found.left.mean - found.right.mean
    return Outcome(pair, found.difference_deg, found.ci95_deg, _by_one(session), near_deg, None if far is None else far.mean)


def session_of(main: SeenLandmarks, other: SeenLandmarks) -> RecordedSession:
    """The session that `hipcue analyse` would record from two clips."""
    strides, other_strides = (rows(seen.strides(camera)) for seen, camera in zip((main, other), CAMERAS, strict=True))
    facing = next((str(row["side"]) for row in strides if row["leg"] == "near"), "")
    return RecordedSession({"facing": facing}, strides, [], [], other_strides=other_strides)


def rows(strides: Sequence[Stride]) -> list[Row]:
    """Rows with the columns that the comparison of left and right uses."""
    return [
        {
            "t_peak_s": one.t_peak_ns / NS_PER_S,
            **{name: getattr(one, name) for name in _OF_STRIDE},
            **{name: one.value(name) for name in _OF_MEASURES},
        }
        for one in strides
    ]


def _by_one(session: RecordedSession) -> float:
    near_deg, far_deg = (float(np.nanmean(column(session.trusted(leg), HIP.column))) for leg in ("near", "far"))
    return near_deg - far_deg if session.header.get("facing") == "left" else far_deg - near_deg


COLUMNS = ("pair", "true", "left minus right", "±, 95 %", "error", "covered", "by one camera", "error")


def table(outcomes: Sequence[Outcome]) -> Table:
    """One line for each pair."""
    lines = []
    for one in outcomes:
        alone = one.one_camera_deg
        if one.difference_deg is None or one.ci95_deg is None:
            lines.append([one.pair.name, f"{one.pair.true_deg:+.2f}°", "not found", "", "", "no", f"{alone:+.2f}°", ""])
            continue
        line = [one.pair.name, f"{one.pair.true_deg:+.2f}°", f"{one.difference_deg:+.2f}°", f"{one.ci95_deg:.2f}°"]
        line += [f"{one.error_deg:+.2f}°", "yes" if one.covered else "no"]
        lines.append([*line, f"{alone:+.2f}°", f"{alone - one.pair.true_deg:+.2f}°"])
    return Table("Left minus right", "Of runners whose legs are known.", COLUMNS, lines)


def kind(outcome: Outcome) -> str:
    """The group of a pair in the figures: rendered people, or drawn runners with this difference."""
    pair = outcome.pair
    if not pair.name.startswith("drawn"):
        return "rendered people"
    size = pair.name.split(",")[1].strip()
    return f"drawn, {size}" if pair.exact_seed is None else f"drawn, {size}, exact landmarks"


def figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Figures for drawn and rendered runners separately, then for near and far legs alone."""
    found: list[Figure] = []
    kinds = dict.fromkeys(kind(one) for one in outcomes)
    for test, chosen in ((name, [one for one in outcomes if kind(one) == name]) for name in kinds):
        if chosen:
            errors = np.array([one.error_deg for one in chosen])
            alone = np.array([one.one_camera_deg - one.pair.true_deg for one in chosen])
            covered = 100 * _mean(one.covered for one in chosen)
            found += [
                at_least(test, f"truth within what is stated, of {len(chosen)}", covered, 90, " %", 0),
                at_most(test, "largest error", float(np.max(np.abs(errors))), 0.5),
                at_most(test, "largest uncertainty stated", max(one.ci95_deg or np.inf for one in chosen), 1.5),
                reported(test, "error, root mean square", f"{np.sqrt(np.mean(errors**2)):.2f}°"),
                reported(test, "the same by one camera", f"{np.sqrt(np.mean(alone**2)):.2f}°"),
            ]
    outcomes = [one for one in outcomes if one.pair.exact_seed is None]
    ways = {
        "by near and far legs": [one.difference_deg for one in outcomes],
        "by the near legs alone, nothing taken out": [one.near_deg for one in outcomes],
        "by the far legs alone, nothing taken out": [one.far_deg for one in outcomes],
    }
    for test, measured in ways.items():
        known = [(one.pair.true_deg, deg) for one, deg in zip(outcomes, measured, strict=True) if deg is not None]
        if known:
            found += _of_pair(test, *np.array(known).T)
    return found


def _of_pair(test: str, true_deg: Floats, measured_deg: Floats) -> list[Figure]:
    """The errors of small differences, and the relative errors of large ones."""
    errors_deg, large = measured_deg - true_deg, np.abs(true_deg) > _LARGE_DEG
    shares = errors_deg[large] / true_deg[large]
    return [
        reported(test, f"error, root mean square, up to {_LARGE_DEG:g}°", f"{_rms(errors_deg[~large]):.2f}°"),
        reported(test, f"of {len(shares)} larger ones, shares by which they are off: mean", f"{np.mean(shares):+.2f}"),
        reported(test, "root mean square", f"{_rms(shares):.2f}"),
    ]


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2))) if len(values) else float("nan")


def _mean(values: Iterable[bool]) -> float:
    return float(np.mean(list(values)))


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="drawn runners for each difference, seen by the pose model")
    parser.add_argument("--exact-seeds", type=int, default=50, help="drawn runners for each difference, with true landmarks")
    parser.add_argument(
        "--landmarks", type=Path, default=Path(gettempdir()) / "hipcue-landmarks", help="where those of the pose model are kept"
    )
    parser.add_argument("--pairs", type=Path, action="append", default=[], help="another folder of rendered pairs")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    pairs = [pair for folder in (MESH, *given.pairs) if folder.is_dir() for pair in rendered_pairs(folder)]
    drawn = [drawn_pair(size_deg, seed) for seed in range(max(given.seeds, given.exact_seeds)) for size_deg in ASYMMETRIES_DEG]
    pairs += drawn[: given.seeds * len(ASYMMETRIES_DEG)]
    pairs += [replace(pair, exact_seed=n) for n, pair in enumerate(drawn[: given.exact_seeds * len(ASYMMETRIES_DEG)])]
    outcomes = []
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as workers:
        for outcome in workers.map(run, pairs, repeat(given.landmarks)):
            outcomes.append(outcome)
            print(table([outcome]).plain().splitlines()[-1], file=sys.stderr, flush=True)
    print(table([one for one in outcomes if one.pair.exact_seed is None]).plain())
    print(verdicts("Two cameras", "", figures(outcomes)).plain())


if __name__ == "__main__":
    main()
