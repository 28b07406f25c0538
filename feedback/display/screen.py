"""The screen's memory: takes messages, gives views. Time is an argument; nothing here reads a clock."""

import math
import statistics
from collections import deque

from config.schema import Settings
from feedback.display import sentences
from feedback.display.geometry import wedge
from feedback.display.pairing import Pairing
from feedback.display.status import Status
from feedback.display.view import (
    STRIP_STRIDES,
    Bar,
    Board,
    Lines,
    Picture,
    Verdict,
    View,
    finite,
    judged,
    measure_of,
)
from wire.clock import NS_PER_S, s_to_ns
from wire.frames import Frame
from wire.messages import Band, Cue, Facing, Health, Phase, Point, Sample, Stride

CUE_SHOWN_S = 4.0
VALUE_KEPT_S = 4.0
"""The big number goes when no stride has followed for this long: three strides of a slow runner."""
SIDE_STRIDES = 5
LEAST_SIDE_STRIDES = 3
MOST_SIDE_ERROR_DEG = 3.0
"""Near and far are shown only while the standard error of their difference is below this (docs/measures.md)."""
REACH_OF_THIGH = 1.8
"""The wedge reaches well past the knee: where the thigh line would hide it, it is still seen beyond."""
REACH_GAIN = 0.05
"""The wedge's size follows the thigh's length slowly: it must not breathe with every step."""
FARTHEST_PX = 20_000.0
SIDES: dict[Facing | None, tuple[str, str]] = {
    "right": ("Right", "Left"),
    "left": ("Left", "Right"),
    None: ("Near", "Far"),
}
"""Near and far in the runner's own words: who faces right in the picture shows the camera the right side."""

ScreenMessage = Frame | Sample | Stride | Cue | Phase | Health


