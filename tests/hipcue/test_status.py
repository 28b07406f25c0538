"""`hipcue status` shows each process of a running program: its state, how long ago it spoke, its restarts, and its trouble."""

from collections.abc import Mapping

from rich.console import Console

from hipcue.status import delays, facts, refusals, table
from wire.clock import s_to_ns
from wire.health import State
from wire.messages import Health, Latency
from wire.stages import CAPTURED_TO_SAMPLE, POSE


def health(process: str, state: State = "running", reason: str = "", said_s: float = 100.0, **more: object) -> Health:
    facts, counters = more.pop("facts", {}), more.pop("counters", {})
    return Health(process, 1, state, reason, s_to_ns(said_s), 5, facts, counters, {}, **more)  # type: ignore[arg-type]


def lines(heard: Mapping[str, Health]) -> list[list[str]]:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table(heard, s_to_ns(100.25)))
    return [line.split() for line in captured.get().splitlines()]


def test_every_process_has_its_row() -> None:
    heard = {
        "supervisor": health("supervisor", counters={"analysis restarts": 2}),
        "capture": health("capture", "degraded", "Camera lost: camera 0 has given no picture for 2 s"),
        "analysis": health("analysis", said_s=99.0),
    }
    head, supervisor, capture, analysis, coach, *_ = lines(heard)
    assert head == ["process", "state", "said", "restarts"]
    assert supervisor == ["supervisor", "running", "0.2", "s", "ago"]
    assert " ".join(capture).startswith("capture degraded 0.2 s ago Camera lost: camera 0 has given no")
    assert analysis == ["analysis", "running", "1.2", "s", "ago", "2"]
    assert coach == ["coach", "silent"]


def test_refused_settings_are_told() -> None:
    refused = {"settings refused": "mine.toml: audio.volume = 7: must be at most 1.0"}
    _, supervisor, *_ = lines({"supervisor": health("supervisor", facts=refused)})
    assert " ".join(supervisor) == "supervisor running 0.2 s ago mine.toml: audio.volume = 7: must be at most 1.0"


def test_a_sentence_is_told_whole_also_in_a_narrow_terminal() -> None:
    reason = f"/home/{'long' * 40}/mine.toml: enabled = false in [audio]"
    console = Console(width=80)
    with console.capture() as captured:
        console.print(table({"audio": health("audio", "degraded", reason)}, s_to_ns(100.25)))
    assert "".join(reason.split()) in "".join(captured.get().split())


def test_whole_ways_of_the_last_seconds_are_told() -> None:
    recent = {CAPTURED_TO_SAMPLE: Latency(100, 41.6, 62.2, 70.0, 80.0), POSE: Latency(100, 20.0, 25.0, 30.0, 40.0)}
    heard = {"analysis": health("analysis", recent=recent)}
    assert delays(heard) == ["captured to sample: 42 ms in the middle, 62 ms at the 95th percentile"]


def test_what_the_processes_work_with_is_told() -> None:
    heard = {
        "follow": health("follow", facts={"the other clock": "known to 0.31 ms"}),
        "audio": health(
            "audio", facts={"voice": "none", "voice problem": "espeak-ng is not installed", "sound device": "hw:0"}
        ),
        "supervisor": health("supervisor", facts={"settings refused": "mine.toml: is not TOML"}),
        "coach": health("coach", facts={"belt": ""}),
    }
    assert facts(heard) == [
        "audio: voice = none; voice problem = espeak-ng is not installed; sound device = hw:0",
        "follow: the other clock = known to 0.31 ms",
    ]


def test_what_was_not_let_in_is_told() -> None:
    heard = {
        "share": health("share", counters={"refused: replayed": 3, "turned away: key not allowed": 1, "answers dropped": 7}),
        "coach": health("coach", counters={"cues": 5, "refused: malformed": 0}),
    }
    assert refusals(heard) == ["share: refused: replayed (3); turned away: key not allowed (1)"]
