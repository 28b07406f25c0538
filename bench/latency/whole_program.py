"""The whole program as real processes, watched from outside: stages, frames, processor time, memory, effects of a stall."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.latency.stage_times import of_samples, of_sounds, percentiles
from tests.support.program import ROOT, Running, run_folder
from wire.clock import NS_PER_S, monotonic_ns, s_to_ns
from wire.health.stages import STRIDE_TO_SOUND, measured
from wire.messages import CameraName, Cue, Health, Latency, Played, Sample, Stride
from wire.sockets import Wire, wait
from wire.topics import CUE, HEALTH, PLAYED, SAMPLE_LOG, STRIDE

OTHERS = "fork server"
SETTLE_S = 3.0
"""From the first sample to the beginning of what is counted."""
PATIENCE_S = 120.0
CONFIG = """\
# A cue as often as the coach lets, every two seconds: what a cue takes is measured, not when one is due.
[target]
mode = "absolute"
absolute_deg = 18.0

[session]
stand_s = 0.0
warm_up_s = 0.0
baseline_s = 0.0
drill_s = 3600.0

[coach]
spoken_every_s = 0.0

[fading]
cues_off_s = 0.0
cues_off_growth_s = 0.0

[[cue]]
name = "every"
when = "hip_extension above -60"
strides = 1
mean_strides = 1
text = "Push"
sound = "push"
every_s = 0.0
"""


@dataclass
class Heard:
    """The messages received, with their times of arrival."""

    samples: list[tuple[int, Sample]] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    health: dict[str, Health] = field(default_factory=dict)
    strides: list[Stride] = field(default_factory=list)


@dataclass(frozen=True)
class Use:
    """Of one process: share of one core, and part of the memory (proportional set size: shared pages are shared out)."""

    cpu_pct: float
    memory_mb: float


@dataclass(frozen=True)
class Result:
    """One run."""

    stages: dict[str, Latency]
    """Stages from times in messages exclude the beginning; those that processes report include it."""
    strides_to_sounds_ms: list[float]
    """Delay of every sound."""
    analysed_share: float
    """Share of captured frames that were analysed, excluding start and end."""
    other_analysed_share: float | None
    """The same for the camera on the other side; None: there is none."""
    first_sample_s: float
    use: dict[str, Use]
    heard: Heard

    @property
    def memory_mb(self) -> float:
        """Memory of all processes."""
        return sum(use.memory_mb for use in self.use.values())


class Program:
    """`hipcue run`, started and listened to. Use as a context; ends with it."""

    def __init__(
        self,
        source: str,
        folder: Path,
        environment: Mapping[str, str],
        *options: str,
        tree: Path = ROOT,
        both_sides: bool = False,
        more: str = "",
    ) -> None:
        """`more`: settings after those of `CONFIG`."""
        config = folder / "latency.toml"
        config.write_text(CONFIG + more)
        surroundings = dict(environment)
        surroundings.pop("XDG_RUNTIME_DIR", None)
        self._began_ns = monotonic_ns()
        sessions = folder / "sessions"
        self._running = Running(
            *("run", "--source", source, "--loop", "--config", str(config), "--session-dir", str(sessions), *options),
            environment=surroundings,
            as_shipped=True,
            tree=tree,
        )
        self.heard = Heard()
        self._wire = Wire(run_folder(self._running.runtime), "bench", both_sides=both_sides)
        self._samples = self._wire.every(SAMPLE_LOG, Sample)
        self._strides = self._wire.every(STRIDE, Stride)
        self._cues = self._wire.every(CUE, Cue)
        self._played = self._wire.every(PLAYED, Played)
        self._health = self._wire.newest(HEALTH, Health)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()
        self._running.signal(signal.SIGTERM)
        ended = self._running.wait()
        if ended.exit_code:
            raise RuntimeError(f"the program ended with {ended.exit_code}: {ended.err}")

    def listen(self, seconds: float) -> None:
        """Collect messages for this long."""
        until_ns = monotonic_ns() + s_to_ns(seconds)
        while monotonic_ns() < until_ns:
            wait(20, self._samples, self._strides, self._cues, self._played, self._health)
            now_ns = monotonic_ns()
            self.heard.samples += [(now_ns, sample) for sample in self._samples.take_all()]
            self.heard.strides += self._strides.take_all()
            self.heard.cues += self._cues.take_all()
            self.heard.played += self._played.take_all()
            while (health := self._health.take()) is not None:
                self.heard.health[health.process] = health

    def until_sample(self, camera: CameraName) -> None:
        """Wait for a camera's first sample. Raises TimeoutError."""
        until_ns = monotonic_ns() + s_to_ns(PATIENCE_S)
        while not any(sample.camera == camera for _, sample in self.heard.samples):
            if monotonic_ns() > until_ns:
                raise TimeoutError(f"no sample came from the camera {camera}")
            self.listen(0.05)

    def first_sample(self) -> float:
        """Wait for the first sample; seconds from the start of the command to it."""
        self.until_sample("main")
        return (self.heard.samples[0][1].stamps.published_ns - self._began_ns) / NS_PER_S

    def measure(self, seconds: float) -> Result:
        """Run for this long after `SETTLE_S`, and return the result."""
        first_sample_s = self.first_sample()
        self.listen(SETTLE_S)
        seen, cued, played = len(self.heard.samples), len(self.heard.cues), len(self.heard.played)
        cpu_before, then_s = self.cpu_s(), time.monotonic()
        self.listen(seconds)
        after, cpu_after, took_s = self.heard.health, self.cpu_s(), time.monotonic() - then_s
        all_samples = [sample for _, sample in self.heard.samples[seen:]]
        samples, others = ([one for one in all_samples if one.camera == camera] for camera in ("main", "other_side"))
        sounds = of_sounds(self.heard.cues[cued:], self.heard.played[played:])
        exact = {stage: percentiles(durations_ms) for stage, durations_ms in {**of_samples(samples), **sounds}.items()}
        memory_mb = self.memory_mb()
        return Result(
            stages={**{stage.name: latency for stage, latency in measured(after, recent=False)}, **exact},
            strides_to_sounds_ms=sounds.get(STRIDE_TO_SOUND, []),
            analysed_share=_analysed_share(samples),
            other_analysed_share=_analysed_share(others) if others else None,
            first_sample_s=first_sample_s,
            use={
                name: Use(100 * (cpu_after[name] - cpu_before[name]) / took_s, memory_mb[name])
                for name in memory_mb
                if name in cpu_before
            },
            heard=self.heard,
        )

    def memory_mb(self) -> dict[str, float]:
        """Memory of each process."""
        return self._of_each(process_memory_mb)

    def pids(self) -> dict[str, int]:
        """The program's processes."""
        return {
            "supervisor": self._running.process.pid,
            **{name: health.pid for name, health in self.heard.health.items() if name != "supervisor"},
        }

    def stall(self, process: str, seconds: float, afterwards_s: float) -> tuple[int, int]:
        """Stop a process, continue it, and keep listening. Returns when it was stopped and continued, ns."""
        pid = self.pids()[process]
        stopped_ns = monotonic_ns()
        os.kill(pid, signal.SIGSTOP)
        try:
            self.listen(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)
        woken_ns = monotonic_ns()
        self.listen(afterwards_s)
        return stopped_ns, woken_ns

    def cpu_s(self) -> dict[str, float]:
        """Processor time of each process so far, seconds."""
        return self._of_each(_cpu_s)

    def _of_each(self, measure: Callable[[int], float]) -> dict[str, float]:
        """A value for each process; those without health reports, such as the fork server, are combined at the end."""
        named = self.pids()
        others = set(self._running.members()) - set(named.values())
        return {**{name: measure(pid) for name, pid in named.items()}, OTHERS: sum(map(measure, others))}


def _analysed_share(samples: Sequence[Sample]) -> float:
    # The source's own count continues where a frame was dropped.
    return len(samples) / (samples[-1].frame_index - samples[0].frame_index + 1)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def process_memory_mb(pid: int) -> float:
    """A process's part of the memory."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} does not tell its memory")
