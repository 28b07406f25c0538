"""When "more" would be the wrong thing to ask for.

A side camera cannot see the pelvis: more "hip extension" may be an arched back. Its proxy is the trunk: who leans it back at
push-off, against the own baseline, gains by arching. (hip_extension_trunk then grows faster than hip_extension, by just those
degrees: it is the same fact.) And who is asked for more may take longer steps in front instead: the cadence falls.
"""

from collections import deque
from collections.abc import Callable

from config.training import Guard
from feedback.coach.baseline import Baseline
from feedback.coach.recent import RecentStrides

ARCHING, SLOW_CADENCE, LOW_QUALITY = "arching", "slow_cadence", "low_quality"
_MOST_STRIDES = 50


class Guards:
    """Follows the near leg's strides, the poor ones too."""

    def __init__(self) -> None:
        self._trusted: deque[bool] = deque(maxlen=_MOST_STRIDES)

    def saw(self, trusted: bool) -> None:
        """Take in whether a near stride could be trusted."""
        self._trusted.append(trusted)

    def holding(self, guard: Guard, recent: RecentStrides, baseline: Baseline) -> frozenset[str]:
        """The guards that hold now. Without a baseline the first two cannot be told."""
        tests: dict[str, Callable[[], bool]] = {
            ARCHING: lambda: _arches(guard, recent, baseline),
            SLOW_CADENCE: lambda: _slows(guard, recent, baseline),
            LOW_QUALITY: lambda: self._is_poor(guard),
        }
        return frozenset(name for name, holds in tests.items() if holds())

    def _is_poor(self, guard: Guard) -> bool:
        last = list(self._trusted)[-guard.strides :]
        return bool(last) and last.count(False) > 0 and last.count(False) / len(last) >= guard.low_quality_share


def _arches(guard: Guard, recent: RecentStrides, baseline: Baseline) -> bool:
    lean_deg, own_deg = recent.mean("trunk_lean", guard.strides), baseline.mean("trunk_lean")
    return lean_deg is not None and own_deg is not None and lean_deg <= own_deg - guard.arching_deg


def _slows(guard: Guard, recent: RecentStrides, baseline: Baseline) -> bool:
    cadence_spm, own_spm = recent.mean("cadence", guard.strides), baseline.mean("cadence")
    return cadence_spm is not None and own_spm is not None and cadence_spm <= own_spm * (1 - guard.slow_cadence_pct / 100)
