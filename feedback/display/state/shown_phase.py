"""What the session's phase means for the screen: the target that strides are compared with, and the phase in words."""

from collections.abc import Sequence

from config.left_minus_right import trusted_values
from feedback.display.state import screen_text
from feedback.display.state.measure_format import finite, measure_of
from feedback.display.state.view import StatusNote, StrideBar, Verdict, judge_value
from wire.clock import NS_PER_S
from wire.faults import NoticeCode
from wire.messages import Band, Phase, Side, Stride
from wire.texts import notice_sentence

MAX_LEFT_S = 6000
"""With more time left than this (100 minutes), no clock is shown."""


class ShownPhase:
    """A phase, or None before the first one. All of it comes from the coach: the settings of a following machine may differ."""

    def __init__(self, phase: Phase | None) -> None:
        self.message = phase
        self.name = "" if phase is None else phase.name
        self.measure = "hip_extension" if phase is None else phase.measure
        """The target's measure."""
        self.withholds = phase is not None and phase.hide_value
        """Whether the number is hidden."""
        self.calibration_sd_deg = 0.0 if phase is None else phase.calibration_sd_deg
        self._min_quality = 0.0 if phase is None else phase.min_quality
        self._targets = {} if phase is None else phase.sides

    @property
    def is_two_sided(self) -> bool:
        """Whether each leg is the near leg of a camera."""
        return bool(self._targets)

    @property
    def band(self) -> Band | None:
        """The target band, if there is one now."""
        return None if self.message is None else _drawable(self.message.band)

    @property
    def angle_band(self) -> Band | None:
        """The band as angles of the thigh; None for a target of another measure."""
        return self.band if self.measure == "hip_extension" else None

    def band_of_side(self, side: Side) -> Band | None:
        """The band of one leg, with two cameras."""
        return _drawable(self._targets[side].band) if side in self._targets else None

    def band_of(self, stride: Stride) -> Band | None:
        """The band of a stride's leg; with one camera there is one band."""
        return self.band if stride.side is None or stride.side not in self._targets else self.band_of_side(stride.side)

    def judge(self, stride: Stride) -> Verdict:
        """The verdict on a stride; the far leg has no target."""
        value = measure_of(stride, self.measure)
        if value is None:
            return "unsure"
        return judge_value(value, stride.quality, self._min_quality, self.band_of(stride) if stride.leg == "near" else None)

    def verdict(self, last: Stride) -> Verdict:
        """The verdict shown for the last stride: while a guard is active, form comes before "more" and "good"."""
        verdict = self.judge(last)
        form_first = self.message is not None and self.message.form_first and verdict in ("below", "in")
        return "form_first" if form_first else verdict

    def bars(self, strides: Sequence[Stride]) -> tuple[StrideBar, ...]:
        """The strides that have a value, judged."""
        values = ((measure_of(stride, self.measure), stride) for stride in strides)
        return tuple(StrideBar(value, self.judge(stride)) for value, stride in values if value is not None)

    def trusted(self, strides: Sequence[Stride]) -> list[float]:
        """The values of the strides that are good enough to count."""
        return trusted_values(strides, self.measure, self._min_quality)

    @property
    def title(self) -> str:
        """Its name on the screen."""
        return "" if self.message is None else screen_text.phase_title(self.message.name)

    @property
    def hint(self) -> str:
        """What the runner does in it."""
        if self.message is None:
            return ""
        return screen_text.CUED_DRILL if self.message.cueing else screen_text.HINTS.get(self.message.name, "")

    @property
    def withheld_title(self) -> str:
        """Why a clock is shown instead of the number; "" if the number is shown."""
        phase = self.message
        if phase is None or not (phase.hide_value or (phase.name == "stand" and phase.ends_ns is not None)):
            return ""
        return screen_text.WITHHELD.get(phase.name, screen_text.OTHER_WITHHELD)

    @property
    def runner_label(self) -> str:
        """Who runs."""
        phase = self.message
        if phase is None or not phase.runner:
            return screen_text.OPEN_GYM if phase is not None and phase.mode == "open_gym" else ""
        return phase.runner if phase.session_number is None else f"{phase.runner}, session {phase.session_number}"

    def notes(self, last: Stride | None) -> tuple[StatusNote, ...]:
        """The coach's notice, and a missing zero if the notice does not mention it; `last`: the stride on the screen."""
        notice = None if self.message is None else self.message.notice
        said = notice is not None and notice.code is NoticeCode.NOT_CALIBRATED
        uncalibrated = last is not None and last.standing_thigh_deg is None and not said
        return (
            *([StatusNote(screen_text.NOT_CALIBRATED)] if uncalibrated else []),
            *([StatusNote(notice_sentence(notice), fault=True)] if notice is not None else []),
        )

    def time_left_s(self, now_ns: int) -> int | None:
        """Whole seconds until it ends, never negative; None without an end, or if that is hours away."""
        if self.message is None or self.message.ends_ns is None:
            return None
        left_s = max(0, -((now_ns - self.message.ends_ns) // NS_PER_S))
        return left_s if left_s < MAX_LEFT_S else None


def _drawable(band: Band | None) -> Band | None:
    """The band, unless its edges are not valid."""
    if band is None or finite(band.low_deg) is None or finite(band.high_deg) is None or band.low_deg > band.high_deg:
        return None
    return band
