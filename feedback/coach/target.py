"""The target band: relative to the runner's baseline, absolute, or from a table by belt speed."""

from dataclasses import dataclass

import numpy as np

from config.sections.capture import KMH_PER_MPS
from config.sections.coaching import TargetSettings
from feedback.coach.baseline import MIN_STRIDES, Baseline
from feedback.coach.stride_window import StrideWindow
from wire.faults import NoticeCode
from wire.messages import Band, Notice, Side

SPEED_UNKNOWN = Notice(NoticeCode.SPEED_UNKNOWN)


@dataclass(frozen=True)
class ResolvedTarget:
    """The target that applies now."""

    band: Band | None
    """None while it is not known."""
    notice: Notice | None = None
    """Why it differs from what the settings ask for; None if it does not."""


def resolve_target(
    target: TargetSettings, baseline: float | None, speed_mps: float | None, side: Side | None = None
) -> ResolvedTarget:
    """The band for this runner at this belt speed. Speeds beyond the ends of the table take its first or last row.

    `side`: the leg, with two cameras.
    """
    notice: Notice | None = None
    if target.mode == "absolute":
        middle: float | None = target.absolute_deg
    elif target.mode == "by_speed" and speed_mps is not None:
        speeds_kmh = [row.speed_kmh for row in target.at_speed]
        middles = [row.middle_deg for row in target.at_speed]
        middle = float(np.interp(KMH_PER_MPS * speed_mps, speeds_kmh, middles))
    else:
        middle = None if baseline is None else baseline + target.delta_deg
        notice = SPEED_UNKNOWN if target.mode == "by_speed" else None
    if middle is None:
        return ResolvedTarget(None, notice)
    middle += target.add_deg(side)
    return ResolvedTarget(Band(middle - target.half_width_deg, middle + target.half_width_deg), notice)


def needs_baseline(target: TargetSettings, speed_mps: float | None) -> bool:
    """Whether the band depends on a baseline."""
    return target.mode == "baseline" or (target.mode == "by_speed" and speed_mps is None)


def missing_measure(measure: str, recent: StrideWindow, baseline: Baseline | None, target: ResolvedTarget) -> Notice | None:
    """Why there is no target, if camera or belt do not provide the measure; None if they do."""
    if recent.lacks(measure, MIN_STRIDES):
        return Notice(NoticeCode.NOT_MEASURED, measure)
    if baseline is not None and baseline.ready and target.band is None:
        return Notice(NoticeCode.BASELINE_LACKS_MEASURE, measure)
    return None
