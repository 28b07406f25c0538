"""What `--latency` prints: a line of the live stages every few seconds, and a table of the whole run at its end."""

from collections.abc import Callable, Mapping

from rich.table import Table

from wire.clock import s_to_ns
from wire.messages import Health
from wire.stages import measured

EVERY_S = 5.0


class LatencyReport:
    """Prints through `say`. Time is an argument."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._due_ns: int | None = None
        self._heard: dict[str, Health] = {}

    def look(self, heard: Mapping[str, Health], now_ns: int) -> None:
        """Take in what the processes last said; every `EVERY_S` a line comes of it."""
        self._heard = dict(heard)
        if self._due_ns is None:
            self._due_ns = now_ns + s_to_ns(EVERY_S)
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + s_to_ns(EVERY_S)
        line = live_line(heard)
        if line:
            self._say(line)

    def whole(self) -> Table | None:
        """Percentiles of the whole run, a row for each stage; None: nothing was measured."""
        stages = measured(self._heard, recent=False)
        if not stages:
            return None
        table = Table("stage, ms", "p50", "p95", "p99", "most", "count", box=None, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        for stage, latency in stages:
            figures = (latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms)
            table.add_row(stage.name, *(f"{figure:.1f}" for figure in figures), str(latency.count))
        return table


def live_line(heard: Mapping[str, Health]) -> str:
    """Median of each stage over the last seconds; "" while there is none."""
    stages = [f"{stage.name} {latency.p50_ms:.1f}" for stage, latency in measured(heard, recent=True)]
    return f"median ms    {', '.join(stages)}" if stages else ""
