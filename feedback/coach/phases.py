"""The phases of a session, from stepping onto the treadmill to the summary. A pure state machine; time is an argument.

idle → stand → warm_up → baseline → drill → retention → summary → idle. A runner who has not run for `step_off_s` seconds has
left, and the session goes to its summary.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from config.sections.session import SessionSettings
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import SampleState
from wire.messages import PhaseName, Sample

BEFORE_BASELINE = ("idle", "stand", "warm_up")
RUNNING = ("warm_up", "baseline", "drill", "retention")
"""The phases in which the runner runs."""
MIN_STAND_S = 1.0
MIN_SUMMARY_S = MIN_IDLE_S = 1.0
"""These phases last at least this long, so that every process sees one session end and the next begin."""
ABANDONED_PAUSE_S = 300.0
"""A paused session whose runner has left ends after this long."""
_AFTER: dict[PhaseName, PhaseName] = {
    "warm_up": "baseline",
    "baseline": "drill",
    "drill": "retention",
    "retention": "summary",
    "summary": "idle",
}
_MAX_GAP_NS = NS_PER_S // 2
"""A gap between samples (a lost camera) is not an absence: it counts for no more than this."""


@dataclass(frozen=True)
class RunnerObservation:
    """What one sample shows about the runner."""

    at_ns: int
    running: bool = False
    present: bool = True
    still: bool = False
    """Certainly not running. A runner who is partly out of the picture is neither running nor still."""
    calibrated: bool = False
    """The zero from standing still is known."""

    @classmethod
    def from_sample(cls, sample: Sample) -> "RunnerObservation":
        """The observation in a sample."""
        absent = sample.state is SampleState.NO_PERSON
        return cls(
            at_ns=sample.stamps.capture_ns,
            running=sample.state is SampleState.MEASURING,
            present=not absent,
            still=absent or sample.state is SampleState.NOT_RUNNING,
            calibrated=sample.standing_thigh_deg is not None,
        )


def seen_by_all(observations: Iterable[RunnerObservation]) -> RunnerObservation:
    """Combine the observations of a lane's cameras; a camera that has shown nothing for a while is left out."""
    newest_ns = max(one.at_ns for one in observations)
    fresh = [one for one in observations if newest_ns - one.at_ns <= _MAX_GAP_NS]
    return RunnerObservation(
        at_ns=newest_ns,
        running=any(one.running for one in fresh),
        present=any(one.present for one in fresh),
        still=all(one.still for one in fresh),
        calibrated=all(one.calibrated for one in fresh if one.present) and any(one.calibrated for one in fresh),
    )


