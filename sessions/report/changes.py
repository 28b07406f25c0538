"""Changes between the phases of a session, at one pace. Pure.

Hip extension depends on belt speed and cadence, without any change of form (docs/measures.md). Strides at another belt speed
than the baseline's are left out; a change that came with another cadence has no verdict. The limits of both are those of the
coach for a change of pace (`coach.speed_change_mps`, `coach.cadence_change_pct`).
"""

import math
from dataclasses import dataclass

import numpy as np

from config.measures import DEGREES, MEASURES
from config.reference import PACE_CADENCE_PCT, PACE_SPEED_MPS, Z95
from sessions.format.recorded import CountedStrides
from sessions.format.rows import mean_known
from sessions.report.statistics import CAMERA_CHANGE_RMS, Mean, mean_of
from wire.texts import digits

_CADENCE = MEASURES["cadence"].column


@dataclass(frozen=True)
class MeanChange:
    """The difference of two means, and how large it must be to exceed chance."""

    before: Mean
    after: Mean
    cadence_pct: float | None = None
    """How much higher the cadence was, if that alone could explain the change; None: it was the same."""
    camera_rms: float = CAMERA_CHANGE_RMS
    """The camera's part of the uncertainty, as a share of the change."""

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after.mean - self.before.mean

    @property
    def mdc95(self) -> float:
        """Minimal detectable change."""
        return Z95 * math.hypot(self.before.sem, self.after.sem)

    @property
    def ci95(self) -> float:
        """Half the 95 % interval of the change: the strides' scatter, and the camera's part, which grows with the change."""
        return math.hypot(self.mdc95, Z95 * self.camera_rms * self.change)

    @property
    def real(self) -> bool:
        """Whether chance and cadence cannot explain it. The camera only scales a change, so its part does not matter here."""
        return self.cadence_pct is None and abs(self.change) > self.mdc95

    @property
    def verdict(self) -> str:
        """In words."""
        if self.cadence_pct is not None:
            return f"no verdict, as the cadence changed by {digits(self.cadence_pct, '+.0f')} %, which alone changes it"
        return "a real change" if self.real else "could be chance"


def changes(session: CountedStrides, measure: str) -> dict[str, MeanChange]:
    """The changes of drill and retention against the baseline; only phases at the baseline's belt speed are included.

    `measure` is a column of strides.csv.
    """
    coach = session.header.get("config", {}).get("coach", {})
    phases = session.phase_names()
    values, speeds_mps, cadences = (session.values(name) for name in (measure, "belt_speed_mps", "cadence_spm"))
    at_baseline = phases == "baseline"
    before = mean_of(values[at_baseline])
    if before is None:
        return {}
    other_speed = np.abs(speeds_mps - mean_known(speeds_mps[at_baseline])) > coach.get("speed_change_mps", PACE_SPEED_MPS)
    found = {}
    for phase in ("drill", "retention"):
        chosen = (phases == phase) & ~other_speed  # an unknown speed does not count as a different speed
        after = mean_of(values[chosen])
        if after is None:
            continue
        cadence_pct = 100 * (mean_known(cadences[chosen]) / mean_known(cadences[at_baseline]) - 1)
        jumped = abs(cadence_pct) > coach.get("cadence_change_pct", PACE_CADENCE_PCT) and measure != _CADENCE
        camera_rms = CAMERA_CHANGE_RMS if measure.endswith(DEGREES.suffix) else 0.0
        found[phase] = MeanChange(before, after, cadence_pct if jumped else None, camera_rms)
    return found
