"""Given lanes on other machines, one console shows them all, leads each of them, and survives those that are gone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.mistakes import ConfigError
from config.settings import Settings
from console.gym import Gym
from console.lanes_file import MOST_LANES, FollowedLane, LanesFile, checked_page
from tests.support.console_browser import paired_context
from tests.support.console_gym import ConsoleGym
from tests.support.console_lane import GUARD_S, paired_browser, received
from tests.support.eventually import eventually
from tests.support.headless_browser import AXE, axe_faults, missing, running_browser
from tests.support.message_examples import sample, stride
from tests.support.two_machines import TwoMachines, free_address
from wire.clock import s_to_ns
from wire.lifecycle import StopFlag
from wire.messages import Command, Phase
from wire.remote.keys import Keys, KeysError
from wire.topics import PHASE

EIGHT = tuple(f"lane-{number}" for number in range(1, 9))
MOST_SILENT_S = 4.5
"""With the page's own quarter of a second, a lane's end is shown within five."""
LANES_PAGE = "http://192.168.1.21:7680"


@pytest.fixture
def machines(wire_directory: Path) -> Iterator[TwoMachines]:
    """A lane's machine, and the console's in place of the screen's."""
    two = TwoMachines(wire_directory)
    two.screen.keys.allow("lane-1", two.camera_key)
    yield two
    two.close()


@pytest.fixture
def gym(machines: TwoMachines, wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gym]:
    """A console of two lanes; nothing answers for the second one."""
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    settings = Settings()
    settings = settings.model_copy(update={"console": settings.console.model_copy(update={"port": 0})})
    folder = wire_directory / "g"
    folder.mkdir(mode=0o700)
    lanes = [
        FollowedLane("lane-1", machines.address, "lane-1", LANES_PAGE),
        FollowedLane("lane-2", free_address(), "lane-1"),
    ]
    running = Gym(settings, lanes, machines.screen.keys, folder, StopFlag())
    yield running
    running.close()


def test_every_lane_is_on_the_page(gym: Gym, machines: TwoMachines) -> None:
    viewer = paired_browser(gym.port, gym.devices, "viewer")
    page = viewer.get("/").text
    assert 'data-lane="lane-1"' in page
    assert 'data-lane="lane-2"' in page
    assert 'href="/settings"' not in page
    with viewer.live() as socket:
        news: dict[str, Any] = {}

        def arrives() -> bool:
            machines.strides.send(stride(7, hip_extension_deg=17.5))
            news.update(received(socket, lambda _: True, "lane-1"))
            return bool(news["strides"])

        eventually(arrives, "a stride of the first lane")
        assert (news["strides"][0]["number"], news["strides"][0]["value"]) == (7, 17.5)
        assert received(socket, lambda one: "state" in one, "lane-2")["state"]["lost"]
    with viewer.live("/live/lane-1") as socket:
        received(socket, lambda one: bool(one["strides"]), "lane-1")


def test_a_button_reaches_its_lane_alone(gym: Gym, machines: TwoMachines) -> None:
    coach = paired_browser(gym.port, gym.devices, "coach")
    assert coach.get("/lanes/lane-1").status == 200
    assert coach.get("/lanes/lane-3").status == 404

    def reached() -> list[Any]:
        assert coach.post("/api/command", {"name": "next_phase", "lane": "lane-1"}).status == 200
        assert coach.post("/api/command", {"name": "mute", "lane": "lane-2"}).status == 200
        received(quiet, lambda _: True, "lane-1")  # some time for the lane
        return machines.commands.take_all()

    with coach.live() as quiet:
        assert {command.name for command in eventually(reached, "a command")} == {"next_phase"}
    assert coach.post("/api/command", {"name": "mute", "lane": "lane-3"}).status == 400
    assert coach.post("/api/command", {"name": "mute"}).status == 400


def test_each_lane_leads_to_its_own_console(gym: Gym) -> None:
    coach, viewer = (paired_browser(gym.port, gym.devices, role) for role in ("coach", "viewer"))
    for page in (coach.get("/").text, coach.get("/lanes/lane-1").text):
        assert page.count(f'href="{LANES_PAGE}/settings"') == 1
    assert LANES_PAGE not in coach.get("/lanes/lane-2").text
    assert LANES_PAGE not in viewer.get("/").text


