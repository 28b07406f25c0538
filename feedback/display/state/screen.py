"""The state of the screen: handles messages and builds views. Time is an argument."""

from collections import deque
from collections.abc import Sequence
from typing import Literal

from config.left_minus_right import COMPARED_STRIDES, Difference, left_minus_right
from config.sections.capture import KMH_PER_MPS
from config.settings import Settings
from feedback.display.state import cards, screen_text
from feedback.display.state.measure_format import finite, format_of, measure_of
from feedback.display.state.mirror_lines import LineTracker
from feedback.display.state.replay import Replayer
from feedback.display.state.sides import UNKNOWN_SIDES, Sides, compare
from feedback.display.state.status_message import StatusTracker
from feedback.display.state.view import (
    LEG_STRIDES,
    STRIP_STRIDES,
    Board,
    Card,
    LegNumber,
    MirrorFrame,
    StatusNote,
    StrideBar,
    Verdict,
    View,
    judge_value,
)
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import NoticeCode, SampleState
from wire.frames.frame import Frame
from wire.frames.pairing import Pairing
from wire.frames.visible_change import VisibleChange
from wire.messages import Band, Belt, Cue, Facing, Health, PairingCode, Phase, ReportLink, Sample, Side, Stride, opposite
from wire.texts import notice_sentence

CUE_SHOWN_S = 4.0
VALUE_KEPT_S = 4.0
"""The number disappears when no stride follows for this long: three strides of a slow runner."""
MAX_LEFT_S = 6000
"""With more time left than this (100 minutes), no clock is shown."""
SIDES: dict[Facing | None, tuple[str, str]] = {
    "right": ("Right", "Left"),
    "left": ("Left", "Right"),
    None: ("Near", "Far"),
}
"""Labels of the near and the far leg: a runner who faces right shows the camera the right side."""

CardName = Literal["help", "latency", "pairing_code", "replay"]
ScreenMessage = Frame | Sample | Stride | Cue | Phase | Health | Belt | PairingCode | ReportLink


