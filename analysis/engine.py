"""The measurement engine: landmarks in, samples and strides out.

Pure and causal: it runs live, on a clip and in a test alike.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from msgspec import structs

from analysis.angles import RunnerFrame
from analysis.cadence import Cadence
from analysis.facing import FacingVote
from analysis.framing import FramingWatch
from analysis.gait import UNLOCKED, Gait, GaitUpdate
from analysis.landmarks import Landmarks
from analysis.leg_angles import BodyAngles, LabelledLeg, body_angles
from analysis.quality import frame_quality, stride_quality
from analysis.standing import Standing, StandingWatch
from analysis.states import MEASURING, NO_PERSON, NOT_RUNNING, STARTING
from analysis.strides import Turn
from analysis.triple_extension import read_triple_extension
from wire.clock import NS_PER_S, s_to_ns
from wire.messages import Facing, Leg, LegName, Sample, Stamps, Stride

LOST_S = 0.5
"""A runner not seen for this long is lost; whoever comes next starts anew."""
FORGOTTEN_S = 10.0
"""After this long whoever comes is somebody else: the standing calibration is forgotten too."""
_HISTORY_S = 1.3
_AT_PEAK_S = 0.05


@dataclass(frozen=True)
class FrameFacts:
    """Which frame the landmarks come from."""

    epoch: int
    seq: int
    index: int
    width_px: int
    height_px: int
    stamps: Stamps


@dataclass(frozen=True)
class _Seen:
    """One frame's angles, kept until the strides around it are settled."""

    t_s: float
    body: BodyAngles
    near_label: int | None
    far_label: int | None
    quality: float