def test_a_runner_is_assigned_to_a_lane(gym: Gym, machines: TwoMachines) -> None:
    coach, viewer = (paired_browser(gym.port, gym.devices, role) for role in ("coach", "viewer"))

    def reached() -> list[Any]:
        assert coach.post("/api/runner", {"lane": "lane-1", "runner": " Ada  L "}).status == 200
        received(quiet, lambda _: True, "lane-1")
        return machines.commands.take_all()

    with coach.live() as quiet:
        assert eventually(reached, "a runner")[0] == Command("assign", runner="Ada L")
    for body in ({"lane": "lane-3"}, {"lane": "lane-1", "runner": "x" * 41}, {"lane": "lane-1", "mode": "everybody"}):
        assert coach.post("/api/runner", body).status == 400
    assert viewer.post("/api/runner", {"lane": "lane-1", "runner": "Ada"}).status == 403


@pytest.mark.optional
def test_a_coach_leads_the_lanes_from_the_gyms_page(gym: Gym, machines: TwoMachines) -> None:
    if missing():
        pytest.skip(missing())
    phases = machines.camera.wire("coach").publisher(PHASE)
    phase = Phase("idle", "hip_extension", None, None, None, paused=False, muted=False)

    def reaches(page: Any, wanted: Command) -> None:
        """Wait for a command, while the lane goes on publishing."""

        def reached() -> bool:
            phases.send(phase)
            page.wait_for_timeout(50)
            return wanted in machines.commands.take_all()

        eventually(reached, f"{wanted} reaches the lane")

    with running_browser() as browser:
        context = paired_context(browser, gym, "coach")
        page = context.new_page()
        page.set_default_timeout(1000 * GUARD_S)
        page.goto(f"http://127.0.0.1:{gym.port}/")
        tile = page.locator('[data-lane="lane-1"]')

        def shown() -> bool:
            phases.send(phase)
            page.wait_for_timeout(50)
            return tile.get_by_role("button", name="Pause").is_enabled()

        eventually(shown, "the lane is shown")
        assert page.locator('[data-lane="lane-2"]').get_by_role("button", name="Pause").is_disabled()
        for name in ("Pause", "Mute"):
            tile.get_by_role("button", name=name).click()
            reaches(page, Command("pause" if name == "Pause" else "mute"))
        tile.get_by_role("button", name="Runner").click()
        page.get_by_label("Nickname").fill("Ada")
        assert not AXE.exists() or axe_faults(page) == []
        page.get_by_role("button", name="Assign").click()
        reaches(page, Command("assign", runner="Ada"))
        phase = msgspec.structs.replace(phase, runner="Ada", session_number=2)
        eventually(lambda: shown() and "Ada, session 2" in (tile.text_content() or ""), "the runner is shown")
        page.get_by_text("lane-1: Ada.").wait_for()
        eventually(shown, "the lane is shown")
        tile.get_by_role("button", name="Runner").click()
        page.get_by_label("Nickname").fill("Eva")
        page.get_by_role("button", name="Assign").click()
        reaches(page, Command("assign", runner="Eva"))
        eventually(shown, "the lane is shown")
        tile.get_by_role("button", name="Runner").click()
        page.get_by_role("button", name="Open gym").click()
        page.get_by_role("button", name="Assign").click()
        reaches(page, Command("assign", mode="open_gym"))
        page.get_by_text("lane-1 has not taken it.").wait_for()
        # What the coach chose before is not asked for again.
        assert Command("assign", runner="Eva") not in machines.commands.take_all()
        context.close()