class Screen:
    """Collects messages and builds the view at any moment.

    >>> screen = Screen(Settings())
    >>> screen.view(now_ns=0).board.message.text
    'Starting'
    """

    def __init__(self, settings: Settings) -> None:
        self._pairing = Pairing(settings.display.max_lines_age_ms)
        self._replayer = Replayer()
        self.apply_settings(settings)
        self._status = StatusTracker()
        self._phase: Phase | None = None
        self._cue: Cue | None = None
        self._cue_at_ns = 0
        self._lines = LineTracker()
        self._sample_cadence_spm: float | None = None
        self._belt: Belt | None = None
        self._card: CardName | None = None
        self._code: PairingCode | None = None
        """None: there is no console."""
        self._report = ReportLink("")
        self._frame: MirrorFrame | None = None
        self._change = VisibleChange()
        self._reset_runner()

    def _reset_runner(self) -> None:
        self._near: deque[Stride] = deque(maxlen=STRIP_STRIDES)
        self._far: deque[Stride] = deque(maxlen=COMPARED_STRIDES)
        self._near_at_ns = 0
        self._other: deque[Stride] = deque(maxlen=STRIP_STRIDES)
        """Strides of the near leg of a camera on the other side."""
        self._other_at_ns = 0
        self._lines.reset()

    def handle(self, message: ScreenMessage, now_ns: int) -> None:
        """Handle a message received at `now_ns`, in any order and with any content that the wire accepts."""
        if isinstance(message, Frame):
            self._pairing.add_frame(message)
            self._replayer.offer(self._pairing.newest_pair)
            self._status.add_frame(now_ns)
        elif isinstance(message, Sample):
            self._handle_sample(message, now_ns)
        elif isinstance(message, Stride):
            self._handle_stride(message, now_ns)
        elif isinstance(message, Cue):
            if message.text:  # A tone alone must not erase the words.
                self._cue, self._cue_at_ns = message, now_ns
        elif isinstance(message, Phase):
            self._handle_phase(message, now_ns)
        elif isinstance(message, Belt):
            self._belt = message
        elif isinstance(message, PairingCode):
            self._code = message
        elif isinstance(message, ReportLink):
            self._report = message
        else:
            self._status.add_health(message)

    def apply_settings(self, settings: Settings) -> None:
        """Apply changed settings; the messages so far stay."""
        self._pairing.max_lines_age_ms = settings.display.max_lines_age_ms
        self._replayer.set_mode(settings.display.replay)

    def keep_picture(self) -> bool:
        """Compress the newest measured picture for a replay; call it when there is time. Returns whether there was one."""
        return self._replayer.keep()

    def toggle_replay(self, now_ns: int) -> None:
        """Replay the last seconds once, or return to the mirror; a card says why there is nothing to replay."""
        if self._replayer.is_on:
            self._replayer.end()
        elif self._replayer.refusal:
            self.toggle_card("replay")
        else:
            self._card = None
            self._replayer.begin(now_ns)

    def toggle_card(self, card: CardName) -> None:
        """Show a card in place of the mirror, or hide it if it is shown. Where there is a console, it shows its own codes."""
        self._replayer.end()
        self._card = None if self._card == card or (card == "pairing_code" and self._code is not None) else card

    def view(self, now_ns: int) -> View:
        """Everything on the screen at `now_ns`."""
        replay = self._replayer.view(now_ns, self._lines, self._angle_band)
        frame = self._current_frame() if replay is None else None
        return View(frame, self._board(now_ns), self._current_card(now_ns), replay)

    def judge(self, stride: Stride) -> Verdict:
        """The verdict on a stride against the present band; the far leg has no target."""
        value = measure_of(stride, self.measure)
        if value is None:
            return "unsure"
        return judge_value(value, stride.quality, self._min_quality, self.band_of(stride) if stride.leg == "near" else None)

    def band_of(self, stride: Stride) -> Band | None:
        """The band of a stride's leg; with one camera there is one band."""
        targets = {} if self._phase is None else self._phase.sides
        if stride.side is None or stride.side not in targets:
            return self.band
        return _drawable(targets[stride.side].band)

    @property
    def is_two_sided(self) -> bool:
        """Whether each leg is the near leg of a camera."""
        return self._phase is not None and bool(self._phase.sides)

    def _verdict(self, last: Stride) -> Verdict:
        """The verdict shown for the last stride: while a guard is active, form comes before "more" and "good"."""
        verdict = self.judge(last)
        form_first = self._phase is not None and self._phase.form_first and verdict in ("below", "in")
        return "form_first" if form_first else verdict

    @property
    def resting(self) -> bool:
        """Whether little changes on the screen: the program rests because nobody is in view, and no replay is shown."""
        return self._status.resting and not self._replayer.is_on

    @property
    def measure(self) -> str:
        """The measure of the target."""
        return self._phase.measure if self._phase is not None else "hip_extension"

    @property
    def band(self) -> Band | None:
        """The target band, if there is one now."""
        return _drawable(self._phase.band if self._phase is not None else None)

    @property
    def _angle_band(self) -> Band | None:
        """The band as angles of the thigh; None for a target of another measure."""
        return self.band if self.measure == "hip_extension" else None

    @property
    def _min_quality(self) -> float:
        """From the coach, like target and measure: the settings of a following machine may differ."""
        return self._phase.min_quality if self._phase is not None else 0.0

    @property
    def _withholds(self) -> bool:
        return self._phase is not None and self._phase.hide_value

    def _handle_phase(self, phase: Phase, now_ns: int) -> None:
        """Handle a phase; after the end of a session, the next runner may be another one."""
        self._replayer.handle_phase(phase, now_ns)
        if phase.name == "idle" and self._phase is not None and self._phase.name != "idle":
            self._reset_runner()
        self._phase = phase

    def _handle_sample(self, sample: Sample, now_ns: int) -> None:
        if sample.camera == "other_side":
            self._status.add_other_sample(sample.state, now_ns)
            return
        self._pairing.add_sample(sample)
        self._replayer.offer(self._pairing.newest_pair)
        self._status.add_sample(sample.state, now_ns)
        self._lines.add_sample(sample)
        self._sample_cadence_spm = finite(sample.cadence_spm)

    def _handle_stride(self, stride: Stride, now_ns: int) -> None:
        if stride.camera == "other_side":
            if stride.leg == "near":
                self._other.append(stride)
                self._other_at_ns = now_ns
            return
        if stride.leg == "far":
            self._far.append(stride)
            return
        self._near.append(stride)
        self._near_at_ns = now_ns
        self._lines.add_near_stride(stride, self._angle_band if self.judge(stride) == "in" else None)

    def _current_card(self, now_ns: int) -> Card | None:
        if self._code is not None and self._code.address and now_ns < self._code.ends_ns:
            return cards.pairing_card(self._code)
        if self._card is None:
            return None
        if self._card == "pairing_code":
            return cards.CONSOLE_OFF if self._code is None else None
        if self._card == "replay":
            if self._replayer.refusal:
                return cards.no_replay_card(self._replayer.refusal)
            self._card = None
            return None
        return cards.HELP if self._card == "help" else cards.latency_card(self._status.healths)

    def _current_frame(self) -> MirrorFrame | None:
        shown = self._pairing.show()
        if shown is None:
            return None
        frame, sample = shown
        before = self._frame
        alone = sample is None
        if before is None or (before.epoch, before.seq, before.lines is None) != (frame.epoch, frame.seq, alone):
            if before is not None and self._looks_the_same(before, frame):
                return before
            measured = sample is not None and sample.state is SampleState.MEASURING
            lines = None if sample is None else self._lines.lines(sample, None if self._withholds else self._angle_band)
            measured_ns = 0 if sample is None else sample.stamps.published_ns
            self._frame = MirrorFrame(frame.epoch, frame.seq, frame.capture_ns, frame.image, lines, measured, measured_ns)
        return self._frame

    def _looks_the_same(self, shown: MirrorFrame, frame: Frame) -> bool:
        """While nobody is in view, whether the picture shown can stay; otherwise, every new one is shown."""
        if not self.resting or shown.epoch != frame.epoch:
            self._change.forget()
            return False
        return not self._change.update(frame.image)

    def _board(self, now_ns: int) -> Board:
        phase, band = self._phase, self.band
        last = self._near[-1] if self._near and now_ns - self._near_at_ns <= s_to_ns(VALUE_KEPT_S) else None
        value = measure_of(last, self.measure) if last is not None and not self._withholds else None
        near_label, far_label = SIDES[self._lines.facing]
        status = self._status.snapshot(now_ns, phase)
        cue_is_on = self._cue is not None and now_ns - self._cue_at_ns <= s_to_ns(CUE_SHOWN_S)
        if status.message not in (None, screen_text.PAUSED, screen_text.STARTING):
            value = None  # The last stride says nothing about the present picture.
        uncalibrated = (
            last is not None
            and last.standing_thigh_deg is None
            and not (phase is not None and phase.notice is not None and phase.notice.code is NoticeCode.NOT_CALIBRATED)
        )
        return Board(
            measure=format_of(self.measure),
            value=value,
            verdict=self._verdict(last) if last is not None and value is not None else "no_target",
            withheld=_withheld(phase),
            band=band,
            bars=self._bars(self._near),
            cadence_spm=None if self._withholds and self.measure == "cadence" else self._cadence_spm(last),
            belt_kmh=_belt_kmh(self._belt),
            incline_pct=finite(self._belt.incline_pct) if self._belt is not None else None,
            near_label=near_label,
            far_label=far_label,
            sides=UNKNOWN_SIDES if self._withholds else self._sides(),
            phase=screen_text.phase_title(phase.name) if phase is not None else "",
            time_left_s=_time_left_s(phase, now_ns),
            hint=_hint(phase),
            message=status.message,
            cue=self._cue.text if self._cue is not None and cue_is_on else "",
            notes=status.notes + ((StatusNote(screen_text.NOT_CALIBRATED),) if uncalibrated else ()) + _notice(phase),
            runner=_runner_label(phase),
            refused_settings=status.plate,
            storing_video=self._status.storing_video,
            summary=phase.summary if phase is not None and phase.name == "summary" else None,
            report_address=self._report.address if now_ns < self._report.ends_ns else "",
            legs=self._legs(now_ns, shown=value is not None) if self.is_two_sided else (),
            difference=self._difference() if self.is_two_sided and not self._withholds else None,
        )

    def _legs(self, now_ns: int, shown: bool) -> tuple[LegNumber, ...]:
        """The left and the right leg. `shown`: the last stride by the main camera is shown."""
        near_side = self._near_side
        if near_side is None:
            return ()
        others_shown = now_ns - self._other_at_ns <= s_to_ns(VALUE_KEPT_S) and not self._withholds
        near = self._leg(near_side, self._near, shown)
        other = self._leg(opposite(near_side), self._other, others_shown)
        return (near, other) if near_side == "left" else (other, near)

    def _leg(self, side: Side, strides: Sequence[Stride], shown: bool) -> LegNumber:
        last = strides[-1] if strides and shown else None
        value = None if last is None else measure_of(last, self.measure)
        target = None if self._phase is None else self._phase.sides.get(side)
        return LegNumber(
            label=side.capitalize(),
            value=value,
            verdict="no_target" if last is None or value is None else self._verdict(last),
            band=None if target is None else _drawable(target.band),
            bars=self._bars(strides)[-LEG_STRIDES:],
        )

    def _difference(self) -> Difference | None:
        """Left minus right; None unless it is of angles that both cameras have zeroed."""
        if self.measure != "hip_extension" or any(one.standing_thigh_deg is None for one in (*self._near, *self._other)):
            return None
        near, other = self._trusted(self._near), self._trusted(self._other)
        left, right = (near, other) if self._near_side == "left" else (other, near)
        return left_minus_right(left, right, 0.0 if self._phase is None else self._phase.calibration_sd_deg)

    @property
    def _near_side(self) -> Side | None:
        """The side of the body that the main camera sees near; the other camera sees the other one."""
        others = self._other[-1].side if self._other else None
        return self._lines.facing or (None if others is None else opposite(others))

    def _bars(self, strides: Sequence[Stride]) -> tuple[StrideBar, ...]:
        values = ((measure_of(stride, self.measure), stride) for stride in strides)
        return tuple(StrideBar(value, self.judge(stride)) for value, stride in values if value is not None)

    def _cadence_spm(self, last: Stride | None) -> int | None:
        """Cadence of the last stride, so that it changes once a stride; before the first stride, of the last sample."""
        cadence_spm = finite(last.cadence_spm) if last is not None else self._sample_cadence_spm
        return None if cadence_spm is None else round(cadence_spm)

    def _sides(self) -> Sides:
        return compare(self._trusted(self._near), self._trusted(self._far))

    def _trusted(self, strides: Sequence[Stride]) -> list[float]:
        counted = (stride for stride in strides if stride.quality >= self._min_quality)
        return [value for stride in counted if (value := measure_of(stride, self.measure)) is not None]


