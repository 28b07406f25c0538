"""The target band: from the runner's own baseline, one number, or a table by belt speed."""

from dataclasses import dataclass

import numpy as np

from config.training import KMH_PER_MPS, Target
from feedback.coach.baseline import LEAST_STRIDES, Baseline
from feedback.coach.recent import RecentStrides
from wire.messages import Band

SPEED_UNKNOWN = "Belt speed unknown: the target follows the baseline"
NOT_MEASURED = "No target: {} is not being measured"
BASELINE_LACKS = "No target: too little {} in the baseline; press c"


@dataclass(frozen=True)
class Aim:
    """What is aimed at now."""

    band: Band | None
    """None while it is not known yet."""
    notice: str = ""
    """One sentence where it is not what the settings ask for."""


def aim(target: Target, baseline: float | None, speed_mps: float | None) -> Aim:
    """The band for this runner at this belt speed. Beyond the table's ends its last row holds."""
    notice = ""
    if target.mode == "absolute":
        middle: float | None = target.absolute_deg
    elif target.mode == "by_speed" and speed_mps is not None:
        speeds_kmh = [row.speed_kmh for row in target.at_speed]
        middles = [row.middle_deg for row in target.at_speed]
        middle = float(np.interp(KMH_PER_MPS * speed_mps, speeds_kmh, middles))
    else:
        middle = None if baseline is None else baseline + target.delta_deg
        notice = SPEED_UNKNOWN if target.mode == "by_speed" else ""
    if middle is None:
        return Aim(None, notice)
    return Aim(Band(middle - target.half_width_deg, middle + target.half_width_deg), notice)


def needs_baseline(target: Target, speed_mps: float | None) -> bool:
    """Whether there is no band without a baseline."""
    return target.mode == "baseline" or (target.mode == "by_speed" and speed_mps is None)


def measure_lacks(measure: str, recent: RecentStrides, baseline: Baseline | None, aimed: Aim) -> str:
    """Why there is nothing to aim at, where camera or belt do not give the measure, one sentence; "": nothing is amiss."""
    words = measure.replace("_", " ")
    if recent.lack(measure, LEAST_STRIDES):
        return NOT_MEASURED.format(words)
    if baseline is not None and baseline.ready and aimed.band is None:
        return BASELINE_LACKS.format(words)
    return ""
