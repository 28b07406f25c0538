"""Given the whole program with its console, a tablet sees the strides of the wire and leads the session.

A change applies at the next stride, and the runner whom the coach has named is found in the store.
"""

import json
import signal
import socket
from pathlib import Path

import pytest

from console.access.devices import Devices
from tests.support.console_lane import Browser, with_cookie
from tests.support.listener import Listener
from tests.support.program import Running, hipcue

pytestmark = pytest.mark.program

SETTINGS = """\
[analysis]
max_age_ms = 2000.0

[session]
stand_s = 0.0
warm_up_s = 600.0
baseline_s = 0.0
drill_s = 600.0

[target]
mode = "absolute"
absolute_deg = 15.0  # as agreed

[console]
port = {port}
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_tablet_sees_the_lane_and_changes_its_band(tmp_path: Path) -> None:
    port = free_port()
    settings = tmp_path / "mine.toml"
    settings.write_text(SETTINGS.format(port=port))
    about = ("--config", str(settings), "--no-display", "--no-audio")
    program = Running("run", "--console", "--source", "synthetic:extension=15,fps=30", *about, exact=True)
    listener = Listener(program.runtime)
    listener.until(lambda: "Console: http" in program.said(), "the console is open")
    listener.until(lambda: bool(listener.phases) and listener.phases[-1].name == "warm_up", "the warm-up begins")
    devices = Devices(program.home / "console")
    token, _ = devices.new_token("coach")
    answer = Browser(port).post("/pair", {"token": token, "name": "tablet"})
    assert answer.status == 200, answer.text
    coach = with_cookie(port, answer, port)
    assert coach.post("/api/runner", {"runner": "Ada"}).status == 200
    listener.until(lambda: listener.phases[-1].runner == "Ada", "the runner has a name")
    assert coach.post("/api/command", {"name": "next_phase"}).status == 200
    listener.until(lambda: listener.phases[-1].name == "drill", "the drill begins")
    seen: dict[int, float] = {}
    with coach.live() as page:
        while len(seen) < 5:
            news = json.loads(page.recv(timeout=240))["lanes"]["lane"]
            seen |= {one["number"]: one["value"] for one in news["strides"] if one["leg"] == "near"}
    listener.until(
        lambda: max(seen) <= max((one.number for one in listener.strides if one.leg == "near"), default=0), "as here"
    )
    sent = {one.number: round(one.hip_extension_deg, 2) for one in listener.strides if one.leg == "near"}
    assert {number: value for number, value in seen.items() if number in sent} == {
        number: value for number, value in sent.items() if number in seen
    }
    change = {"path": ["target", "absolute_deg"], "value": 17, "was": 15.0}
    assert coach.post("/api/settings", {"changes": [change]}).status == 200
    listener.until(
        lambda: listener.phases[-1].band is not None and listener.phases[-1].band.low_deg == 15.0, "the band has moved"
    )
    assert "absolute_deg = 17.0  # as agreed" in settings.read_text()
    assert coach.post("/api/command", {"name": "pause"}).status == 200
    listener.until(lambda: listener.phases[-1].paused, "the session is paused")
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind) == (0, []), ended.err
    listed = hipcue("sessions", "list", environment={"HIPCUE_HOME": str(program.home)})
    assert "Ada" in listed.out