class Engine:
    """Follows one runner through a stream of landmarks.

    `facing` may be configured; otherwise it is settled once from what is seen, and anew after the runner was lost.
    """

    def __init__(self, facing: Facing | None = None, camera_roll_deg: float = 0.0) -> None:
        self._configured_facing = facing
        self._roll_deg = camera_roll_deg
        self._numbers: dict[LegName, int] = {"near": 0, "far": 0}
        self._last_seen_s: float | None = None
        self._last_s: float | None = None
        self._facing: Facing | None = None
        self._vote = FacingVote()
        self._early: list[tuple[float, Landmarks]] = []
        self._gait = Gait()
        self._cadence: dict[LegName, Cadence] = {}
        self._history: deque[_Seen] = deque()
        self._settled_index: dict[float, int] = {}
        self._standing: Standing | None = None
        self._standing_watch = StandingWatch()
        self._framing = FramingWatch()
        self._start_over()

    @property
    def facing(self) -> Facing | None:
        """Which way the runner faces, once it is known."""
        return self._facing

    def measure(self, facts: FrameFacts, landmarks: Landmarks | None) -> tuple[Sample, list[Stride]]:
        """Take in one frame: the sample to publish for it, and the strides that it has settled.

        A frame that is not later than the one before is measured as nothing: time runs forward only.
        """
        t_s = facts.stamps.capture_ns / NS_PER_S
        backward = self._last_s is not None and t_s <= self._last_s
        if landmarks is None or backward:
            if not backward:
                self._last_s = t_s
                if self._last_seen_s is None or t_s - self._last_seen_s > LOST_S:
                    self._start_over()
            return self._empty(facts, NO_PERSON), []
        if self._last_seen_s is not None and t_s - self._last_seen_s > LOST_S:
            if t_s - self._last_seen_s > FORGOTTEN_S:
                self._standing = None
            self._start_over()
        self._last_s = self._last_seen_s = t_s
        framing = self._framing.update(t_s, landmarks, facts.width_px, facts.height_px)
        if self._facing is None:
            self._early.append((t_s, landmarks))
            self._facing = self._vote.update(t_s, landmarks)
            if self._facing is None:
                return self._empty(facts, framing or STARTING), []
            self._catch_up()
        self._settled_index[t_s] = facts.index
        update, body = self._follow(t_s, landmarks)
        if framing is not None:
            return self._empty(facts, framing), []
        sample = self._sample(facts, update, body)
        turns: tuple[tuple[LegName, Turn | None], ...] = (("near", update.near_turn), ("far", update.far_turn))
        return sample, [self._stride(leg, turn, facts) for leg, turn in turns if turn is not None]

    def forget_person(self) -> None:
        """From now on the landmarks are somebody else's."""
        self._standing = None
        self._start_over()

    def _start_over(self) -> None:
        self._facing = self._configured_facing
        self._vote = FacingVote()
        self._early = []
        self._gait = Gait()
        self._cadence = {"near": Cadence(), "far": Cadence()}
        self._history = deque()
        self._settled_index = {}
        self._standing_watch = StandingWatch()
        self._framing = FramingWatch()

    def _catch_up(self) -> None:
        """Run the frames seen before the facing was known through the gait filter, so that it need not start from nothing."""
        for t_s, landmarks in self._early[:-1]:
            self._follow(t_s, landmarks)
        self._early = []

    def _follow(self, t_s: float, landmarks: Landmarks) -> tuple[GaitUpdate, BodyAngles]:
        assert self._facing is not None
        body = body_angles(landmarks, RunnerFrame(self._facing, self._roll_deg))
        update = self._gait.update(t_s, body.legs[0].candidate, body.legs[1].candidate)
        visibility = body.legs[update.near_label].points.visibility if update.near_label is not None else 1.0
        quality = frame_quality(update.phase.concentration, visibility, update.near_label is not None)
        self._history.append(_Seen(t_s, body, update.near_label, update.far_label, quality))
        while self._history[0].t_s < t_s - _HISTORY_S:
            self._history.popleft()
        return update, body

    def _sample(self, facts: FrameFacts, update: GaitUpdate, body: BodyAngles) -> Sample:
        if not update.running:
            self._standing = self._standing_watch.update(self._history[-1].t_s, body) or self._standing
            return self._empty(facts, NOT_RUNNING)
        if update.phase.concentration < UNLOCKED:
            return self._empty(facts, STARTING)
        near, far = (
            Leg(thigh_deg=point.tracked_deg) if label is None else body.legs[label].message(point.tracked_deg)
            for label, point in ((update.near_label, update.near), (update.far_label, update.far))
        )
        settled_near, settled_far = self._gait.near.settled(), self._gait.far.settled()
        index = None
        if settled_near is not None:
            index = self._settled_index.get(settled_near[0])
            self._settled_index = {t: i for t, i in self._settled_index.items() if t >= settled_near[0]}
        return structs.replace(
            self._empty(facts, MEASURING),
            near=near,
            far=far,
            shoulder_px=body.shoulder_px,
            trunk_lean_deg=body.trunk_lean_deg,
            cadence_spm=self._cadence["near"].spm,
            quality=self._history[-1].quality,
            settled_frame_index=index,
            near_thigh_settled_deg=None if settled_near is None or index is None else settled_near[1],
            far_thigh_settled_deg=None if settled_far is None or index is None else settled_far[1],
        )

    def _empty(self, facts: FrameFacts, state: str) -> Sample:
        return Sample(
            epoch=facts.epoch,
            frame_seq=facts.seq,
            frame_index=facts.index,
            stamps=facts.stamps,
            width_px=facts.width_px,
            height_px=facts.height_px,
            state=state,
            facing=self._facing,
            near=Leg(),
            far=Leg(),
            shoulder_px=None,
            trunk_lean_deg=None,
            cadence_spm=None,
            quality=0.0,
            standing_thigh_deg=None if self._standing is None else self._standing.thigh_deg,
        )

    def _stride(self, leg: LegName, turn: Turn, facts: FrameFacts) -> Stride:
        peak, swing, standing = turn.peak, turn.swing, self._standing
        around = [seen for seen in self._history if abs(seen.t_s - peak.t_s) <= _AT_PEAK_S]
        legs = [one for _, one in self._own(leg, around)]
        stride_time_s = self._cadence[leg].peak(peak.t_s)
        self._numbers[leg] += 1
        own = self._own(leg, self._history)
        triple = read_triple_extension(
            [seen.t_s for seen, _ in own], [one.knee_deg for _, one in own], [one.ankle_deg for _, one in own], peak.t_s
        )
        zero_deg, trunk_zero_deg, ankle_zero_deg = (
            (0.0, 0.0, 0.0) if standing is None else (standing.thigh_deg, standing.hip_trunk_deg, standing.ankle_deg)
        )
        return Stride(
            number=self._numbers[leg],
            leg=leg,
            t_peak_ns=s_to_ns(peak.t_s),
            t_known_ns=facts.stamps.capture_ns,
            hip_extension_deg=zero_deg - peak.thigh_deg,
            thigh_min_deg=peak.thigh_deg,
            standing_thigh_deg=None if standing is None else standing.thigh_deg,
            stamps=facts.stamps,
            hip_extension_trunk_deg=_median([trunk_zero_deg - one.hip_trunk_deg for one in legs]),
            thigh_excursion_deg=None if swing is None else swing.knee_drive_deg - peak.thigh_deg,
            knee_drive_deg=None if swing is None else swing.knee_drive_deg,
            rebound_ms=None if swing is None else _ms(swing.rebound_s),
            swing_velocity_dps=None if swing is None else swing.velocity_dps,
            knee_deg=_median([one.knee_deg for one in legs]),
            ankle_deg=_median([one.ankle_deg - ankle_zero_deg for one in legs]),
            trunk_lean_deg=_median([seen.body.trunk_lean_deg for seen in around]),
            knee_straightest_ms=_ms(triple.knee_s),
            ankle_peak_ms=_ms(triple.ankle_s),
            triple_spread_ms=_ms(triple.spread_s),
            vertical_oscillation_leg=self._vertical_oscillation(stride_time_s),
            stride_time_s=stride_time_s,
            cadence_spm=self._cadence[leg].spm,
            quality=stride_quality(peak, float(np.mean([seen.quality for seen in around])) if around else 0.0),
        )

    def _own(self, leg: LegName, seen: Iterable[_Seen]) -> list[tuple[_Seen, LabelledLeg]]:
        """The frames in which this leg was seen, and the leg there."""
        labels = [(one, one.near_label if leg == "near" else one.far_label) for one in seen]
        return [(one, one.body.legs[label]) for one, label in labels if label is not None]

    def _vertical_oscillation(self, stride_time_s: float | None) -> float | None:
        """Over the last stride; the 5th and 95th percentile stand for the ends, so that one thrown point does not count."""
        if stride_time_s is None:
            return None
        last = [seen for seen in self._history if seen.t_s >= self._history[-1].t_s - stride_time_s]
        hips_px = [float(sum(leg.points.hip_px[1] for leg in seen.body.legs) / 2) for seen in last]
        legs_px = [leg.points.length_px for seen in last for leg in seen.body.legs]
        low_px, high_px = np.percentile(hips_px, (5, 95))
        return float((high_px - low_px) / np.median(legs_px))


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000.0 * seconds


def _median(values: list[float]) -> float | None:
    return float(np.median(values)) if values else None
