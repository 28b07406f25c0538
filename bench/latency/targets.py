"""The targets, and their table: one row for each figure, one column for each section of the benchmark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.report import HOLDS, SHORT, Table

IDLE, BUSY, AVX2 = "idle", "busy", "avx2"
SECTIONS = {
    IDLE: "nothing else runs",
    BUSY: "beside `stress-ng --cpu` on every core",
    AVX2: "as idle, with the instructions of a small PC: `ONEDNN_MAX_CPU_ISA=AVX2`",
}

MODEL = "pose model against MediaPipe, time a frame"
SHARE_60 = "60 fps 720p: frames analysed"
RATE_60 = "webcam of 60 fps, screen on: analysed a second"
SPACING_60 = "the same: SD of the intervals"
RATES_FPS = (30, 60)
AROUND_P50, AROUND_P99, LOOP_P50, LOOP_P99 = (
    {fps: f"{what}, {fps} fps, {percentile}" for fps in RATES_FPS}
    for what in ("all but the pose model", "captured to sample against the plain loop")
    for percentile in ("p50", "p99")
)
SOUND = "stride settled to sound at the card, p50"
START = "`hipcue run` to the first sample"
MEMORY = "memory of all processes"
EMPTY = "nobody in view, screen on: all processes"


@dataclass(frozen=True)
class Target:
    """One figure and its limit."""

    what: str
    limit: float
    unit: str
    digits: int
    at_least: bool = False
    busy_limit: float | None = None
    """Limit on busy cores, if it differs."""

    def limit_in(self, section: str) -> float:
        """The limit in a section."""
        return self.limit if section != BUSY or self.busy_limit is None else self.busy_limit

    def holds(self, section: str, value: float) -> bool:
        """Whether a value is within the limit."""
        limit = self.limit_in(section)
        return value >= limit if self.at_least else value <= limit


TARGETS = (
    Target(MODEL, 0.25, "x", 2),
    Target(SHARE_60, 0.95, "", 3, at_least=True),
    Target(RATE_60, 30.0, "", 1, at_least=True),
    Target(SPACING_60, 4.0, " ms", 1),
    Target(AROUND_P50[30], 3.0, " ms", 1),
    Target(AROUND_P50[60], 4.0, " ms", 1),
    Target(AROUND_P99[30], 12.0, " ms", 1, busy_limit=20.0),
    Target(AROUND_P99[60], 12.0, " ms", 1, busy_limit=20.0),
    *(Target(of[fps], 0.4, "x", 2) for of in (LOOP_P50, LOOP_P99) for fps in (30, 60)),
    Target(SOUND, 12.0, " ms", 1),
    Target(START, 3.0, " s", 1),
    Target(MEMORY, 450.0, " MB", 0),
    Target(EMPTY, 0.15, " cores", 2),
)


def table(found: Mapping[str, Mapping[str, float]]) -> Table:
    """`found`: the figures of each section by name; what a section has not measured stays empty."""
    rows: list[Sequence[str]] = []
    for one in TARGETS:
        sign = "≥" if one.at_least else "≤"
        limit = f"{sign} {one.limit:g}{one.unit}"
        if one.busy_limit is not None:
            limit += f", busy {one.busy_limit:g}{one.unit}"
        cells = []
        for section, figures in found.items():
            value = figures.get(one.what)
            verdict = "" if value is None else HOLDS if one.holds(section, value) else SHORT
            cells.append("" if value is None else f"{value:.{one.digits}f}{one.unit}, {verdict}")
        rows.append((one.what, limit, *cells))
    text = "Medians over the runs. " + " ".join(f"{name}: {SECTIONS[name]}." for name in found)
    return Table("To reach", text, ("figure", "limit", *found), rows)
