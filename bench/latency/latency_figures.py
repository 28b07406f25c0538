"""Turns measured runs into tables: the limits, the stages, each process's resources, and the plain loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from analysis.gait.prediction import LEAD_S
from bench.latency import latency_frames, targets
from bench.latency.stall import MAX_AGE_MS, STALL_S, Stall
from bench.latency.whole_program import SETTLE_S, Heard, Result
from bench.report import Figure, Table, at_most, reported, verdicts
from wire.clock import NS_PER_MS, NS_PER_S
from wire.health import stages

FILE_30, FILE_60, DRAWN_30 = "file, 30 fps, screen", "file, 60 fps, no screen", "drawn live, 30 fps, screen"
REFRESH_MS = 1000.0 / 60.0
_FROM_S = 6.0


@dataclass(frozen=True)
class Alone:
    """The output of a process of bench.latency.naive."""

    captured: int
    done: int
    p50: float
    p95: float
    p99: float
    cpu_pct: float
    memory_mb: float


@dataclass(frozen=True)
class Live:
    """Results with a runner before a webcam, then with nobody."""

    rate_hz: float
    """Pictures analysed a second."""
    spacing_ms: float
    """SD of the intervals between them."""
    cores_at_rest: float | None
    """Of all processes while nobody is in view; None: not measured."""


@dataclass
class Measured:
    """Everything of one section."""

    backends: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Milliseconds a frame of mediapipe and of openvino, and the median of their ratio frame by frame."""
    pose: dict[int, Alone] = field(default_factory=dict)
    loop: dict[int, list[Alone]] = field(default_factory=dict)
    """By frames a second; after each run of the program one of the loop."""
    runs: dict[str, list[Result]] = field(default_factory=dict)
    live: Live | None = None
    stalls: list[Stall] = field(default_factory=list)


def p50(runs: Sequence[Result], stage: str) -> float:
    """Median over the runs of a stage's median, ms."""
    return median(run.stages[stage].p50_ms for run in runs)


def p99(runs: Sequence[Result], stage: str) -> float:
    """Median over the runs of a stage's 99th percentile, ms."""
    return median(run.stages[stage].p99_ms for run in runs)


def prediction_errors_ms(heard: Heard) -> list[float]:
    """Predicted minus true peak of the drawn runner, for each peak the last prediction `LEAD_S` before it."""
    _, first = heard.samples[0]
    runner = latency_frames.runner()
    rate = _rate(heard)
    start_ns = first.stamps.capture_ns - round(first.frame_index * NS_PER_S / rate)
    end_s = (heard.samples[-1][1].stamps.capture_ns - start_ns) / NS_PER_S
    errors_ms = []
    for peak_s, _ in runner.near_peaks(_FROM_S, end_s):
        peak_ns = start_ns + round(peak_s * NS_PER_S)
        told = [
            s.next_peak_ns for _, s in heard.samples if 0 <= peak_ns - LEAD_S * NS_PER_S - s.stamps.capture_ns < 0.1 * NS_PER_S
        ]
        if told and told[-1] is not None:
            errors_ms.append((told[-1] - peak_ns) / NS_PER_MS)
    return errors_ms


def _rate(heard: Heard) -> float:
    gaps_ns = [
        (b.stamps.capture_ns - a.stamps.capture_ns) / (b.frame_index - a.frame_index)
        for (_, a), (_, b) in zip(heard.samples, heard.samples[1:], strict=False)
        if b.frame_index > a.frame_index
    ]
    return round(NS_PER_S / median(gaps_ns))


def reached(measured: Measured) -> dict[str, float]:
    """The figures that have a target, by name."""
    every = [run for runs in measured.runs.values() for run in runs]
    sounds_ms = [duration_ms for run in every for duration_ms in run.strides_to_sounds_ms]
    found = {
        targets.MODEL: measured.backends[2],
        targets.SHARE_60: median(run.analysed_share for run in measured.runs[FILE_60]),
        targets.START: median(run.first_sample_s for run in every),
        targets.MEMORY: max(run.memory_mb for run in every),
    }
    for fps, name in ((30, FILE_30), (60, FILE_60)):
        runs = measured.runs[name]
        found[targets.AROUND_P50[fps]] = p50(runs, stages.AROUND_POSE)
        found[targets.AROUND_P99[fps]] = p99(runs, stages.AROUND_POSE)
        whole = [run.stages[stages.CAPTURED_TO_SAMPLE] for run in runs]
        pairs = list(zip(whole, measured.loop[fps], strict=True))
        found[targets.LOOP_P50[fps]] = median(ours.p50_ms / theirs.p50 for ours, theirs in pairs)
        found[targets.LOOP_P99[fps]] = median(ours.p99_ms / theirs.p99 for ours, theirs in pairs)
    if sounds_ms:
        found[targets.SOUND] = median(sounds_ms)
    if measured.live is not None:
        found |= {targets.RATE_60: measured.live.rate_hz, targets.SPACING_60: measured.live.spacing_ms}
        if measured.live.cores_at_rest is not None:
            found[targets.EMPTY] = measured.live.cores_at_rest
    return found


