"""What changed between the phases of a session, at one pace. Pure.

Hip extension grows with the belt's speed, and changes with the cadence, by itself (docs/measures.md). Strides at another belt
speed than the baseline's are left out; of a change that came with another cadence no verdict is given. How far either may
differ is what the coach took for another pace (`coach.speed_change_mps`, `coach.cadence_change_pct`).
"""

import math
from dataclasses import dataclass

import numpy as np

from feedback.sessions.recorded import Recorded, number
from feedback.sessions.rows import Floats, column
from feedback.sessions.statistics import CAMERA_CHANGE_RMS, Z95, Mean, mean_of

SPEED_MPS, CADENCE_PCT = 0.3, 4.0
"""Another pace begins beyond these, of sessions that do not tell their settings and between sessions."""


@dataclass(frozen=True)
class Change:
    """From one mean to another, and what it takes to be more than chance."""

    before: Mean
    after: Mean
    cadence_pct: float | None = None
    """How much higher the cadence was, where that alone may have made the change; None: it was the same."""

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
        """Half the 95 % interval of the change: the strides' part, and the camera's, which grows with the change."""
        return math.hypot(self.mdc95, Z95 * CAMERA_CHANGE_RMS * self.change)

    @property
    def real(self) -> bool:
        """Whether it is more than could be chance, and not the cadence's. What the camera stretches was not nothing."""
        return self.cadence_pct is None and abs(self.change) > self.mdc95

    @property
    def verdict(self) -> str:
        """In words."""
        if self.cadence_pct is not None:
            return f"no verdict, as the cadence changed by {self.cadence_pct:+.0f} % and moves it by itself"
        return "a real change" if self.real else "could be chance"


def changes(session: Recorded, measure: str) -> dict[str, Change]:
    """Of drill and retention against the baseline, where there are both at one belt speed."""
    coach = session.header.get("config", {}).get("coach", {})
    near = session.trusted()
    phases = np.array([session.phase_at(number(row["t_peak_s"])) for row in near])
    values, speeds_mps, cadences = (column(near, name) for name in (measure, "belt_speed_mps", "cadence_spm"))
    at_baseline = phases == "baseline"
    before = mean_of(values[at_baseline])
    if before is None:
        return {}
    other_speed = np.abs(speeds_mps - _mean(speeds_mps[at_baseline])) > coach.get("speed_change_mps", SPEED_MPS)
    found = {}
    for phase in ("drill", "retention"):
        chosen = (phases == phase) & ~other_speed  # where either speed is not known, neither is another one
        after = mean_of(values[chosen])
        if after is None:
            continue
        cadence_pct = 100 * (_mean(cadences[chosen]) / _mean(cadences[at_baseline]) - 1)
        jumped = abs(cadence_pct) > coach.get("cadence_change_pct", CADENCE_PCT)
        found[phase] = Change(before, after, cadence_pct if jumped else None)
    return found


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan
