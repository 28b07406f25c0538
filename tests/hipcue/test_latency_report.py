"""`--latency` prints the latest latencies every few seconds, and a table at the end."""

from rich.console import Console

from hipcue.cli.latency_report import EVERY_S, LatencyReport, live_line
from wire.clock import s_to_ns
from wire.health.stages import POSE, READ_TO_SENT
from wire.messages import Health, Latency


def healths() -> dict[str, Health]:
    whole, recent = Latency(90, 5.0, 9.0, 12.0, 40.0), Latency(30, 4.0, 5.0, 6.0, 7.0)
    return {
        "analysis": Health("analysis", 1, "running", 1, 1, {}, {}, {POSE: whole, "other": whole}, {POSE: recent}),
        "capture": Health("capture", 2, "running", 1, 1, {}, {}, {READ_TO_SENT: whole}, {READ_TO_SENT: recent}),
    }


def test_a_line_every_few_seconds_gives_recent_medians_in_the_order_of_the_stages() -> None:
    lines: list[str] = []
    report = LatencyReport(lines.append)
    for tenth in range(round(10 * 2.5 * EVERY_S)):
        report.update(healths(), s_to_ns(tenth / 10))
    assert lines == ["median ms    read to sent 4.0, pose 4.0"] * 2


def test_without_measurements_nothing_is_printed() -> None:
    lines: list[str] = []
    report = LatencyReport(lines.append)
    report.update({}, 0)
    report.update({}, s_to_ns(2 * EVERY_S))
    assert (lines, live_line({}), report.table()) == ([], "", None)


def test_the_table_at_the_end_covers_the_whole_run() -> None:
    report = LatencyReport(lambda _: None)
    report.update(healths(), 0)
    table = report.table()
    assert table is not None
    console = Console(width=100)
    with console.capture() as printed:
        console.print(table)
    rows = [line.split() for line in printed.get().splitlines()]
    assert rows[1:] == [
        ["read", "to", "sent", "5.0", "9.0", "12.0", "40.0", "90"],
        ["pose", "5.0", "9.0", "12.0", "40.0", "90"],
    ]
