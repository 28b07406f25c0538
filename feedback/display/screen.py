"""The screen's memory: takes messages, gives views. Time is an argument; nothing here reads a clock."""

import math
from collections import deque
from typing import Literal

from config.schema import Settings
from config.training import KMH_PER_MPS
from feedback.display import cards, sentences
from feedback.display.geometry import wedge
from feedback.display.ghost import Best, better, ghost_line
from feedback.display.measure import finite, measure_look, measure_of
from feedback.display.pairing import Pairing
from feedback.display.sides import COMPARED_STRIDES, UNKNOWN_SIDES, Sides, compare
from feedback.display.status import Status
from feedback.display.view import STRIP_STRIDES, Bar, Board, Card, Lines, Note, Picture, Verdict, View, judged
from wire.clock import NS_PER_S, s_to_ns
from wire.frames import Frame
from wire.messages import Band, Belt, ConfigState, Cue, Facing, Health, Phase, Point, Sample, Stride

CUE_SHOWN_S = 4.0
VALUE_KEPT_S = 4.0
"""The big number goes when no stride has followed for this long: three strides of a slow runner."""
REACH_OF_THIGH = 2.0
"""The wedge reaches well past the knee: where the thigh line would hide it, it is still seen beyond."""
THIGH_GAIN = 0.05
"""The thigh's length is followed slowly: wedge and ghost must not breathe with every step."""
FARTHEST_PX = 20_000.0
MOST_LEFT_S = 6000
"""More than 99 minutes left is as good as no end: no clock."""
SIDES: dict[Facing | None, tuple[str, str]] = {
    "right": ("Right", "Left"),
    "left": ("Left", "Right"),
    None: ("Near", "Far"),
}
"""Near and far in the runner's own words: who faces right in the picture shows the camera the right side."""

CardName = Literal["help", "latency"]
ScreenMessage = Frame | Sample | Stride | Cue | Phase | Health | Belt | ConfigState


