"""The phases of a session, from stepping on to the card at the end. A pure state machine; time is an argument.

idle → stand → warm_up → baseline → drill → retention → summary → idle; who has not run for `step_off_s` comes to the summary.
"""

import math
from dataclasses import dataclass

from config.training import Session
from wire.clock import NS_PER_S, s_to_ns
from wire.messages import PhaseName, Sample

BEFORE_THE_BASELINE = ("idle", "stand", "warm_up")
RUNNING = ("warm_up", "baseline", "drill", "retention")
"""The phases of one who runs."""
LEAST_STAND_S = 1.0
LEAST_SUMMARY_S = LEAST_IDLE_S = 1.0
"""So long these stay in any case, so that everybody hears where one session ends and the next begins."""
PAUSED_AWAY_S = 300.0
"""A session that was paused and left is ended after this long."""
_AFTER: dict[PhaseName, PhaseName] = {
    "warm_up": "baseline",
    "baseline": "drill",
    "drill": "retention",
    "retention": "summary",
    "summary": "idle",
}
_MOST_GAP_NS = NS_PER_S // 2
"""Without samples (a lost camera) nobody is said to be away: a gap counts for no more than this."""


@dataclass(frozen=True)
class Seen:
    """What the camera says of the runner at one moment."""

    at_ns: int
    running: bool = False
    present: bool = True
    still: bool = False
    """Not running, for certain; neither is said of a runner who is partly out of the picture."""
    calibrated: bool = False
    """The zero from quiet standing is known."""

    @classmethod
    def of(cls, sample: Sample) -> "Seen":
        """What a sample says; the words of its state are those of analysis/states.py."""
        absent = sample.state == "no_person"
        return cls(
            at_ns=sample.stamps.capture_ns,
            running=sample.state == "measuring",
            present=not absent,
            still=absent or sample.state == "not_running",
            calibrated=sample.standing_thigh_deg is not None,
        )


