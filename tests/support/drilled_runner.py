"""A runner of sticks goes through a whole session: the real engine measures, the real coach leads, the real recorder writes.

What the runner truly does is known stride by stride, so every figure of a report has a true value to compare with.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from capture.synthetic.kinematics import Runner
from config.sections.coaching import CoachSettings, FadingSettings, TargetSettings
from config.sections.cue_rule import CueRule
from config.sections.session import SessionSettings
from config.settings import Settings
from feedback.coach.engine import Coach
from sessions.recorder.runner_sessions import RunnerSessions
from sessions.recorder.session_writer import SessionWriter
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import NS_PER_S, s_to_ns
from wire.messages import Stamps

FPS = 30.0
STRIDE_SD_DEG = 0.82
"""Natural scatter from stride to stride (28 treadmill runners, docs/measures.md)."""
_PUSH = CueRule(
    name="push",
    when="hip_extension below band",
    strides=3,
    mean_strides=3,
    every_s=5.0,
    text="Push the belt behind you",
    sound="push",
)


@dataclass(frozen=True)
class Drill:
    """How long the phases last, and what the runner does in them."""

    baseline_deg: float = 15.0
    gained_deg: float = 3.0
    """More in the drill than before, from the first cue on."""
    kept_deg: float = 2.0
    """More in the retention than before the drill."""
    warm_up_s: float = 4.0
    baseline_s: float = 14.0
    drill_s: float = 20.0
    retention_s: float = 14.0
    seed: int = 1
    cue_lasts_s: float | None = None
    """After a cue, the gain dwindles to nothing within this time; None: it stays."""

    @property
    def settings(self) -> Settings:
        """With these phases, and a cue."""
        return Settings(
            target=TargetSettings(mode="baseline"),
            session=SessionSettings(
                stand_s=0.0,
                warm_up_s=self.warm_up_s,
                baseline_s=self.baseline_s,
                drill_s=self.drill_s,
                retention_s=self.retention_s,
            ),
            coach=CoachSettings(spoken_every_s=0),
            fading=FadingSettings(cues_off_s=0, cues_off_growth_s=0),
            cue=(_PUSH,),
        )


def record_drill(folder: Path, header: dict[str, Any], drill: Drill) -> dict[str, list[float]]:
    """Run the session and record it into `folder`. Returns the near leg's true peaks by the phase they fell in, degrees."""
    who = {"runner": header["runner"], "session_number": header["session_number"] or 1}
    own = drill.settings
    coach = Coach(own.model_copy(update={"session": own.session.model_copy(update=who)}), lambda: 0.0)
    engine = GaitEngine()
    recorder = RunnerSessions(SessionWriter(folder, header), lambda: SessionWriter(folder / "next", header))
    session = recorder.session
    assert session is not None
    sticks = StickRunner(extension_deg=drill.baseline_deg)
    noise_deg = np.random.default_rng(drill.seed).normal(0.0, STRIDE_SD_DEG, 400)
    more_deg = {"drill": drill.gained_deg, "retention": drill.kept_deg}
    decided: dict[int, float] = {}
    cued_s: float | None = None
    t_s = 0.0

    def gain() -> float:
        """The share of the gain that is there now."""
        if cued_s is None or coach.phase.name != "drill" or drill.cue_lasts_s is None:
            return float(cued_s is not None)
        return max(0.0, 1 - (t_s - cued_s) / drill.cue_lasts_s)

    def extension_deg(stride: int) -> float:
        # Decided when the stride begins, by the phase the runner is then in.
        if stride not in decided:
            more = more_deg.get(coach.phase.name, 0.0) * gain()
            decided[stride] = drill.baseline_deg + more + float(noise_deg[stride])
        return decided[stride]

    runner = Runner(sticks.runner.parameters, extension_deg)
    true_deg: dict[str, list[float]] = {}
    index, peaks_done_s = 0, 0.0
    while coach.phase.name != "summary" and index < 10_000:
        t_s = index / FPS
        now_ns = s_to_ns(t_s) + 1
        facts = FrameFacts(1, index + 1, index, WIDTH_PX, HEIGHT_PX, Stamps(capture_ns=now_ns))
        sample, strides = engine.measure(facts, sticks.landmarks(runner.pose(t_s)))
        coach.handle_sample(sample, now_ns)
        recorder.take(sample, now_ns)
        for stride in strides:
            cue = coach.handle_stride(stride, now_ns)
            recorder.take(stride, now_ns)
            if cue is not None:
                cued_s = t_s
                recorder.take(cue, now_ns)
        coach.tick(now_ns)
        recorder.phase(coach.phase, now_ns)
        for _, peak_deg in runner.near_peaks(peaks_done_s, t_s):
            true_deg.setdefault(coach.phase.name, []).append(peak_deg)
        peaks_done_s = t_s
        index += 1
    session.update({"length_s": round(index / FPS, 1)})
    session.close()
    assert now_ns / NS_PER_S < 200
    return true_deg
