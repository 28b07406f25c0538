"""Samples of the processes during a soak: memory, open files, delays, restarts; as CSV, chart and growth."""

import csv
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from pathlib import Path
from statistics import median

from tests.support.listener import Listener
from wire.health.stages import CAPTURED_TO_SAMPLE
from wire.topics import ANALYSIS, PROCESSES, SUPERVISOR

SETTLED_S = 15.0
"""A process may still be loading for this long after its start."""
_BARS = "▁▂▃▄▅▆▇█"
_CHART_COLUMNS = 60
_PLOTTED = {
    "memory_mb": "Memory, MB",
    "open_files": "Open files and sockets",
    "restarts": "Restarts",
    "delay_p95_ms": "Age of a picture when its measurement is sent, 95th percentile of the last seconds, ms",
}


@dataclass(frozen=True)
class Sample:
    """One process at one moment of the soak."""

    t_s: float
    process: str
    pid: int
    memory_mb: float
    """Resident, shared libraries included."""
    open_files: int
    restarts: int
    delay_p95_ms: float | None
    """Analysis only: from capture to sample, of the last seconds."""


def take(listener: Listener, t_s: float) -> list[Sample]:
    """One sample of each living process."""
    found = []
    restarts = listener.health[SUPERVISOR].counters
    for process in (SUPERVISOR, *PROCESSES):
        health = listener.health[process]
        try:
            pages = int(Path(f"/proc/{health.pid}/statm").read_text().split()[1])
            open_files = len(os.listdir(f"/proc/{health.pid}/fd"))
        except (OSError, IndexError):  # it has just ended
            continue
        if not pages:  # just killed
            continue
        delay = health.recent.get(CAPTURED_TO_SAMPLE) if process == ANALYSIS else None
        found.append(
            Sample(
                t_s=round(t_s, 1),
                process=process,
                pid=health.pid,
                memory_mb=round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1),
                open_files=open_files,
                restarts=restarts.get(f"{process} restarts", 0),
                delay_p95_ms=None if delay is None or not delay.count else round(delay.p95_ms, 1),
            )
        )
    return found


def lives(samples: Sequence[Sample], process: str) -> list[list[Sample]]:
    """The samples of each life of a process, without the time it took to load."""
    ordered = [list(life) for _, life in groupby((one for one in samples if one.process == process), key=lambda one: one.pid)]
    settled = [[one for one in life if one.t_s - life[0].t_s >= SETTLED_S] for life in ordered]
    return [life for life in settled if life]


def growth(samples: Sequence[Sample], process: str, what: str) -> float:
    """How much more a process had in the last third of its settled samples than in the first third (medians)."""
    values = [float(getattr(one, what)) for life in lives(samples, process) for one in life]
    third = len(values) // 3
    return median(values[-third:]) - median(values[:third]) if third else 0.0


def write_csv(samples: Sequence[Sample], path: Path) -> None:
    """All samples, a row each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Sample)])
        writer.writeheader()
        writer.writerows(asdict(one) for one in samples)


def chart(samples: Sequence[Sample]) -> str:
    """Memory of each process over time, as text, from its minimum to its maximum."""
    lines = []
    for process in (SUPERVISOR, *PROCESSES):
        values = [one.memory_mb for one in samples if one.process == process]
        if not values:
            continue
        values = values[:: max(1, len(values) // _CHART_COLUMNS)]
        low, high = min(values), max(values)
        bars = "".join(_BARS[min(len(_BARS) - 1, int((value - low) / (high - low + 1e-9) * len(_BARS)))] for value in values)
        lines.append(f"{process:11}{low:6.0f} to {high:4.0f} MB  {bars}")
    return "\n".join(lines)


def plot(samples: Sequence[Sample], faults: Sequence[tuple[float, str]], path: Path) -> bool:
    """Memory, open files, restarts and delay over time, with the faults, as a picture; False without matplotlib."""
    if importlib.util.find_spec("matplotlib") is None:
        return False
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    figure = Figure(figsize=(10, 12), layout="constrained")
    axes = figure.subplots(len(_PLOTTED), 1, sharex=True)
    for axis, (what, title) in zip(axes, _PLOTTED.items(), strict=True):
        for t_s, _ in faults:
            axis.axvline(t_s, color="lightgrey", linewidth=1)
        for process in (SUPERVISOR, *PROCESSES):
            own = [one for one in samples if one.process == process and getattr(one, what) is not None]
            if own:
                axis.plot([one.t_s for one in own], [getattr(one, what) for one in own], label=process)
        axis.set_title(title, loc="left")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    axes[-1].set_xlabel("seconds; grey: a fault")
    figure.savefig(path)
    return True