def test_a_lane_that_refuses_this_consoles_key_says_so(
    machines: TwoMachines, wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    keys = Keys(tmp_path / "stranger")
    keys.new()
    keys.allow("lane-1", machines.camera_key)
    settings = Settings()
    settings = settings.model_copy(update={"console": settings.console.model_copy(update={"port": 0})})
    folder = wire_directory / "g"
    folder.mkdir(mode=0o700)
    gym = Gym(settings, [FollowedLane("lane-1", machines.address, "lane-1")], keys, folder, StopFlag())
    try:
        viewer = paired_browser(gym.port, gym.devices, "viewer")
        with viewer.live() as socket:

            def refused(news: dict[str, Any]) -> bool:
                return any(one["code"] == "camera_machine_refuses_key" for one in news.get("state", {}).get("faults", ()))

            assert received(socket, refused, "lane-1")["state"]["lost"]
        status = viewer.get("/status").text
        assert "refuses this machine&#39;s key" in status
        assert "connections refused: camera machine refuses key" in status
    finally:
        gym.close()


class Clock:
    now_ns = s_to_ns(1000)

    def __call__(self) -> int:
        return self.now_ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def eight(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConsoleGym]:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    running = ConsoleGym(EIGHT, clock)
    yield running
    running.close()


def test_every_stride_of_eight_lanes_is_on_the_page_once_and_in_order(eight: ConsoleGym) -> None:
    viewer = paired_browser(eight.port, eight.devices, "viewer")
    numbers: dict[str, list[int]] = {name: [] for name in EIGHT}
    with viewer.live() as socket:
        for number in range(1, 41):
            for name in EIGHT:
                eight.receive(name, stride(number))
        while any(len(found) < 40 for found in numbers.values()):
            for name, news in json.loads(socket.recv(timeout=GUARD_S))["lanes"].items():
                numbers[name] += [one["number"] for one in news["strides"]]
    assert numbers == {name: list(range(1, 41)) for name in EIGHT}


def test_a_lane_that_dies_and_returns_is_shown_so(eight: ConsoleGym, clock: Clock) -> None:
    viewer = paired_browser(eight.port, eight.devices, "viewer")
    for name in EIGHT:
        eight.receive(name, sample())
    with viewer.live() as socket:

        def lost(news: dict[str, Any]) -> bool:
            return "state" in news and news["state"]["lost"]

        received(socket, lambda news: "state" in news and not lost(news), "lane-3")
        clock.now_ns += s_to_ns(MOST_SILENT_S)
        for name in EIGHT:
            if name != "lane-3":
                eight.receive(name, sample())
        received(socket, lost, "lane-3")
        received(socket, lambda news: "state" in news and not lost(news), "lane-4")
        eight.receive("lane-3", sample())
        received(socket, lambda news: "state" in news and not lost(news), "lane-3")


@pytest.mark.parametrize("page", ["javascript:alert(1)", "http://u:p@host", "http://host/path", "host", "ftp://host"])
def test_what_is_no_consoles_address_is_refused(page: str) -> None:
    with pytest.raises(ConfigError, match="looks like"):
        checked_page(page)


def test_lanes_are_added_replaced_and_removed(tmp_path: Path) -> None:
    lanes = LanesFile(tmp_path / "console")
    assert lanes.all() == ()
    lanes.add(FollowedLane("one", "tcp://a:1", "one"))
    lanes.add(FollowedLane("two", "tcp://b:1", "two"))
    lanes.add(FollowedLane("one", "tcp://c:1", "one"))
    assert [(one.name, one.address) for one in lanes.all()] == [("two", "tcp://b:1"), ("one", "tcp://c:1")]
    lanes.remove("two")
    with pytest.raises(ConfigError, match="the lanes are: one"):
        lanes.remove("two")
    with pytest.raises(ConfigError, match="lower-case letters"):
        lanes.add(FollowedLane("../x", "tcp://a:1", ""))
    for number in range(MOST_LANES - 1):
        lanes.add(FollowedLane(f"more-{number}", "tcp://a:1", ""))
    with pytest.raises(ConfigError, match="at most"):
        lanes.add(FollowedLane("last", "tcp://a:1", ""))


def test_without_a_lanes_key_there_is_a_sentence(machines: TwoMachines, tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="hipcue keys allow"):
        Gym(Settings(), [FollowedLane("a", "tcp://a:1", "unknown")], machines.screen.keys, tmp_path, StopFlag())
