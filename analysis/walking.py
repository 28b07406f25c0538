"""Walking is not running: it has no flight, another hip extension, and must not teach a runner's baseline."""

from collections.abc import Collection

import numpy as np

from analysis.gait import LOCKED
from analysis.gait_phase import PhaseEstimate
from analysis.history import Seen

MOST_WALKING_HZ = 140 / 120
"""Strides per second: people walk at 90 to 140 steps a minute and run at 140 to 200 (docs/measures.md: 162 to 183)."""
LEAST_RUNNING_KNEE_DEG = 75.0
"""It bends by 92 ± 9° in the swing of slow running (45 runners at 2.5 m/s, BMC-RIC set, CC BY 4.0), by some 60° in walking."""


def is_walking(frames: Collection[Seen], phase: PhaseEstimate) -> bool:
    """Whether somebody walks: slow steps, or steps whose rhythm is not known yet, and a knee that bends little.

    Slow motion has slow steps alone, and a loose trouser hides the bent knee alone.
    """
    quick = phase.rate_hz > MOST_WALKING_HZ and phase.concentration >= LOCKED
    if quick or not frames:
        return False
    # Whichever leg swings: its label does not matter.
    bent_deg = [max(leg.knee_deg for leg in seen.body.legs) for seen in frames]
    return bool(np.percentile(bent_deg, 90) < LEAST_RUNNING_KNEE_DEG)
