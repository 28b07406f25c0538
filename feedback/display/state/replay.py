"""The replay: the last seconds again, in slow motion, with the lines and the near thigh's curve. Pure; time is an argument.

A replay plays, once, the pictures kept when it began; numbers, cues and messages stay live beside it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from feedback.display.state.mirror_lines import LineTracker, scaled
from feedback.display.state.view import Curve, ReplayView
from wire.clock import s_to_ns
from wire.faults import NoticeCode
from wire.frames.frame import Frame
from wire.frames.recent_pictures import KeptPicture, RecentPictures
from wire.messages import Band, Phase, Sample

ReplayMode = Literal["off", "key", "between_blocks"]
SPAN_S = 8.0
SLOWNESS = 4
"""Seconds of replay for one second of running."""
LAST_HELD_NS = s_to_ns(0.5)
"""How long the last picture stays before the mirror returns."""
LEAST_PICTURES = 2
CURVE_GAP_NS = s_to_ns(0.25)
"""A longer time without an angle leaves a gap in the curve."""
NEW_BASELINE = (NoticeCode.NEW_PACE, NoticeCode.NEW_ZERO)
"""Cues also stop while a new baseline is measured, but that does not end a block."""


class Replay:
    """Kept pictures, and which of them is shown at which moment. `pictures`: at least one, by increasing times."""

    def __init__(self, pictures: Sequence[KeptPicture], begun_ns: int) -> None:
        self.pictures = tuple(pictures)
        self._begun_ns = begun_ns
        self._times_ns = [picture.capture_ns - self.pictures[0].capture_ns for picture in self.pictures]

    @property
    def length_ns(self) -> int:
        """How long it plays."""
        return SLOWNESS * self._times_ns[-1] + LAST_HELD_NS

    def index_at(self, now_ns: int) -> int | None:
        """Which picture is shown; None when it is over."""
        played_ns = max(0, now_ns - self._begun_ns)
        if played_ns >= self.length_ns:
            return None
        return bisect_right(self._times_ns, played_ns // SLOWNESS) - 1

    def place(self, index: int) -> float:
        """Where a picture stands in time, from 0 (the first) to 1 (the last)."""
        return self._times_ns[index] / self._times_ns[-1] if self._times_ns[-1] else 1.0

    def curve(self, zero_behind_deg: float) -> Curve:
        """The near thigh's angle behind its zero, in pieces between gaps: points of (place, degrees)."""
        pieces: list[list[tuple[float, float]]] = []
        last_ns: int | None = None
        for index, picture in enumerate(self.pictures):
            if picture.thigh_deg is None or not abs(picture.thigh_deg) <= 180:
                continue
            time_ns = self._times_ns[index]
            if last_ns is None or time_ns - last_ns > CURVE_GAP_NS:
                pieces.append([])
            pieces[-1].append((self.place(index), -picture.thigh_deg - zero_behind_deg))
            last_ns = time_ns
        return tuple(tuple(piece) for piece in pieces)


class Replayer:
    """Keeps the last seconds, and plays them when asked to, or between the blocks of a drill."""

    def __init__(self) -> None:
        self.mode: ReplayMode = "key"
        self._recent = RecentPictures(SPAN_S)
        self._offered: tuple[Frame, Sample] | None = None
        self._phase: Phase | None = None
        self._replay: Replay | None = None
        self._between_blocks = False
        """Whether the present replay was not asked for; it ends with the pause between two blocks."""
        self._curve: tuple[float, Curve] | None = None

    @property
    def is_on(self) -> bool:
        """Whether a replay is shown."""
        return self._replay is not None

    @property
    def refusal(self) -> str:
        """Why there is none to show now, as a sentence; "": there is."""
        if self.mode == "off":
            return 'Replay is off: set display.replay to "key" or "between_blocks".'
        if self._phase is not None and self._phase.hide_value:
            return "There is no replay while the number is hidden."
        if len(self._recent.pictures()) < LEAST_PICTURES:
            return "There is nothing to replay yet. It shows the last seconds of running."
        return ""

    def set_mode(self, mode: ReplayMode) -> None:
        """Apply a changed setting."""
        self.mode = mode
        if mode == "off":
            self._recent.forget()
            self.end()

    def offer(self, pair: tuple[Frame, Sample] | None) -> None:
        """The newest frame with its own sample; a repeated pair is ignored."""
        if pair is not None and pair is not self._offered and self.mode != "off":
            self._recent.offer(*pair)
        self._offered = pair

    def keep(self) -> bool:
        """Compress the waiting picture; call it when there is time. Returns whether there was one."""
        return self._recent.keep()

    def handle_phase(self, phase: Phase, now_ns: int) -> None:
        """Handle a phase: it may end a replay, or be the pause between two blocks."""
        before, self._phase = self._phase, phase
        pause_is_over = self._between_blocks and (phase.cueing or phase.name != "drill")
        if self._recent.handle_phase(phase) or phase.hide_value or pause_is_over:
            self.end()
        elif self.mode == "between_blocks" and not self.is_on and before is not None and _is_block_end(before, phase):
            self.begin(now_ns)
            self._between_blocks = self.is_on

    def begin(self, now_ns: int) -> None:
        """Play what is kept, unless there is a refusal."""
        if not self.refusal:
            self._replay, self._between_blocks, self._curve = Replay(self._recent.pictures(), now_ns), False, None

    def end(self) -> None:
        """Return to the mirror."""
        self._replay, self._between_blocks, self._curve = None, False, None

    def view(self, now_ns: int, lines: LineTracker, target: Band | None) -> ReplayView | None:
        """What the replay shows now; None: there is none. `target`: the band of hip extension."""
        self._recent.forget_old(now_ns)
        index = None if self._replay is None else self._replay.index_at(now_ns)
        if self._replay is None or index is None:
            self.end()
            return None
        picture = self._replay.pictures[index]
        zero_deg = lines.zero_behind_deg
        if self._curve is None or self._curve[0] != zero_deg:
            self._curve = zero_deg, self._replay.curve(zero_deg)
        return ReplayView(
            picture=picture,
            lines=scaled(lines.lines(picture.sample, target), picture.scale),
            curve=self._curve[1],
            cursor=self._replay.place(index),
            band=target,
        )


def _is_block_end(before: Phase, phase: Phase) -> bool:
    """Whether a block with cues has just ended and one without them begun."""
    paused = before.paused or phase.paused
    measures_anew = phase.notice is not None and phase.notice.code in NEW_BASELINE
    same_drill = before.name == phase.name == "drill"
    return same_drill and before.cueing and not phase.cueing and not paused and not measures_anew