class Phases:
    """Where a session stands."""

    def __init__(self, lengths: Session) -> None:
        self.lengths = lengths
        self.name: PhaseName = "idle"
        self.calibrated = False
        self._seen = Seen(0, present=False)
        self._start_ns = -s_to_ns(LEAST_IDLE_S)
        self._clocked = False
        """Whether the clock of the phase runs: in warm-up it waits for the first stride."""
        self._ran_ns = 0
        self._still_ns = 0
        self._absent_ns = 0
        self._paused_at_ns: int | None = None
        self._must_rest = False
        """After a session the next one waits until its runner has stopped."""
        self._warmed_s = 0.0
        """Warm-up already run, before the runner went back to standing."""

    @property
    def paused(self) -> bool:
        """Whether the clock has been stopped."""
        return self._paused_at_ns is not None

    def see(self, seen: Seen) -> None:
        """Take in what the camera says now."""
        passed_ns = max(0, min(seen.at_ns - self._seen.at_ns, _MOST_GAP_NS))
        self._seen = seen
        self.calibrated = seen.calibrated
        self._absent_ns = 0 if seen.present else self._absent_ns + passed_ns
        self._ran_ns += passed_ns if seen.running else 0
        if seen.running:
            self._still_ns = 0
        elif seen.still:
            self._still_ns += passed_ns
        if self._still_ns >= s_to_ns(self.lengths.step_off_s):
            self._must_rest = False

    def advance(self, now_ns: int, baseline_done: bool) -> PhaseName | None:
        """Go on to the next phase if it is time: its name, or None. Call again until it is None."""
        if self.name == "warm_up" and not self._clocked and self._seen.running:
            self._clocked, self._start_ns = True, now_ns
        following = self._following(now_ns, baseline_done)
        if following is not None:
            self._enter(following, now_ns)
        return following

    def pause(self, now_ns: int) -> None:
        """Stop the clock, or let it go on where it stopped."""
        if self._paused_at_ns is None:
            self._paused_at_ns = now_ns
        else:
            self._start_ns += now_ns - self._paused_at_ns
            self._paused_at_ns = None
            self._still_ns = 0

    def calibrate(self, now_ns: int) -> PhaseName:
        """Back to standing (what was run of the warm-up counts); after a session, on to the next. Returns the phase."""
        if self.name == "warm_up":
            self._warmed_s += self.elapsed_s(now_ns) if self._clocked else 0.0
        elif self.name in RUNNING:
            self._warmed_s = math.inf
        self._must_rest = False
        self._paused_at_ns = None
        self._enter("idle" if self.name in ("idle", "summary") else "stand", now_ns)
        return self.name

    def skip_warm_up(self) -> None:
        """The runner of the coming session is warm."""
        self._warmed_s = math.inf

    def finish(self, now_ns: int) -> bool:
        """The program ends: come to the summary. False when there is nothing to sum up."""
        if self.name not in RUNNING or not self._clocked:
            return False
        self._enter("summary", now_ns)
        return True

    @property
    def begun_ns(self) -> int:
        """When the phase began; pauses since have moved it on."""
        return self._start_ns

    def elapsed_s(self, now_ns: int) -> float:
        """Seconds since the phase began, pauses left out."""
        until_ns = now_ns if self._paused_at_ns is None else self._paused_at_ns
        return (until_ns - self._start_ns) / NS_PER_S

    @property
    def ends_ns(self) -> int | None:
        """When the phase will end; None: that is not known, or its clock stands."""
        length_s = self._length_s()
        if length_s is None or not self._clocked or self.paused:
            return None
        return self._start_ns + s_to_ns(length_s)

    def _length_s(self) -> float | None:
        lengths = self.lengths
        return {
            "warm_up": max(0.0, lengths.warm_up_s - self._warmed_s),
            "baseline": lengths.baseline_s,
            "drill": lengths.drill_s,
            "retention": lengths.retention_s,
            "summary": max(LEAST_SUMMARY_S, lengths.summary_s),
        }.get(self.name)

    def _over(self, now_ns: int) -> bool:
        ends_ns = self.ends_ns
        return ends_ns is not None and now_ns >= ends_ns

    def _following(self, now_ns: int, baseline_done: bool) -> PhaseName | None:
        if self.paused:
            return self._ended() if self._still_ns >= s_to_ns(PAUSED_AWAY_S) else None
        if self.name == "idle":
            return self._from_idle(now_ns)
        if self.name == "stand":
            return self._from_stand(now_ns)
        if self._has_left():
            return self._ended()
        unfinished = self.name == "baseline" and not baseline_done
        return _AFTER[self.name] if self._over(now_ns) and not unfinished else None

    def _ended(self) -> PhaseName:
        return "summary" if self.name in RUNNING and self._clocked else "idle"

    def _has_left(self) -> bool:
        """Who has run has left when they no longer run; who has yet to begin, when they are gone."""
        if self.name == "warm_up" and not self._clocked:
            return self._absent_ns >= s_to_ns(self.lengths.step_off_s)
        return self.name in RUNNING and self._still_ns >= s_to_ns(self.lengths.step_off_s)

    def _from_idle(self, now_ns: int) -> PhaseName | None:
        if self._must_rest or self.elapsed_s(now_ns) < LEAST_IDLE_S:
            return None
        if self.lengths.stand_s > 0:
            return "stand" if self._seen.present else None
        return "warm_up" if self._seen.running else None

    def _from_stand(self, now_ns: int) -> PhaseName | None:
        if self._absent_ns >= s_to_ns(self.lengths.step_off_s):
            return "idle"
        stood = self.calibrated and self.elapsed_s(now_ns) >= max(LEAST_STAND_S, self.lengths.stand_s)
        skipped = self._ran_ns >= s_to_ns(self.lengths.stand_skip_s) and self._seen.running
        return "warm_up" if stood or skipped else None

    def _enter(self, name: PhaseName, now_ns: int) -> None:
        if name in ("summary", "idle"):
            self._warmed_s, self._paused_at_ns = 0.0, None
        if name == "summary":
            self._must_rest = self._still_ns < s_to_ns(self.lengths.step_off_s)
        self.name, self._start_ns = name, now_ns
        self._clocked = name not in ("idle", "stand", "warm_up") or (name == "warm_up" and self._seen.running)
        self._ran_ns = self._absent_ns = 0
        if name not in ("summary", "idle"):
            self._still_ns = 0