def _drawable(band: Band | None) -> Band | None:
    """The band, unless its edges make none."""
    if band is None or finite(band.low_deg) is None or finite(band.high_deg) is None or band.low_deg > band.high_deg:
        return None
    return band


def _time_left_s(phase: Phase | None, now_ns: int) -> int | None:
    """Whole seconds until the phase ends, never negative; None without an end, or if that is hours away."""
    if phase is None or phase.ends_ns is None:
        return None
    left_s = max(0, -((now_ns - phase.ends_ns) // NS_PER_S))
    return left_s if left_s < MAX_LEFT_S else None


def _belt_kmh(belt: Belt | None) -> float | None:
    """Belt speed to one decimal, as treadmills show it."""
    speed_mps = finite(belt.speed_mps) if belt is not None else None
    return None if speed_mps is None else round(KMH_PER_MPS * speed_mps, 1)


def _hint(phase: Phase | None) -> str:
    if phase is None:
        return ""
    return screen_text.CUED_DRILL if phase.cueing else screen_text.HINTS.get(phase.name, "")


def _withheld(phase: Phase | None) -> str:
    """Why a clock is shown instead of the number; "" if the number is shown."""
    if phase is None or not (phase.hide_value or (phase.name == "stand" and phase.ends_ns is not None)):
        return ""
    return screen_text.WITHHELD.get(phase.name, screen_text.OTHER_WITHHELD)


def _runner_label(phase: Phase | None) -> str:
    if phase is None or not phase.runner:
        return screen_text.OPEN_GYM if phase is not None and phase.mode == "open_gym" else ""
    return phase.runner if phase.session_number is None else f"{phase.runner}, session {phase.session_number}"


def _notice(phase: Phase | None) -> tuple[StatusNote, ...]:
    return (StatusNote(notice_sentence(phase.notice), fault=True),) if phase is not None and phase.notice is not None else ()
