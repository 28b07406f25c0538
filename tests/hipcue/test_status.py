"""`hipcue status` shows each process of a running program: state, age of its last report, restarts and faults."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from hipcue.cli.commands import app
from hipcue.cli.console import out
from hipcue.cli.status import delays, facts, refusals, rest, table
from tests.support.healths import CAMERA_SILENT, fault
from wire.clock import s_to_ns
from wire.faults import FaultCode
from wire.health.stages import CAPTURED_TO_SAMPLE, POSE
from wire.messages import Fault, Health, Latency, State
from wire.topics import RUNS


def health(process: str, state: State = "running", *faults: Fault, reported_s: float = 100.0, **more: Any) -> Health:
    facts, counters = more.pop("facts", {}), more.pop("counters", {})
    return Health(process, 1, state, s_to_ns(reported_s), 5, facts, counters, {}, faults=faults, **more)


def lines(healths: Mapping[str, Health]) -> list[list[str]]:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table(healths, s_to_ns(100.25)))
    return [line.split() for line in captured.get().splitlines()]


def test_every_process_has_its_row() -> None:
    healths = {
        "supervisor": health("supervisor", counters={"analysis restarts": 2}),
        "capture": health("capture", "degraded", CAMERA_SILENT),
        "analysis": health("analysis", reported_s=99.0),
    }
    head, supervisor, capture, analysis, coach, *_ = lines(healths)
    assert head == ["process", "state", "reported", "restarts"]
    assert supervisor == ["supervisor", "running", "0.2", "s", "ago"]
    assert " ".join(capture).startswith("capture degraded 0.2 s ago Camera 0 has sent no picture for 2 s. Check its cable.")
    assert analysis == ["analysis", "running", "1.2", "s", "ago", "2"]
    assert coach == ["coach", "silent"]


def test_a_process_that_the_program_does_not_run_is_off_and_not_silent() -> None:
    healths = {"supervisor": health("supervisor", facts={RUNS: "capture, analysis, coach, display, recorder"})}
    rows = dict(line[:2] for line in lines(healths)[1:])
    assert rows["audio"] == "off"
    assert rows["capture"] == rows["recorder"] == "silent"
    assert facts(healths) == []


def test_refused_settings_are_shown() -> None:
    refused = fault(FaultCode.SETTINGS_REFUSED, "supervisor", cause="mine.toml: audio.volume = 7: must be at most 1")
    _, supervisor, *_ = lines({"supervisor": health("supervisor", "running", refused)})
    assert " ".join(supervisor) == "supervisor running 0.2 s ago mine.toml: audio.volume = 7: must be at most 1."


def test_a_narrow_terminal_wraps_sentences_and_cuts_nothing_off() -> None:
    reason = f"/home/{'long' * 40}/mine.toml: enabled = false in [audio]"
    console = Console(width=80)
    with console.capture() as captured:
        console.print(
            table(
                {"audio": health("audio", "degraded", fault(FaultCode.SOUND_DEVICE_MISSING, "audio", cause=reason))},
                s_to_ns(100.25),
            )
        )
    assert "".join(reason.split()) in "".join(captured.get().split())


def test_recent_latencies_from_the_camera_are_shown() -> None:
    recent = {CAPTURED_TO_SAMPLE: Latency(100, 41.6, 62.2, 70.0, 80.0), POSE: Latency(100, 20.0, 25.0, 30.0, 40.0)}
    healths = {"analysis": health("analysis", recent=recent)}
    assert delays(healths) == ["captured to sample: 42 ms median, 62 ms 95th percentile"]


def test_devices_and_clocks_are_shown() -> None:
    healths = {
        "follow": health("follow", facts={"clock offset": "known to 0.31 ms"}),
        "audio": health(
            "audio", facts={"voice": "none", "voice problem": "espeak-ng is not installed", "sound device": "hw:0"}
        ),
        "coach": health("coach", facts={"belt": ""}),
    }
    assert facts(healths) == [
        "audio: voice = none; voice problem = espeak-ng is not installed; sound device = hw:0",
        "follow: clock offset = known to 0.31 ms",
    ]


def test_a_rest_is_shown() -> None:
    assert rest({"analysis": health("analysis", resting=True)}) == ["nobody in view: a few pictures a second until somebody is"]
    assert rest({"analysis": health("analysis")}) == rest({}) == []
    assert rest({"analysis": health("analysis", resting=True), "analysis2": health("analysis2")}) == []


def test_refused_messages_and_connections_are_shown() -> None:
    healths = {
        "share": health(
            "share", counters={"refused: replayed": 3, "connections refused: key not allowed": 1, "replies dropped": 7}
        ),
        "coach": health("coach", counters={"cues": 5, "refused: malformed": 0}),
    }
    assert refusals(healths) == ["share: refused: replayed (3); connections refused: key not allowed (1)"]


def test_what_processes_report_never_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    camera = fault(FaultCode.CAMERA_STOPPED, "capture", device="camera \x1b[2J\n", cause="")
    out.print(table({"capture": health("capture", "degraded", camera)}, s_to_ns(100.25)))
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert r"\x1b[2J\n" in printed


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_folder_that_others_may_write_into_is_not_read(mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "hipcue").mkdir()
    (tmp_path / "hipcue").chmod(mode)
    done = CliRunner().invoke(app, ["status"])
    assert done.exit_code == 2
    assert "must be a folder of your own" in done.stderr


def test_a_folder_of_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "hipcue").mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    done = CliRunner().invoke(app, ["status"])
    assert done.exit_code == 2
    assert "must be a folder of your own" in done.stderr