class Screen:
    """What has been heard so far, and what is to be seen of it now.

    >>> screen = Screen(Settings())
    >>> screen.view(now_ns=0).board.message.text
    'Starting'
    """

    def __init__(self, settings: Settings) -> None:
        self._pairing = Pairing(settings.display.max_lines_age_ms)
        self.configure(settings)
        self._status = Status()
        self._phase: Phase | None = None
        self._cue: Cue | None = None
        self._cue_at_ns = 0
        self._facing: Facing | None = None
        self._sample_cadence_spm: float | None = None
        self._standing_thigh_deg: float | None = None
        self._belt: Belt | None = None
        self._refused = ""
        self._card: CardName | None = None
        self._picture: Picture | None = None
        self._forget_runner()

    def _forget_runner(self) -> None:
        self._near: deque[Stride] = deque(maxlen=STRIP_STRIDES)
        self._far: deque[Stride] = deque(maxlen=COMPARED_STRIDES)
        self._near_at_ns = 0
        self._thigh_px = 0.0
        self._best: Best | None = None

    def take(self, message: ScreenMessage, now_ns: int) -> None:
        """Remember a message that came at `now_ns`. Any order, any content that the wire lets through."""
        if isinstance(message, Frame):
            self._pairing.add_frame(message)
            self._status.frame_came(now_ns)
        elif isinstance(message, Sample):
            self._take_sample(message, now_ns)
        elif isinstance(message, Stride):
            self._take_stride(message, now_ns)
        elif isinstance(message, Cue):
            if message.text:  # A tone alone must not wipe out words.
                self._cue, self._cue_at_ns = message, now_ns
        elif isinstance(message, Phase):
            self._take_phase(message)
        elif isinstance(message, Belt):
            self._belt = message
        elif isinstance(message, ConfigState):
            self._refused = message.error
        else:
            self._status.health_came(message)

    def configure(self, settings: Settings) -> None:
        """Take over changed settings; what has been heard stays."""
        self._min_quality = settings.analysis.min_quality
        self._roll_deg = settings.analysis.camera_roll_deg
        self._pairing.max_lines_age_ms = settings.display.max_lines_age_ms

    def turn_card(self, card: CardName) -> None:
        """Lay a card over the mirror; once more, and it is taken away."""
        self._card = None if self._card == card else card

    def view(self, now_ns: int) -> View:
        """Everything to be seen at `now_ns`."""
        return View(self._shown_picture(), self._board(now_ns), self._shown_card())

    def judge(self, stride: Stride) -> Verdict:
        """A near stride against the present band; strides of the far leg have no target and stay "open"."""
        value = measure_of(stride, self.measure)
        if value is None:
            return "unsure"
        return judged(value, stride.quality, self._min_quality, self.band if stride.leg == "near" else None)

    def _verdict(self, last: Stride) -> Verdict:
        """Of the last stride, as the runner is told it: who arches the back is asked for form, neither pressed nor praised."""
        verdict = self.judge(last)
        held = self._phase is not None and self._phase.form_first and verdict in ("below", "in")
        return "held" if held else verdict

    @property
    def measure(self) -> str:
        """The measure that the band is about."""
        return self._phase.measure if self._phase is not None else "hip_extension"

    @property
    def band(self) -> Band | None:
        """The target, if there is one now."""
        band = self._phase.band if self._phase is not None else None
        if band is None or finite(band.low_deg) is None or finite(band.high_deg) is None or band.low_deg > band.high_deg:
            return None
        return band

    @property
    def _withholds(self) -> bool:
        return self._phase is not None and self._phase.hide_value

    def _take_phase(self, phase: Phase) -> None:
        """Whoever steps on when a session is over may be somebody else."""
        if phase.name == "idle" and self._phase is not None and self._phase.name != "idle":
            self._forget_runner()
        self._phase = phase

    def _take_sample(self, sample: Sample, now_ns: int) -> None:
        self._pairing.add_sample(sample)
        self._status.sample_came(sample.state, now_ns)
        self._facing = sample.facing or self._facing
        self._sample_cadence_spm = finite(sample.cadence_spm)
        self._standing_thigh_deg = finite(sample.standing_thigh_deg)
        hip, knee = _point(sample.near.hip_px), _point(sample.near.knee_px)
        if hip is not None and knee is not None:
            self._thigh_px += (THIGH_GAIN if self._thigh_px else 1.0) * (math.dist(hip, knee) - self._thigh_px)

    def _take_stride(self, stride: Stride, now_ns: int) -> None:
        if stride.leg == "far":
            self._far.append(stride)
            return
        self._near.append(stride)
        self._near_at_ns = now_ns
        band, value, thigh_deg = self.band, finite(stride.hip_extension_deg), finite(stride.thigh_min_deg)
        if self.measure == "hip_extension" and self.judge(stride) == "in" and None not in (band, value, thigh_deg):
            self._best = better(self._best, band, value, thigh_deg)  # type: ignore[arg-type]

    def _shown_card(self) -> Card | None:
        if self._card is None:
            return None
        return cards.HELP if self._card == "help" else cards.latency_card(self._status.healths)

    def _shown_picture(self) -> Picture | None:
        shown = self._pairing.show()
        if shown is None:
            return None
        frame, sample = shown
        before = self._picture
        alone = sample is None
        if before is None or (before.epoch, before.seq, before.lines is None) != (frame.epoch, frame.seq, alone):
            measured = sample is not None and sample.state == "measuring"
            lines = None if sample is None else self._lines(sample)
            measured_ns = 0 if sample is None else sample.stamps.published_ns
            self._picture = Picture(frame.epoch, frame.seq, frame.capture_ns, frame.image, lines, measured, measured_ns)
        return self._picture

    def _lines(self, sample: Sample) -> Lines:
        near = sample.near
        hip, knee, ankle, shoulder = map(_point, (near.hip_px, near.knee_px, near.ankle_px, sample.shoulder_px))
        band, facing = self.band, self._facing
        if hip is None or band is None or facing is None or self.measure != "hip_extension" or self._withholds:
            return Lines(hip, knee, ankle, shoulder, ())
        zero_deg = self._behind_zero_deg()
        edges_deg = (band.low_deg + zero_deg, band.high_deg + zero_deg)
        outline = wedge(hip, REACH_OF_THIGH * self._thigh_px, edges_deg, facing, self._roll_deg)
        ghost = None
        if self._best is not None and self._best.band == band:
            ghost = ghost_line(self._best, hip, self._thigh_px, facing, self._roll_deg)
        return Lines(hip, knee, ankle, shoulder, outline, ghost)

    def _behind_zero_deg(self) -> float:
        """How far behind the vertical the thigh hangs at zero hip extension; without a calibration, not at all."""
        if self._standing_thigh_deg is not None:
            return -self._standing_thigh_deg
        if not self._near:
            return 0.0
        return finite(-self._near[-1].thigh_min_deg - self._near[-1].hip_extension_deg) or 0.0

    def _board(self, now_ns: int) -> Board:
        phase, band = self._phase, self.band
        last = self._near[-1] if self._near and now_ns - self._near_at_ns <= s_to_ns(VALUE_KEPT_S) else None
        value = measure_of(last, self.measure) if last is not None and not self._withholds else None
        near_label, far_label = SIDES[self._facing]
        status = self._status.at(now_ns, phase)
        cue_is_on = self._cue is not None and now_ns - self._cue_at_ns <= s_to_ns(CUE_SHOWN_S)
        if status.message not in (None, sentences.PAUSED, sentences.STARTING):
            value = None  # What was measured before says nothing about what is seen now.
        uncalibrated = (
            last is not None and last.standing_thigh_deg is None and "alibrated" not in (phase.notice if phase else "")
        )
        return Board(
            measure=measure_look(self.measure),
            value=value,
            verdict=self._verdict(last) if last is not None and value is not None else "open",
            withheld=_withheld(phase),
            band=band,
            bars=self._bars(),
            cadence_spm=None if self._withholds and self.measure == "cadence" else self._cadence_spm(last),
            belt_kmh=_belt_kmh(self._belt),
            incline_pct=finite(self._belt.incline_pct) if self._belt is not None else None,
            near_label=near_label,
            far_label=far_label,
            sides=UNKNOWN_SIDES if self._withholds else self._sides(),
            phase=sentences.phase_title(phase.name) if phase is not None else "",
            time_left_s=_time_left_s(phase, now_ns),
            hint=_hint(phase),
            message=status.message,
            cue=self._cue.text if self._cue is not None and cue_is_on else "",
            notes=status.notes + ((Note(sentences.NOT_CALIBRATED),) if uncalibrated else ()) + _notice(phase),
            who=_who(phase),
            refused=self._refused,
            storing_video=self._status.storing_video,
            summary=phase.summary if phase is not None and phase.name == "summary" else None,
        )

    def _bars(self) -> tuple[Bar, ...]:
        values = ((measure_of(stride, self.measure), stride) for stride in self._near)
        return tuple(Bar(value, self.judge(stride)) for value, stride in values if value is not None)

    def _cadence_spm(self, last: Stride | None) -> int | None:
        """Of the last stride, so that it changes once a stride; before the first one, of the last sample."""
        cadence_spm = finite(last.cadence_spm) if last is not None else self._sample_cadence_spm
        return None if cadence_spm is None else round(cadence_spm)

    def _sides(self) -> Sides:
        near, far = (
            [
                value
                for stride in leg
                if stride.quality >= self._min_quality and (value := measure_of(stride, self.measure)) is not None
            ]
            for leg in (self._near, self._far)
        )
        return compare(near, far)


