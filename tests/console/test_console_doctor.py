"""Given a request for the doctor, the lane is examined by a process of its own, but never while a runner is measured."""

import sys
from pathlib import Path

import msgspec
import pytest

from console import checkup
from console.checkup import Checkup
from tests.support.console_lane import Answer, Browser, ConsoleLane
from tests.support.eventually import eventually
from tests.support.message_examples import sample
from wire.faults import SampleState
from wire.messages import ConfigState
from wire.texts import Finding

FOUND = (
    '[{"subject":"camera","good":true,"found":"<b>0</b>"},{"subject":"light","good":false,"found":"dark","advice":"add light"}]'
)
ANSWERS = f"""
import json, sys
order = json.load(sys.stdin)
assert order["folder"] and order["settings"]
print("a note")
print('{FOUND}')
"""
HANGS = "import time; time.sleep(600)"
FAILS = "import sys; sys.exit(3)"
STANDS = msgspec.structs.replace(sample(), state=SampleState.NOT_RUNNING)


def examined_by(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(checkup, "COMMAND", (sys.executable, "-c", script))


@pytest.fixture
def coach(lane: ConsoleLane) -> Browser:
    """Beside a lane whose settings are known, and on which nobody runs."""
    known = ConfigState(1, lane.origin.load().model_dump_json())

    def ready() -> bool:
        now_ns = lane.now_ns()
        return lane.process.lane.read(lambda state: bool(state.settings_json) and state.state(now_ns)["view"] is not None)

    lane.until(ready, "settings and sample are known", known, STANDS)
    return lane.browser("coach")


def run_begins(lane: ConsoleLane) -> None:
    lane.until(lambda: lane.process.lane.read(lambda state: state.is_measured(lane.now_ns())), "a runner is measured", sample())


def ended(lane: ConsoleLane, browser: Browser) -> None:
    eventually(lambda: browser.get("/api/doctor").json["state"] == "idle", "the check has ended")
    del lane


def page(browser: Browser) -> str:
    return browser.get("/doctor").text


def test_the_result_is_shown_with_its_time_and_kept(lane: ConsoleLane, coach: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    examined_by(monkeypatch, ANSWERS)
    assert "has not been examined yet" in page(coach)
    assert coach.post("/api/doctor", {}).json == {"state": "running"}
    ended(lane, coach)
    kept = msgspec.json.decode(next(Path(lane.devices._folder).glob("doctor.json")).read_bytes(), type=Checkup)
    assert kept.findings == (Finding("camera", True, "<b>0</b>"), Finding("light", False, "dark", "add light"))
    shown = page(coach)
    assert kept.at[:16].replace("T", " ") in shown
    assert "&lt;b&gt;0" in shown
    assert "add light" in shown
    assert page(lane.browser("viewer")).count("Examine the lane</button>") == 0


def test_nobody_is_examined_while_a_runner_is_measured(
    lane: ConsoleLane, coach: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    examined_by(monkeypatch, ANSWERS)
    run_begins(lane)
    answer: Answer = coach.post("/api/doctor", {})
    assert (answer.status, answer.json["mistake"]) == (409, checkup.RUNNER_MEASURED)
    assert "has not been examined yet" in page(coach)


def test_a_check_ends_when_a_runner_begins(lane: ConsoleLane, coach: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    examined_by(monkeypatch, HANGS)
    assert coach.post("/api/doctor", {}).status == 200
    assert coach.post("/api/doctor", {}).status == 200  # the same one
    run_begins(lane)
    lane.until(lambda: coach.get("/api/doctor").json["state"] == "idle", "the check has ended", sample())
    assert checkup.RUNNER_BEGAN in page(coach)


def test_a_check_without_a_result_is_a_sentence(lane: ConsoleLane, coach: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    examined_by(monkeypatch, FAILS)
    assert coach.post("/api/doctor", {}).status == 200
    ended(lane, coach)
    assert "ended without a result" in page(coach)


def test_a_viewer_starts_none(lane: ConsoleLane) -> None:
    assert lane.browser("viewer").post("/api/doctor", {}).status == 403
    assert lane.browser().get("/doctor").status == 401