class Screen:
    """What has been heard so far, and what is to be seen of it now.

    >>> screen = Screen(Settings())
    >>> screen.view(now_ns=0).board.message
    'Starting'
    """

    def __init__(self, settings: Settings) -> None:
        self._min_quality = settings.analysis.min_quality
        self._roll_deg = settings.analysis.camera_roll_deg
        self._pairing = Pairing(settings.display.max_lines_age_ms)
        self._status = Status()
        self._near: deque[Stride] = deque(maxlen=STRIP_STRIDES)
        self._far: deque[Stride] = deque(maxlen=SIDE_STRIDES)
        self._near_at_ns = 0
        self._phase: Phase | None = None
        self._cue: Cue | None = None
        self._cue_at_ns = 0
        self._facing: Facing | None = None
        self._sample_cadence_spm: float | None = None
        self._reach_px = 0.0
        self._picture: Picture | None = None

    def take(self, message: ScreenMessage, now_ns: int) -> None:
        """Remember a message that came at `now_ns`. Any order, any content that the wire lets through."""
        if isinstance(message, Frame):
            self._pairing.add_frame(message)
            self._status.frame_came(now_ns)
        elif isinstance(message, Sample):
            self._take_sample(message, now_ns)
        elif isinstance(message, Stride):
            if message.leg == "near":
                self._near.append(message)
                self._near_at_ns = now_ns
            else:
                self._far.append(message)
        elif isinstance(message, Cue):
            self._cue, self._cue_at_ns = message, now_ns
        elif isinstance(message, Phase):
            self._phase = message
        else:
            self._status.health_came(message)

    def view(self, now_ns: int) -> View:
        """Everything to be seen at `now_ns`."""
        return View(self._shown_picture(), self._board(now_ns))

    def judge(self, stride: Stride) -> Verdict:
        """A near stride against the present band; strides of the far leg have no target and stay "open"."""
        value = measure_of(stride, self.measure)
        if value is None:
            return "unsure"
        return judged(value, stride.quality, self._min_quality, self.band if stride.leg == "near" else None)

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

    def _take_sample(self, sample: Sample, now_ns: int) -> None:
        self._pairing.add_sample(sample)
        self._status.sample_came(sample.state, now_ns)
        self._facing = sample.facing or self._facing
        self._sample_cadence_spm = finite(sample.cadence_spm)
        hip, knee = _point(sample.near.hip_px), _point(sample.near.knee_px)
        if hip is not None and knee is not None:
            reach_px = REACH_OF_THIGH * math.dist(hip, knee)
            self._reach_px += (REACH_GAIN if self._reach_px else 1.0) * (reach_px - self._reach_px)

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
        hip = _point(near.hip_px)
        outline: tuple[Point, ...] = ()
        band = self.band
        behind_zero_deg = self._behind_zero_deg()
        if hip is not None and band is not None and self._facing is not None and behind_zero_deg is not None:
            edges_deg = (band.low_deg + behind_zero_deg, band.high_deg + behind_zero_deg)
            outline = wedge(hip, self._reach_px, edges_deg, self._facing, self._roll_deg)
        return Lines(hip, _point(near.knee_px), _point(near.ankle_px), _point(sample.shoulder_px), outline)

    def _behind_zero_deg(self) -> float | None:
        """How far behind the vertical the thigh hangs at zero hip extension, as the last near stride had it."""
        if self.measure != "hip_extension" or not self._near:
            return None
        return finite(-self._near[-1].thigh_min_deg - self._near[-1].hip_extension_deg)

    def _board(self, now_ns: int) -> Board:
        phase, band = self._phase, self.band
        last = self._near[-1] if self._near and now_ns - self._near_at_ns <= s_to_ns(VALUE_KEPT_S) else None
        value = measure_of(last, self.measure) if last is not None else None
        near_mean, far_mean = self._sides()
        near_label, far_label = SIDES[self._facing]
        status = self._status.at(now_ns, phase)
        cue_is_on = self._cue is not None and now_ns - self._cue_at_ns <= s_to_ns(CUE_SHOWN_S)
        return Board(
            title=sentences.measure_title(self.measure),
            unit="" if self.measure == "cadence" else "°",
            value=value,
            verdict=self.judge(last) if last is not None and value is not None else "open",
            band=band,
            bars=self._bars(),
            cadence_spm=self._cadence_spm(last),
            near_label=near_label,
            far_label=far_label,
            near_mean=near_mean,
            far_mean=far_mean,
            phase=sentences.phase_title(phase.name) if phase is not None else "",
            time_left_s=_time_left_s(phase, now_ns),
            hint=sentences.HINTS.get(phase.name, "") if phase is not None and band is None else "",
            message=status.message,
            cue=self._cue.text if self._cue is not None and cue_is_on else "",
            camera_lost=status.message == sentences.CAMERA_LOST,
            notes=status.notes + ((sentences.NOT_CALIBRATED,) if last is not None and last.standing_thigh_deg is None else ()),
        )

    def _bars(self) -> tuple[Bar, ...]:
        values = ((measure_of(stride, self.measure), stride) for stride in self._near)
        return tuple(Bar(value, self.judge(stride)) for value, stride in values if value is not None)

    def _cadence_spm(self, last: Stride | None) -> int | None:
        """Of the last stride, so that it changes once a stride; before the first one, of the last sample."""
        cadence_spm = finite(last.cadence_spm) if last is not None else self._sample_cadence_spm
        return None if cadence_spm is None else round(cadence_spm)

    def _sides(self) -> tuple[float | None, float | None]:
        near, far = (
            [
                value
                for stride in list(leg)[-SIDE_STRIDES:]
                if stride.quality >= self._min_quality and (value := measure_of(stride, self.measure)) is not None
            ]
            for leg in (self._near, self._far)
        )
        if min(len(near), len(far)) < LEAST_SIDE_STRIDES:
            return None, None
        error = math.sqrt(statistics.variance(near) / len(near) + statistics.variance(far) / len(far))
        if error >= MOST_SIDE_ERROR_DEG:
            return None, None
        return statistics.fmean(near), statistics.fmean(far)


def _point(point: Point | None) -> Point | None:
    """A point that can be drawn: finite and not absurdly far outside of the picture."""
    if point is None or not all(math.isfinite(part) and abs(part) <= FARTHEST_PX for part in point):
        return None
    return point


def _time_left_s(phase: Phase | None, now_ns: int) -> int | None:
    """Whole seconds until the phase ends, never negative; None for a phase without an end."""
    if phase is None or phase.ends_ns is None:
        return None
    return max(0, -((now_ns - phase.ends_ns) // NS_PER_S))
