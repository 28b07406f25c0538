"""Output of `--latency`: a line with the latest latencies every few seconds, and a table at the end of the run."""

from collections.abc import Callable, Mapping

from rich.table import Table

from wire.clock import s_to_ns
from wire.health.stages import measured
from wire.messages import Health

EVERY_S = 5.0


class LatencyReport:
    """Prints lines with `print_line`. Time is an argument."""

    def __init__(self, print_line: Callable[[str], None]) -> None:
        self._print_line = print_line
        self._due_ns: int | None = None
        self._healths: dict[str, Health] = {}

    def update(self, healths: Mapping[str, Health], now_ns: int) -> None:
        """Use the last health of each process, and print a line every `EVERY_S`."""
        self._healths = dict(healths)
        if self._due_ns is None:
            self._due_ns = now_ns + s_to_ns(EVERY_S)
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + s_to_ns(EVERY_S)
        line = live_line(healths)
        if line:
            self._print_line(line)

    def table(self) -> Table | None:
        """Percentiles of the whole run, a row per stage; None: nothing was measured."""
        stages = measured(self._healths, recent=False)
        if not stages:
            return None
        table = Table("stage, ms", "p50", "p95", "p99", "max", "count", box=None, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        for stage, latency in stages:
            figures = (latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms)
            table.add_row(stage.name, *(f"{figure:.1f}" for figure in figures), str(latency.count))
        return table


def live_line(healths: Mapping[str, Health]) -> str:
    """Median of each stage over the last seconds; "": nothing was measured."""
    stages = [f"{stage.name} {latency.p50_ms:.1f}" for stage, latency in measured(healths, recent=True)]
    return f"median ms    {', '.join(stages)}" if stages else ""
