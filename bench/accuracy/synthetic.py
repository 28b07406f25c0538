"""The drawn runner through the real pose model: is the chain accurate, facing either way, alone and beside another runner?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.accuracy.simulated_figures import rms
from bench.report import Figure, at_most, between, none_of, reported
from capture.synthetic.synthetic_source import SyntheticRunner
from config.settings import Settings
from tests.support.measuring import measured
from tests.support.stride_score import START_S, Pool, Reading, Score, score, slope
from wire.clock import NS_PER_S
from wire.messages import Facing, LegName, Stride
from wire.quiet import keep_native_notes_off_stderr

EXTENSIONS_DEG = (6, 12, 18, 24, 30)
FACINGS: tuple[Facing, ...] = ("right", "left")
_SIZE = "width=960,height=540"


@dataclass(frozen=True)
class Cell:
    """One drawn run."""

    extension_deg: float
    facing: Facing
    fps: int
    seconds: float = 8.0
    neighbour: bool = False


@dataclass(frozen=True)
class Drawn:
    """The result of a run."""

    cell: Cell
    near: Score
    far: Score


def cells(
    extensions_deg: Sequence[float] = EXTENSIONS_DEG, rates: Sequence[int] = (30, 60), seconds: float = 8.0
) -> list[Cell]:
    """Row 4."""
    return [Cell(extension, facing, fps, seconds) for extension in extensions_deg for facing in FACINGS for fps in rates]


def run(cell: Cell) -> Drawn:
    """Draw, estimate and measure a run as `hipcue analyse` would."""
    keep_native_notes_off_stderr()
    settings = Settings()
    neighbour = ",neighbour=true" if cell.neighbour else ""
    source = SyntheticRunner(
        f"synthetic:extension={cell.extension_deg:g},facing={cell.facing},fps={cell.fps},seconds={cell.seconds:g},{_SIZE}{neighbour}"
    )
    strides = [stride for _, settled in measured(source, settings) for stride in settled]
    runner = source.runner
    return Drawn(
        cell,
        _score("near", strides, runner.near_peaks(0, cell.seconds), runner.parameters.stride_s, cell),
        _score("far", strides, runner.far_peaks(0, cell.seconds), runner.parameters.stride_s, cell),
    )


def _score(leg: LegName, strides: Sequence[Stride], peaks: list[tuple[float, float]], stride_s: float, cell: Cell) -> Score:
    readings = [
        Reading(one.t_peak_ns / NS_PER_S, one.thigh_min_deg, one.t_known_ns / NS_PER_S) for one in strides if one.leg == leg
    ]
    return score([(t_s, -extension_deg) for t_s, extension_deg in peaks], readings, stride_s, cell.seconds, start_s=START_S)


COLUMNS = (
    "extension", "facing", "fps", "strides found", "invented", "near: mean error", "SD", "worst", "to reach ±3°",
    "far: mean error", "far: SD",
)  # fmt: skip


def rows(drawn: Sequence[Drawn]) -> list[list[str]]:
    """Row 4, a line for each cell."""
    lines = []
    for one in drawn:
        near, far = Pool([one.near]), Pool([one.far])
        line = [
            f"{one.cell.extension_deg:g}°",
            one.cell.facing,
            str(one.cell.fps),
            f"{near.found} of {near.found + near.missed}",
        ]
        line.append(str(near.invented))
        if near.found > 1 and far.found > 1:
            line += [f"{near.bias_deg:+.2f}°", f"{near.sd_deg:.2f}°", f"{near.worst_deg:.2f}°"]
            line += ["holds" if near.worst_deg <= 3 else "falls short", f"{far.bias_deg:+.2f}°", f"{far.sd_deg:.2f}°"]
        else:
            line += ["", "", "", "falls short", "", ""]
        lines.append(line)
    return lines


def figures(drawn: Sequence[Drawn]) -> list[Figure]:
    """Row 4, all cells together."""
    test = "4 drawn runner, real pose model"
    found = []
    for facing in FACINGS:
        for fps in sorted({one.cell.fps for one in drawn}):
            chosen = [one for one in drawn if one.cell.facing == facing and one.cell.fps == fps]
            pool = Pool([one.near for one in chosen])
            found.append(at_most(test, f"facing {facing}, {fps} fps: worst of {pool.found} strides", pool.worst_deg, 3.0))
            found += _slope(test, f"facing {facing}, {fps} fps: slope", chosen)
    pool = Pool([one.near for one in drawn])
    every = pool.found + pool.missed
    bias = reported(test, "all: bias and SD", f"{pool.bias_deg:+.2f}° and {pool.sd_deg:.2f}°")
    missed = none_of(test, "all: strides missed", pool.missed, every)
    return [*found, *_slope(test, "all: slope", drawn), bias, missed, none_of(test, "all: invented", pool.invented, every)]


def far_figures(drawn: Sequence[Drawn]) -> list[Figure]:
    """Row 7 on the drawn runner."""
    test = "7 far leg beside the near leg"
    near, far = Pool([one.near for one in drawn]), Pool([one.far for one in drawn])
    measured = f"{far.bias_deg:+.2f}° and {far.sd_deg:.2f}° beside {near.bias_deg:+.2f}° and {near.sd_deg:.2f}°"
    return [
        reported(test, "drawn runner: bias and SD", measured),
        reported(test, "drawn runner: missed, invented", f"{far.missed}, {far.invented} of {far.found + far.missed}"),
    ]


def difference_figures(drawn: Sequence[Drawn]) -> list[Figure]:
    """Row 7: difference between the biases of the far and the near leg, which more strides cannot remove."""
    test = "7 near/far difference of ten strides"
    biases = [
        Pool([one.far]).bias_deg - Pool([one.near]).bias_deg for one in drawn if one.near.number.size and one.far.number.size
    ]
    most = max(biases, key=abs)
    return [
        reported(test, f"drawn runner: far less near bias over {len(biases)} cells, mean", f"{np.mean(biases):+.2f}°"),
        at_most(test, "drawn runner: the same, root mean square", rms(biases), 3.0),
        reported(test, "drawn runner: the same, largest", f"{most:+.2f}°"),
    ]


def neighbour_figures(drawn: Sequence[Drawn]) -> list[Figure]:
    """Row 8: the same with a second runner on the next treadmill."""
    test = "8 a second runner behind"
    found = []
    for one in drawn:
        pool = Pool([one.near])
        every = pool.found + pool.missed
        what = f"facing {one.cell.facing}, {one.cell.fps} fps"
        if pool.found:
            found.append(at_most(test, f"{what}: worst of {pool.found} strides", pool.worst_deg, 3.0))
        if pool.found > 1:
            found.append(reported(test, f"{what}: bias and SD", f"{pool.bias_deg:+.2f}° and {pool.sd_deg:.2f}°"))
        found += [
            none_of(test, f"{what}: strides missed", pool.missed, every),
            none_of(test, f"{what}: invented", pool.invented, every),
        ]
    return found


def _slope(test: str, what: str, drawn: Sequence[Drawn]) -> list[Figure]:
    if len({one.cell.extension_deg for one in drawn}) < 2:
        return []
    gain, error = slope([[one.near for one in drawn]])
    return [between(test, what, gain, 0.9, 1.1, error)]
