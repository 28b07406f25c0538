"""Real clips, altered: mirrored, at half the frame rate, at half the size. The mean peak must stay the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.pose.blazepose.region import mirrored_image
from bench.accuracy.labelled import START_S
from bench.report import Figure, at_most, reported
from capture.opening import open_recording
from config.loading import load
from tests.support.labelled_clips import clip_file
from tests.support.measuring import half_size, measured
from tests.support.stride_score import END_S, TOLERANCE
from wire.clock import NS_PER_S
from wire.frames.frame import Image
from wire.quiet import keep_native_notes_off_stderr

HALF_RATE_FROM_FPS = 60
TOLERANCE_S = TOLERANCE * 0.7
"""A stride is the same one if its peak is this close: the tolerance of every score, for a stride of 0.7 s."""


@dataclass(frozen=True)
class Change:
    """An alteration of a clip, and the change of the mean peak that is allowed."""

    name: str
    limit_deg: float
    picture: Callable[[Image], Image] | None = None
    """Applied to each picture; None: nothing."""
    every: int = 1
    """Only every n-th frame is used."""


AS_IT_IS = Change("as it is", 0.0)
CHANGES = (
    Change("mirrored left to right", 1.5, mirrored_image),
    Change("every second frame", 0.7, every=2),
    Change("half the size", 1.0, half_size),
)


@dataclass(frozen=True)
class Shown:
    """A clip with one alteration: peaks of the near leg (t_s, hip extension)."""

    name: str
    change: Change
    peaks: list[tuple[float, float]]


def asked(names: Sequence[str]) -> list[tuple[str, int]]:
    """The runs: each clip with each alteration (0: unaltered); clips of 30 frames per second are not halved."""
    return [
        (name, at)
        for name in names
        for at, change in enumerate((AS_IT_IS, *CHANGES))
        if change.every == 1 or f"{HALF_RATE_FROM_FPS}fps" in name
    ]


def run(ask: tuple[str, int]) -> Shown:
    """Measure an altered clip as `hipcue analyse` would."""
    keep_native_notes_off_stderr()
    name, change = ask[0], (AS_IT_IS, *CHANGES)[ask[1]]
    settings = load(overrides={"capture.source": str(clip_file(name))})
    peaks: list[tuple[float, float]] = []
    end_s = 0.0
    for sample, settled in measured(open_recording(settings.capture.source), settings, change.picture, change.every):
        peaks += [(one.t_peak_ns / NS_PER_S, one.hip_extension_deg) for one in settled if one.leg == "near"]
        end_s = sample.stamps.capture_ns / NS_PER_S
    return Shown(name, change, [peak for peak in peaks if START_S <= peak[0] <= end_s - END_S])


def figures(shown: Sequence[Shown]) -> list[Figure]:
    """The change of the mean peak over the strides found in both."""
    plain = {one.name: one.peaks for one in shown if one.change.name == AS_IT_IS.name}
    found = []
    for one in shown:
        if one.change.name == AS_IT_IS.name:
            continue
        test = f"5 {one.name}, shown otherwise"
        pairs = [
            (before, after)
            for t_s, before in plain[one.name]
            for other_s, after in one.peaks
            if abs(t_s - other_s) <= TOLERANCE_S
        ]
        change_deg = float(np.mean([after - before for before, after in pairs])) if pairs else float("nan")
        what = f"{one.change.name}: mean peak changes by"
        found.append(at_most(test, what, change_deg, one.change.limit_deg, signed=True))
        strides = f"{len(pairs)} of {len(plain[one.name])}"
        found.append(reported(test, f"{one.change.name}: strides found both ways", strides))
    return found
