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
from feedback.display.state.shown_phase import ShownPhase
from feedback.display.state.sides import UNKNOWN_SIDES, compare
from feedback.display.state.status_message import StatusTracker
from feedback.display.state.view import (
    LEG_STRIDES,
    STRIP_STRIDES,
    Board,
    Card,
    LegNumber,
    MirrorFrame,
    View,
)
from wire.clock import s_to_ns
from wire.faults import SampleState
from wire.frames.frame import Frame
from wire.frames.pairing import Pairing
from wire.frames.visible_change import VisibleChange
from wire.messages import Belt, Cue, Facing, Health, PairingCode, Phase, ReportLink, Sample, Side, Stride, opposite

CUE_SHOWN_S = 4.0
VALUE_KEPT_S = 4.0
"""The number disappears when no stride follows for this long: three strides of a slow runner."""
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
        self.phase = ShownPhase(None)
        """The phase of the session, with the target."""
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
        self._other_far: deque[Stride] = deque(maxlen=COMPARED_STRIDES)
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
        replay = self._replayer.view(now_ns, self._lines, self.phase.angle_band)
        frame = self._current_frame() if replay is None else None
        return View(frame, self._board(now_ns), self._current_card(now_ns), replay)

    @property
    def resting(self) -> bool:
        """Whether little changes on the screen: the program rests because nobody is in view, and no replay is shown."""
        return self._status.resting and not self._replayer.is_on

    def _handle_phase(self, phase: Phase, now_ns: int) -> None:
        """Handle a phase; after the end of a session, the next runner may be another one."""
        self._replayer.handle_phase(phase, now_ns)
        if phase.name == "idle" and self.phase.name not in ("", "idle"):
            self._reset_runner()
        self.phase = ShownPhase(phase)

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
            else:
                self._other_far.append(stride)
            return
        if stride.leg == "far":
            self._far.append(stride)
            return
        self._near.append(stride)
        self._near_at_ns = now_ns
        self._lines.add_near_stride(stride, self.phase.angle_band if self.phase.judge(stride) == "in" else None)

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
            band = None if self.phase.withholds else self.phase.angle_band
            lines = None if sample is None else self._lines.lines(sample, band)
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
        phase = self.phase
        last = self._near[-1] if self._near and now_ns - self._near_at_ns <= s_to_ns(VALUE_KEPT_S) else None
        value = measure_of(last, phase.measure) if last is not None and not phase.withholds else None
        near_label, far_label = SIDES[self._lines.facing]
        status = self._status.snapshot(now_ns, phase.message)
        cue_is_on = self._cue is not None and now_ns - self._cue_at_ns <= s_to_ns(CUE_SHOWN_S)
        if status.message not in (None, screen_text.PAUSED, screen_text.STARTING):
            value = None  # The last stride does not describe the present picture.
        return Board(
            measure=format_of(phase.measure),
            value=value,
            verdict=phase.verdict(last) if last is not None and value is not None else "no_target",
            withheld=phase.withheld_title,
            band=phase.band,
            bars=phase.bars(self._near),
            cadence_spm=None if phase.withholds and phase.measure == "cadence" else self._cadence_spm(last),
            belt_kmh=_belt_kmh(self._belt),
            incline_pct=finite(self._belt.incline_pct) if self._belt is not None else None,
            near_label=near_label,
            far_label=far_label,
            sides=UNKNOWN_SIDES if phase.withholds else compare(phase.trusted(self._near), phase.trusted(self._far)),
            phase=phase.title,
            time_left_s=phase.time_left_s(now_ns),
            hint=phase.hint,
            message=status.message,
            cue=self._cue.text if self._cue is not None and cue_is_on else "",
            notes=status.notes + phase.notes(last),
            runner=phase.runner_label,
            refused_settings=status.plate,
            storing_video=self._status.storing_video,
            summary=phase.message.summary if phase.message is not None and phase.name == "summary" else None,
            report_address=self._report.address if now_ns < self._report.ends_ns else "",
            legs=self._legs(now_ns, shown=value is not None) if phase.is_two_sided else (),
            difference=self._difference() if phase.is_two_sided and not phase.withholds else None,
        )

    def _legs(self, now_ns: int, shown: bool) -> tuple[LegNumber, ...]:
        """The left and the right leg. `shown`: the last stride by the main camera is shown."""
        near_side = self._near_side
        if near_side is None:
            return ()
        others_shown = now_ns - self._other_at_ns <= s_to_ns(VALUE_KEPT_S) and not self.phase.withholds
        near = self._leg(near_side, self._near, shown)
        other = self._leg(opposite(near_side), self._other, others_shown)
        return (near, other) if near_side == "left" else (other, near)

    def _leg(self, side: Side, strides: Sequence[Stride], shown: bool) -> LegNumber:
        last = strides[-1] if strides and shown else None
        value = None if last is None else measure_of(last, self.phase.measure)
        return LegNumber(
            label=side.capitalize(),
            value=value,
            verdict="no_target" if last is None or value is None else self.phase.verdict(last),
            band=self.phase.band_of_side(side),
            bars=self.phase.bars(strides)[-LEG_STRIDES:],
        )

    def _difference(self) -> Difference | None:
        """Left minus right; None unless both cameras have a zero."""
        uncalibrated = any(one.standing_thigh_deg is None for one in (*self._near, *self._other))
        if self.phase.measure != "hip_extension" or uncalibrated:
            return None
        near, other, far, other_far = map(self.phase.trusted, (self._near, self._other, self._far, self._other_far))
        if self._near_side == "left":
            return left_minus_right(near, other, self.phase.calibration_sd_deg, other_far, far)
        return left_minus_right(other, near, self.phase.calibration_sd_deg, far, other_far)

    @property
    def _near_side(self) -> Side | None:
        """The side of the body that the main camera sees near; the other camera sees the other one."""
        others = self._other[-1].side if self._other else None
        return self._lines.facing or (None if others is None else opposite(others))

    def _cadence_spm(self, last: Stride | None) -> int | None:
        """Cadence of the last stride, so that it changes once a stride; before the first stride, of the last sample."""
        cadence_spm = finite(last.cadence_spm) if last is not None else self._sample_cadence_spm
        return None if cadence_spm is None else round(cadence_spm)


def _belt_kmh(belt: Belt | None) -> float | None:
    """Belt speed to one decimal, as treadmills show it."""
    speed_mps = finite(belt.speed_mps) if belt is not None else None
    return None if speed_mps is None else round(KMH_PER_MPS * speed_mps, 1)