def further(measured: Measured) -> Table:
    """Limits in addition to the targets."""
    screen, fast = measured.runs[FILE_30], measured.runs[FILE_60]
    errors_ms = [error for runs in measured.runs.values() for run in runs for error in prediction_errors_ms(run.heard)]
    every = [run for runs in measured.runs.values() for run in runs]
    with_sounds = [run for run in every if stages.AROUND_POSE_AND_BUFFER in run.stages]
    figures: list[Figure] = []
    for name, fps, runs in ((FILE_30, 30, screen), (FILE_60, 60, fast)):
        ratio = p50(runs, stages.CAPTURED_TO_SAMPLE) / measured.pose[fps].p50
        figures.append(at_most(name, "captured to sample against the pose model alone", ratio, 1.25, "x"))
    flip_limit_ms = round(p50(screen, stages.POSE) + REFRESH_MS + 10, 1)
    flip_ms = p50(screen, stages.CAPTURED_TO_FLIP)
    figures += [
        at_most(FILE_30, "age of a picture at its first flip, p50", flip_ms, flip_limit_ms, " ms", 1),
        at_most("prediction", f"SD of {len(errors_ms)} predicted peaks", float(np.std(errors_ms)), 15, " ms", 1),
        at_most("prediction", "bias", float(np.mean(errors_ms)), 5, " ms", 1, signed=True),
    ]
    if with_sounds:
        buffer_ms = p50(with_sounds, stages.AROUND_POSE_AND_BUFFER)
        figures.append(reported("sound", "captured to sound but pose model and buffer, p50", f"{buffer_ms:.1f} ms"))
    figures += stall_figures(measured.stalls)
    return verdicts("Further limits", "Medians over the runs; what falls short is marked so.", figures)


def stall_figures(stalls: Sequence[Stall]) -> list[Figure]:
    """Of each process stopped for `STALL_S`."""
    figures = []
    for stall in stalls:
        test = f"{stall.process} stopped for {STALL_S:g} s"
        acted = stall.old_frames + stall.old_cues + stall.late_sounds
        figures.append(at_most(test, "normal age again after waking", stall.recovery_ms, 100, " ms", 0))
        figures.append(at_most(test, f"frames, strides, cues older than {MAX_AGE_MS:g} ms acted on", acted, 0, "", 0))
    return figures


def stage_table(name: str, runs: Sequence[Result]) -> Table:
    """The stages of one kind of run: medians over the runs."""
    rows = []
    for stage in stages.STAGES:
        seen = [run.stages[stage.name] for run in runs if stage.name in run.stages]
        if seen:
            cells = [median(getattr(one, key) for one in seen) for key in ("p50_ms", "p95_ms", "p99_ms")]
            rows.append((stage.name, stage.what, *(f"{cell:.1f}" for cell in cells), str(sum(one.count for one in seen))))
    text = f"Milliseconds; a run's first {SETTLE_S:g} s count only in the rows of the screen and the sound card's buffer."
    return Table(f"Stages: {name}", text, ("stage", "what it is", "p50", "p95", "p99", "count"), rows)


def use_table(runs: Mapping[str, Sequence[Result]]) -> Table:
    """Processor and memory, process by process."""
    names = list(dict.fromkeys(name for results in runs.values() for run in results for name in run.use))
    rows = []
    for name in names:
        cells = []
        for results in runs.values():
            used = [run.use[name] for run in results if name in run.use]
            cells.append(f"{median(u.cpu_pct for u in used):.0f} %, {median(u.memory_mb for u in used):.0f} MB" if used else "")
        rows.append((name, *cells))
    cells = [f"{median(run.memory_mb for run in results):.0f} MB" for results in runs.values()]
    text = "Share of one core, and memory (proportional set size: pages that several processes share are shared out)."
    return Table("What each process takes", text, ("process", *runs), [*rows, ("together", *cells)])


def naive_table(measured: Measured) -> Table:
    """The plain loop on the same pictures in the same run."""
    rows = []
    for fps, loops in measured.loop.items():
        runs = measured.runs[FILE_30 if fps == 30 else FILE_60]
        ours = [run.stages[stages.CAPTURED_TO_SAMPLE] for run in runs]
        cells = (median(getattr(one, key) for one in ours) for key in ("p50_ms", "p95_ms", "p99_ms"))
        share = median(run.analysed_share for run in runs)
        rows.append((f"{fps} fps", "hipcue", *(f"{cell:.0f} ms" for cell in cells), f"{100 * share:.0f} %"))
        theirs = [median(getattr(one, key) for one in loops) for key in ("p50", "p95", "p99")]
        used = median(one.done / one.captured for one in loops)
        rows.append(("", "the loop", *(f"{cell:.0f} ms" for cell in theirs), f"{100 * used:.0f} %"))
    text = (
        "From capture to the angle. The loop reads a picture, calls mediapipe's solutions pose with its defaults, takes the "
        "angle and draws the landmarks, in one thread; like a webcam's driver, its camera keeps four pictures for it. It has "
        "no strides, no sound and no screen yet."
    )
    return Table("Compared with a plain loop", text, ("camera", "", "p50", "p95", "p99", "frames used"), rows)
