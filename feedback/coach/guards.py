"""Conditions under which asking for more hip extension would be wrong.

A side camera cannot see the pelvis, so an arched back looks like hip extension. The proxy is trunk lean: a runner whose trunk
leans further back at push-off than in the baseline gains by arching. (hip_extension_trunk does not help: it grows by the same
degrees.) A runner may also respond by taking longer steps in front of the body: then the cadence falls.
"""

from collections import deque
from collections.abc import Callable

from config.sections.coaching import GuardSettings
from config.sections.cue_rule import MAX_STRIDES
from feedback.coach.baseline import Baseline
from feedback.coach.stride_window import StrideWindow

ARCHING, SLOW_CADENCE, LOW_QUALITY = "arching", "slow_cadence", "low_quality"


class Guards:
    """Tracks the near leg's strides, including those of low quality."""

    def __init__(self) -> None:
        self._trusted: deque[bool] = deque(maxlen=MAX_STRIDES)

    def add(self, trusted: bool) -> None:
        """Record whether a near stride's quality was sufficient."""
        self._trusted.append(trusted)

    def active(self, guard: GuardSettings, recent: StrideWindow, baseline: Baseline) -> frozenset[str]:
        """Names of the guards that are active now. Arching and slow cadence need a baseline."""
        tests: dict[str, Callable[[], bool]] = {
            ARCHING: lambda: _is_arching(guard, recent, baseline),
            SLOW_CADENCE: lambda: _is_slow(guard, recent, baseline),
            LOW_QUALITY: lambda: self._is_low_quality(guard),
        }
        return frozenset(name for name, holds in tests.items() if holds())

    def _is_low_quality(self, guard: GuardSettings) -> bool:
        last = list(self._trusted)[-guard.strides :]
        return bool(last) and last.count(False) > 0 and last.count(False) / len(last) >= guard.low_quality_share


def _is_arching(guard: GuardSettings, recent: StrideWindow, baseline: Baseline) -> bool:
    lean_deg, baseline_deg = recent.mean("trunk_lean", guard.strides), baseline.mean("trunk_lean")
    return lean_deg is not None and baseline_deg is not None and lean_deg <= baseline_deg - guard.arching_deg


def _is_slow(guard: GuardSettings, recent: StrideWindow, baseline: Baseline) -> bool:
    cadence_spm, baseline_spm = recent.mean("cadence", guard.strides), baseline.mean("cadence")
    if cadence_spm is None or baseline_spm is None:
        return False
    return cadence_spm <= baseline_spm * (1 - guard.slow_cadence_pct / 100)
