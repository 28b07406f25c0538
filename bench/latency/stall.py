"""Stops each process for two seconds and continues it: how soon is everything normal, and was anything old acted on?"""

from dataclasses import dataclass

import numpy as np

from bench.latency.whole_program import Heard, Program
from config.settings import Settings
from wire.clock import NS_PER_MS, ms_to_ns
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY, RECORDER

STALLED = (CAPTURE, ANALYSIS, COACH, AUDIO, DISPLAY, RECORDER)
STALL_S = 2.0
AFTERWARDS_S = 2.0
LEAST_SLACK_MS = 20.0
"""An age this much above the 99th percentile before the stall is still normal."""
MAX_AGE_MS = Settings().analysis.max_age_ms


@dataclass(frozen=True)
class Stall:
    """The effects of stalling one process."""

    process: str
    recovery_ms: float
    """Time from continuing it to the first sample of normal age after which no older one arrived."""
    old_frames: int
    """Frames measured although older than analysis.max_age_ms on arrival."""
    old_cues: int
    """Cues decided from a stride older than that."""
    late_sounds: int
    """Sounds that started this long after their cue was decided."""


def stalls(program: Program, processes: tuple[str, ...] = STALLED) -> list[Stall]:
    """Stall one after the other. The program must have been running for some seconds."""
    normal_ms = float(np.percentile(_ages_ms(program.heard), 99)) + LEAST_SLACK_MS
    found = []
    for process in processes:
        seen, cues, played = len(program.heard.samples), len(program.heard.cues), len(program.heard.played)
        _, woken_ns = program.stall(process, STALL_S, AFTERWARDS_S)
        heard = program.heard
        after = Heard(heard.samples[seen:], heard.cues[cues:], heard.played[played:], heard.health)
        found.append(_judge(process, after, woken_ns, normal_ms))
    return found


def _judge(process: str, after: Heard, woken_ns: int, normal_ms: float) -> Stall:
    limit_ns = ms_to_ns(MAX_AGE_MS)
    stamps = [sample.stamps for _, sample in after.samples]
    return Stall(
        process=process,
        recovery_ms=_recovery_ms(after, woken_ns, normal_ms),
        old_frames=sum(one.frame_received_ns - one.capture_ns > limit_ns for one in stamps),
        old_cues=sum(cue.stamps is not None and cue.decided_ns - cue.stamps.capture_ns > limit_ns for cue in after.cues),
        late_sounds=sum(played.dac_ns - played.requested_ns > limit_ns for played in after.played),
    )


def _recovery_ms(after: Heard, woken_ns: int, normal_ms: float) -> float:
    woken = [sample.stamps for _, sample in after.samples if sample.stamps.published_ns >= woken_ns]
    normal = [(one.published_ns - one.capture_ns) / NS_PER_MS <= normal_ms for one in woken]
    last_odd = max((at for at, good in enumerate(normal) if not good and _near(woken[at].published_ns, woken_ns)), default=-1)
    if last_odd + 1 >= len(woken):
        return float("inf")
    return (woken[last_odd + 1].published_ns - woken_ns) / NS_PER_MS


def _near(at_ns: int, woken_ns: int) -> bool:
    """Whether an unusual age is due to the stall: later ones are the machine's."""
    return at_ns - woken_ns < ms_to_ns(500)


def _ages_ms(heard: Heard) -> list[float]:
    return [(sample.stamps.published_ns - sample.stamps.capture_ns) / NS_PER_MS for _, sample in heard.samples]