def _point(point: Point | None) -> Point | None:
    """A point that can be drawn: finite and not absurdly far outside of the picture."""
    if point is None or not all(math.isfinite(part) and abs(part) <= FARTHEST_PX for part in point):
        return None
    return point


def _time_left_s(phase: Phase | None, now_ns: int) -> int | None:
    """Whole seconds until the phase ends, never negative; None for a phase without an end that is worth counting down to."""
    if phase is None or phase.ends_ns is None:
        return None
    left_s = max(0, -((now_ns - phase.ends_ns) // NS_PER_S))
    return left_s if left_s < MOST_LEFT_S else None


def _belt_kmh(belt: Belt | None) -> float | None:
    """To one decimal, as treadmills show it."""
    speed_mps = finite(belt.speed_mps) if belt is not None else None
    return None if speed_mps is None else round(KMH_PER_MPS * speed_mps, 1)


def _hint(phase: Phase | None) -> str:
    if phase is None:
        return ""
    return sentences.CUED_DRILL if phase.cueing else sentences.HINTS.get(phase.name, "")


def _withheld(phase: Phase | None) -> str:
    """Why a clock stands in the number's place; "" when the number does. Who stands still has none yet."""
    if phase is None or not (phase.hide_value or (phase.name == "stand" and phase.ends_ns is not None)):
        return ""
    return sentences.WITHHELD.get(phase.name, sentences.OTHER_WITHHELD)


def _who(phase: Phase | None) -> str:
    if phase is None or not phase.runner:
        return ""
    return phase.runner if phase.session_number is None else f"{phase.runner}, session {phase.session_number}"


def _notice(phase: Phase | None) -> tuple[Note, ...]:
    return (Note(phase.notice, fault=True),) if phase is not None and phase.notice else ()
