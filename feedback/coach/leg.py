"""The coach's state of one leg: its latest strides, its baseline, and the active guards.

With one camera it is the near leg. With two, each leg is the near leg of its own camera, with its own zero, baseline and band.
"""

from config.settings import Settings
from feedback.coach.baseline import Baseline
from feedback.coach.guards import Guards
from feedback.coach.stride_window import StrideWindow
from wire.clock import s_to_ns
from wire.messages import CameraName, Side, Stride

AWAY_S = 5.0
"""A leg without a stride for this long is not seen at present: several strides of a slow runner."""


class CoachedLeg:
    """One leg in one session. Time is an argument."""

    def __init__(self, side: Side | None = None) -> None:
        self.side = side
        """With two cameras; None: the near leg, whichever it is."""
        self.recent = StrideWindow()
        self.baseline = Baseline()
        self.next_baseline: Baseline | None = None
        """Replaces the baseline once it is ready."""
        self.active_guards: frozenset[str] = frozenset()
        """The guards that were active at the last trusted stride."""
        self.camera: CameraName = "main"
        """The camera that sees it near."""
        self._guards = Guards()
        self._seen_ns: int | None = None

    @property
    def was_seen(self) -> bool:
        """Whether it has had a trusted stride."""
        return self._seen_ns is not None

    def is_seen(self, now_ns: int) -> bool:
        """Whether it has had a trusted stride lately."""
        return self._seen_ns is not None and now_ns - self._seen_ns <= s_to_ns(AWAY_S)

    def add_quality(self, trusted: bool) -> None:
        """Record whether a stride's quality is sufficient."""
        self._guards.add(trusted)

    def add(self, stride: Stride) -> bool:
        """Add a trusted stride. Returns False if it starts a new window (see StrideWindow)."""
        self._seen_ns, self.camera = stride.t_known_ns, stride.camera
        return self.recent.add(stride)

    def update_guards(self, settings: Settings) -> frozenset[str]:
        """The guards that are active after the last stride."""
        self.active_guards = self._guards.active(settings.guard, self.recent, self.baseline)
        return self.active_guards

    def baseline_mean(self, measure: str) -> float | None:
        """The baseline's mean of a measure; None while a new baseline is recorded, or if it has too little of it."""
        return None if self.next_baseline is not None else self.baseline.mean(measure)

    def baseline_sd(self, measure: str) -> float | None:
        """The baseline's standard deviation, or None as for `baseline_mean`."""
        return None if self.next_baseline is not None else self.baseline.sd(measure)
