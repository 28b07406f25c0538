"""`hipcue status`: what the processes of a running program say of themselves."""

from collections.abc import Mapping
from pathlib import Path

from rich.table import Table
from rich.text import Text

from hipcue.supervisor import SETTINGS_REFUSED
from wire.clock import NS_PER_MS, NS_PER_S, s_to_ns
from wire.messages import Health
from wire.sockets import Wire, wait
from wire.stages import CAPTURED_TO_FLIP, CAPTURED_TO_SAMPLE, CAPTURED_TO_SOUND, measured
from wire.topics import FOLLOW, HEALTH, PROCESSES, RESEND_PERIOD_S, SHARE, SUPERVISOR

LISTEN_S = 3 * RESEND_PERIOD_S
"""Every process speaks twice in this time."""
REFUSALS = ("refused: ", "turned away: ")
"""How counters of what was not let in begin (docs/security.md)."""
SHOWN = (CAPTURED_TO_SAMPLE, CAPTURED_TO_FLIP, CAPTURED_TO_SOUND)


def listen(folder: Path) -> dict[str, Health]:
    """The last word of each process of the program whose sockets are in `folder`."""
    heard: dict[str, Health] = {}
    with Wire(folder, "status") as wire:
        ears = wire.newest(HEALTH, Health)
        until_ns = wire.clock() + s_to_ns(LISTEN_S)
        while (left_ns := until_ns - wire.clock()) > 0:
            wait(left_ns / NS_PER_MS, ears)
            while (health := ears.take()) is not None:
                heard[health.process] = health
    return heard


def table(heard: Mapping[str, Health], now_ns: int) -> Table:
    """One row per process: its state, the age of its last word, its restarts, and why all is not well."""
    rows = Table(box=None, pad_edge=False)
    for title, justify in (("process", "left"), ("state", "left"), ("said", "right"), ("restarts", "right"), ("", "left")):
        # A sentence may take several lines; none of it is left out.
        rows.add_column(title, justify=justify, overflow="fold")  # type: ignore[arg-type]
    supervisor = heard.get(SUPERVISOR)
    for process in (SUPERVISOR, *PROCESSES, *(name for name in (SHARE, FOLLOW) if name in heard)):
        restarts = 0 if supervisor is None else supervisor.counters.get(f"{process} restarts", 0)
        health = heard.get(process)
        if health is None:
            rows.add_row(process, "silent", "", str(restarts or ""), "")
        else:
            age = f"{max(0, now_ns - health.at_ns) / NS_PER_S:.1f} s ago"
            remarks = [health.reason, health.facts.get(SETTINGS_REFUSED, "")]
            rows.add_row(process, health.state, age, str(restarts or ""), Text("; ".join(filter(None, remarks))))
    return rows


def delays(heard: Mapping[str, Health]) -> list[str]:
    """The whole ways of the last seconds, one line each."""
    return [
        f"{stage.name}: {latency.p50_ms:.0f} ms in the middle, {latency.p95_ms:.0f} ms at the 95th percentile"
        for stage, latency in measured(heard, recent=True)
        if stage.name in SHOWN
    ]


def facts(heard: Mapping[str, Health]) -> list[str]:
    """What the processes work with, devices, voice, clocks: a line for each that says something."""
    lines = []
    for process, health in sorted(heard.items()):
        told = [f"{name} = {value}" for name, value in health.facts.items() if value and name != SETTINGS_REFUSED]
        if told:
            lines.append(f"{process}: {'; '.join(told)}")
    return lines


def refusals(heard: Mapping[str, Health]) -> list[str]:
    """What strangers tried: a line for each process that has refused messages or turned machines away."""
    lines = []
    for process, health in sorted(heard.items()):
        found = [f"{name} ({times})" for name, times in health.counters.items() if name.startswith(REFUSALS) and times]
        if found:
            lines.append(f"{process}: {'; '.join(found)}")
    return lines
