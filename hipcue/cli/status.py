"""`hipcue status`: what the processes of a running program report."""

from collections.abc import Mapping
from pathlib import Path

from rich.table import Table
from rich.text import Text

from wire.clock import NS_PER_MS, NS_PER_S, s_to_ns
from wire.health.attendance import lane_rests
from wire.health.stages import CAPTURED_TO_FLIP, CAPTURED_TO_SAMPLE, CAPTURED_TO_SOUND, measured
from wire.messages import Health
from wire.sockets import Wire, wait
from wire.texts import sentence
from wire.topics import CONSOLE, FOLLOW, HEALTH, OTHER_SIDE, PROCESSES, RESEND_PERIOD_S, RUNS, SHARE, SUPERVISOR
from wire.visible_text import one_line

LISTEN_S = 3 * RESEND_PERIOD_S
"""Every process reports at least twice in this time."""
REFUSALS = ("refused: ", "connections refused: ")
"""Prefixes of the counters of refused messages and connections (docs/security.md)."""
SHOWN = (CAPTURED_TO_SAMPLE, CAPTURED_TO_FLIP, CAPTURED_TO_SOUND)


def receive(folder: Path) -> dict[str, Health]:
    """The last health of each process of the program whose sockets are in `folder`."""
    healths: dict[str, Health] = {}
    with Wire(folder, "status", both_sides=True) as wire:
        reader = wire.newest(HEALTH, Health)
        until_ns = wire.clock() + s_to_ns(LISTEN_S)
        while (left_ns := until_ns - wire.clock()) > 0:
            wait(left_ns / NS_PER_MS, reader)
            while (health := reader.take()) is not None:
                healths[health.process] = health
    return healths


def table(healths: Mapping[str, Health], now_ns: int) -> Table:
    """One row per process: state, age of its last report, restarts, and faults."""
    rows = Table(box=None, pad_edge=False)
    for title in ("process", "state", "reported", "restarts", ""):
        # A long sentence is wrapped, never cut off.
        rows.add_column(title, justify="right" if title in ("reported", "restarts") else "left", overflow="fold")
    supervisor = healths.get(SUPERVISOR)
    runs = "" if supervisor is None else supervisor.facts.get(RUNS, "")
    for process in (SUPERVISOR, *PROCESSES, *(name for name in (*OTHER_SIDE, SHARE, FOLLOW, CONSOLE) if name in healths)):
        restarts = 0 if supervisor is None else supervisor.counters.get(f"{process} restarts", 0)
        health = healths.get(process)
        if health is None:
            is_off = runs and process not in (SUPERVISOR, *runs.split(", "))
            rows.add_row(process, "off" if is_off else "silent", "", str(restarts or ""), "")
        else:
            age = f"{max(0, now_ns - health.at_ns) / NS_PER_S:.1f} s ago"
            rows.add_row(
                process, health.state, age, str(restarts or ""), Text(one_line(" ".join(map(sentence, health.faults))))
            )
    return rows


def delays(healths: Mapping[str, Health]) -> list[str]:
    """Latencies from the camera to each output over the last seconds, one line each."""
    return [
        f"{stage.name}: {latency.p50_ms:.0f} ms median, {latency.p95_ms:.0f} ms 95th percentile"
        for stage, latency in measured(healths, recent=True)
        if stage.name in SHOWN
    ]


def rest(healths: Mapping[str, Health]) -> list[str]:
    """A line if the program rests."""
    return ["nobody in view: a few pictures a second until somebody is"] if lane_rests(healths) else []


def facts(healths: Mapping[str, Health]) -> list[str]:
    """Devices, voice and clocks in use: one line per process that reports any."""
    lines = []
    for process, health in sorted(healths.items()):
        items = [f"{name} = {value}" for name, value in health.facts.items() if value and name != RUNS]
        if items:
            lines.append(f"{process}: {'; '.join(items)}")
    return lines


def refusals(healths: Mapping[str, Health]) -> list[str]:
    """One line per process that has refused messages or connections."""
    lines = []
    for process, health in sorted(healths.items()):
        found = [f"{name} ({times})" for name, times in health.counters.items() if name.startswith(REFUSALS) and times]
        if found:
            lines.append(f"{process}: {'; '.join(found)}")
    return lines