class SessionPhases:
    """The present phase, its clock, and the rules that lead to the next one."""

    def __init__(self, lengths: SessionSettings) -> None:
        self.lengths = lengths
        self.name: PhaseName = "idle"
        self.calibrated = False
        self._observation = RunnerObservation(0, present=False)
        self._start_ns = -s_to_ns(MIN_IDLE_S)
        self._clock_runs = False
        """Whether the phase's clock runs: in the warm-up it waits for the first stride."""
        self._ran_ns = 0
        self._still_ns = 0
        self._absent_ns = 0
        self._paused_at_ns: int | None = None
        self._cut_short = False
        """Whether the phase must end now, or as soon as it can."""
        self._awaits_rest = False
        """After a session, the next one waits until the runner has stopped."""
        self._warm_up_done_s = 0.0
        """Warm-up already completed before the runner went back to standing."""

    @property
    def paused(self) -> bool:
        """Whether the session is paused."""
        return self._paused_at_ns is not None

    def observe(self, observation: RunnerObservation) -> None:
        """Add an observation."""
        elapsed_ns = max(0, min(observation.at_ns - self._observation.at_ns, _MAX_GAP_NS))
        self._observation = observation
        self.calibrated = observation.calibrated
        self._absent_ns = 0 if observation.present else self._absent_ns + elapsed_ns
        self._ran_ns += elapsed_ns if observation.running else 0
        if observation.running:
            self._still_ns = 0
        elif observation.still:
            self._still_ns += elapsed_ns
        if self._still_ns >= s_to_ns(self.lengths.step_off_s):
            self._awaits_rest = False

    def advance(self, now_ns: int, baseline_done: bool) -> PhaseName | None:
        """Enter the next phase if it is time. Returns its name, or None; call again until it is None."""
        if self.name == "warm_up" and not self._clock_runs and self._observation.running:
            self._clock_runs, self._start_ns = True, now_ns
        next_phase = self._next_phase(now_ns, baseline_done)
        if next_phase is not None:
            self._enter(next_phase, now_ns)
        return next_phase

    def pause(self, now_ns: int) -> None:
        """Pause the session, or resume it."""
        if self._paused_at_ns is None:
            self._paused_at_ns = now_ns
        else:
            self._start_ns += now_ns - self._paused_at_ns
            self._paused_at_ns = None
            self._still_ns = 0

    def calibrate(self, now_ns: int) -> PhaseName:
        """Return to standing, keeping the warm-up so far; after a session, start the next. Returns the phase."""
        if self.name == "warm_up":
            self._warm_up_done_s += self.elapsed_s(now_ns) if self._clock_runs else 0.0
        elif self.name in RUNNING:
            self._warm_up_done_s = math.inf
        self._awaits_rest = False
        self._paused_at_ns = None
        self._enter("idle" if self.name in ("idle", "summary") else "stand", now_ns)
        return self.name

    def skip_warm_up(self) -> None:
        """Start the next session without a warm-up."""
        self._warm_up_done_s = math.inf

    def cut_short(self) -> None:
        """End the present phase now; the baseline, as soon as it has enough strides.

        Standing and running phases only: nobody runs in the others, or the summary is on the screen. A pause stays.
        """
        self._cut_short = not self.paused and (self.name in ("stand", "summary") or (self.name in RUNNING and self._clock_runs))

    def finish(self, now_ns: int) -> bool:
        """Enter the summary because the session or the program ends. Returns False if there is nothing to summarize."""
        if self.name not in RUNNING or not self._clock_runs:
            return False
        self._enter("summary", now_ns)
        return True

    @property
    def begun_ns(self) -> int:
        """When the phase began, moved on by the length of its pauses."""
        return self._start_ns

    def elapsed_s(self, now_ns: int) -> float:
        """Seconds since the phase began, without pauses."""
        until_ns = now_ns if self._paused_at_ns is None else self._paused_at_ns
        return (until_ns - self._start_ns) / NS_PER_S

    @property
    def ends_ns(self) -> int | None:
        """When the phase will end; None if that is unknown or its clock does not run."""
        length_s = self._length_s()
        if length_s is None or not self._clock_runs or self.paused:
            return None
        return self._start_ns + s_to_ns(length_s)

    def _length_s(self) -> float | None:
        lengths = self.lengths
        return {
            "warm_up": max(0.0, lengths.warm_up_s - self._warm_up_done_s),
            "baseline": lengths.baseline_s,
            "drill": lengths.drill_s,
            "retention": lengths.retention_s,
            "summary": max(MIN_SUMMARY_S, lengths.summary_s),
        }.get(self.name)

    def _is_over(self, now_ns: int) -> bool:
        ends_ns = self.ends_ns
        return self._cut_short or (ends_ns is not None and now_ns >= ends_ns)

    def _next_phase(self, now_ns: int, baseline_done: bool) -> PhaseName | None:
        if self.paused:
            return self._phase_after_leaving() if self._still_ns >= s_to_ns(ABANDONED_PAUSE_S) else None
        if self.name == "idle":
            return self._from_idle(now_ns)
        if self.name == "stand":
            return self._from_stand(now_ns)
        if self._has_left():
            return self._phase_after_leaving()
        unfinished = self.name == "baseline" and not baseline_done
        return _AFTER[self.name] if self._is_over(now_ns) and not unfinished else None

    def _phase_after_leaving(self) -> PhaseName:
        return "summary" if self.name in RUNNING and self._clock_runs else "idle"

    def _has_left(self) -> bool:
        """A runner who has started has left when no longer running; one who has yet to start, when out of view."""
        if self.name == "warm_up" and not self._clock_runs:
            return self._absent_ns >= s_to_ns(self.lengths.step_off_s)
        return self.name in RUNNING and self._still_ns >= s_to_ns(self.lengths.step_off_s)

    def _from_idle(self, now_ns: int) -> PhaseName | None:
        if self._awaits_rest or self.elapsed_s(now_ns) < MIN_IDLE_S:
            return None
        if self.lengths.stand_s > 0:
            return "stand" if self._observation.present else None
        return "warm_up" if self._observation.running else None

    def _from_stand(self, now_ns: int) -> PhaseName | None:
        if self._absent_ns >= s_to_ns(self.lengths.step_off_s):
            return "idle"
        stood = self.calibrated and self.elapsed_s(now_ns) >= max(MIN_STAND_S, self.lengths.stand_s)
        skipped = self._ran_ns >= s_to_ns(self.lengths.stand_skip_s) and self._observation.running
        return "warm_up" if stood or skipped or self._cut_short else None

    def _enter(self, name: PhaseName, now_ns: int) -> None:
        if name in ("summary", "idle"):
            self._warm_up_done_s, self._paused_at_ns = 0.0, None
        if name == "summary":
            self._awaits_rest = self._still_ns < s_to_ns(self.lengths.step_off_s)
        self.name, self._start_ns, self._cut_short = name, now_ns, False
        self._clock_runs = name not in ("idle", "stand", "warm_up") or (name == "warm_up" and self._observation.running)
        self._ran_ns = self._absent_ns = 0
        if name not in ("summary", "idle"):
            self._still_ns = 0
