"""Given that replay is allowed, a paired device can watch the last seconds; otherwise no picture leaves the lane."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from console.access.devices import Role
from console.lane.picture_watch import LINGER_S
from console.web.replay_pages import LENGTH_BYTES, MOST_FETCHES, described
from tests.support.console_browser import paired_context
from tests.support.console_lane import GUARD_S, TEXT, ConsoleLane
from tests.support.headless_browser import missing, running_browser
from tests.support.message_examples import any_message, sample
from wire.clock import NS_PER_MS, monotonic_ns, s_to_ns
from wire.frames.frame import Frame
from wire.frames.recent_pictures import KeptPicture
from wire.messages import Band, Leg, Phase, PhaseName, Sample

ADDRESS = "/api/replay/lane"
DRILL = Phase("drill", "hip_extension", Band(16.0, 20.0), 15.1, None, paused=False, muted=False, cueing=True)
STEP_NS = 40 * NS_PER_MS


def kept(measured: Sample, thigh_deg: float | None = -12.0) -> KeptPicture:
    return KeptPicture(b"jpeg", 640, 360, (1280, 720), s_to_ns(1), measured, thigh_deg)


class TestDescribed:
    def test_the_angle_is_that_of_the_number_and_joints_lie_on_the_small_picture(self) -> None:
        near = Leg(hip_px=(640.0, 300.0), knee_px=(600.0, 420.0))
        measured = structs.replace(sample(), near=near, standing_thigh_deg=2.0, shoulder_px=(650.0, 100.0))
        assert described(kept(measured), s_to_ns(0.5)) == {
            "t_ms": 500.0,
            "bytes": 4,
            "behind_deg": 14.0,
            "joints": [[325.0, 50.0], [320.0, 150.0], [300.0, 210.0], None],
        }

    @given(any_message(Sample), st.none() | st.floats())
    def test_whatever_was_measured_is_json(self, measured: Sample, thigh_deg: float | None) -> None:
        json.dumps(described(kept(measured, thigh_deg), 0), allow_nan=False)


class Runner:
    """Somebody in front of the lane's camera."""

    def __init__(self, lane: ConsoleLane) -> None:
        self._lane = lane
        self._seq = 0
        self._at_ns = monotonic_ns()

    def run(self, phase: Phase = DRILL) -> None:
        """One more picture with its sample."""
        self._seq += 1
        self._at_ns += STEP_NS
        times_ns = (self._at_ns,) * 3
        self._lane.send(phase)
        self._lane.frames.send(Frame(1, self._seq, self._seq, *times_ns, "read", np.full((72, 128, 3), 90, np.uint8)))
        self._lane.send(structs.replace(sample(self._seq, self._at_ns / s_to_ns(1)), frame_seq=self._seq))


@pytest.fixture
def settings_path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(f"{TEXT}\n[console]\nreplay = true\n")
    return path


@pytest.fixture
def runner(lane: ConsoleLane) -> Runner:
    return Runner(lane)


@pytest.fixture
def watched(lane: ConsoleLane) -> Iterator[None]:
    with lane.browser("viewer", "a viewer's").live("/live/lane"):
        yield


def is_keeping(lane: ConsoleLane) -> bool:
    watch = lane.process.watch
    return watch is not None and watch.is_keeping


def fetched(lane: ConsoleLane, role: Role | None = "viewer") -> tuple[dict[str, Any], list[bytes]]:
    answer = lane.browser(role, "fetching").get(ADDRESS)
    assert answer.status == 200, answer.text
    length = int.from_bytes(answer.body[:LENGTH_BYTES], "little")
    start = LENGTH_BYTES + length
    head = json.loads(answer.body[LENGTH_BYTES:start])
    pictures = []
    for one in head["pictures"]:
        pictures.append(answer.body[start : start + one["bytes"]])
        start += one["bytes"]
    assert start == len(answer.body)
    return head, pictures


def run_until_kept(lane: ConsoleLane, runner: Runner, least: int = 5) -> None:
    def some() -> bool:
        runner.run()
        watch = lane.process.watch
        return watch is not None and len(watch.pictures) >= least

    lane.until(some, "pictures are kept")


@pytest.mark.usefixtures("watched")
def test_a_viewer_gets_the_last_pictures_with_what_was_measured(lane: ConsoleLane, runner: Runner) -> None:
    run_until_kept(lane, runner)
    lane.until(lambda: lane.process.lane.read(lambda state: state.phase) == DRILL, "the phase is received", DRILL)
    head, pictures = fetched(lane)
    assert head["band"] == [16.0, 20.0]
    assert len(pictures) >= 5
    times_ms = [one["t_ms"] for one in head["pictures"]]
    assert times_ms == sorted(set(times_ms))
    for jpeg, one in zip(pictures, head["pictures"], strict=True):
        shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        assert shown.shape == (72, 128, 3)
        assert one["behind_deg"] == 12.5


@pytest.mark.usefixtures("watched")
def test_a_stranger_gets_none_and_there_is_no_other_lane(lane: ConsoleLane) -> None:
    assert lane.browser().get(ADDRESS).status == 401
    assert lane.browser("coach").get("/api/replay/another").status == 404


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("name", ["idle", "summary"])
def test_they_go_with_the_session(lane: ConsoleLane, runner: Runner, name: PhaseName) -> None:
    run_until_kept(lane, runner)

    def gone() -> bool:
        watch = lane.process.watch
        return watch is not None and watch.pictures == ()

    lane.until(gone, "the pictures are gone", structs.replace(DRILL, name=name))


def test_nothing_is_kept_unless_somebody_watches(lane: ConsoleLane, runner: Runner) -> None:
    assert not is_keeping(lane)
    browser = lane.browser("viewer")
    with browser.live("/live/lane"):
        lane.until(lambda: is_keeping(lane), "the page is watched")
        run_until_kept(lane, runner)
        lane.ahead_ns = s_to_ns(LINGER_S + 10)
        run_until_kept(lane, runner)
    lane.until(lambda: lane.process.watch is not None and not lane.process.watch.is_watched, "the page is closed")
    assert is_keeping(lane), "a page that is loaded again finds them"
    lane.ahead_ns += s_to_ns(LINGER_S + 1)
    lane.until(lambda: not is_keeping(lane), "nobody watches any more")
    assert lane.process.watch is not None
    assert lane.process.watch.pictures == ()
    with browser.live("/live/lane"):
        lane.until(lambda: is_keeping(lane), "it is watched again")


@pytest.mark.usefixtures("watched")
def test_the_page_offers_it(lane: ConsoleLane) -> None:
    assert "/static/replay.js" in lane.browser("viewer").get("/").text


def test_only_so_many_are_fetched_at_once(monkeypatch: pytest.MonkeyPatch, lane: ConsoleLane) -> None:
    assert MOST_FETCHES >= 1
    monkeypatch.setattr("console.web.replay_pages.MOST_FETCHES", 0)
    assert "try again" in lane.browser("coach").get(ADDRESS).json["mistake"]


class TestByDefault:
    @pytest.fixture
    def settings_path(self, tmp_path: Path) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(TEXT)
        return path

    def test_no_picture_leaves_the_lane(self, lane: ConsoleLane) -> None:
        coach = lane.browser("coach")
        assert coach.get(ADDRESS).status == 404
        assert "replay-view" not in coach.get("/").text
        with coach.live("/live/lane"):
            assert lane.process.watch is None


@pytest.mark.optional
def test_a_browser_plays_it_is_led_by_keys_and_forgets_it(lane: ConsoleLane, runner: Runner) -> None:
    if missing():
        pytest.skip(missing())
    mistakes: list[str] = []
    with running_browser() as browser:
        context = paired_context(browser, lane, "viewer")
        page = context.new_page()
        page.set_default_timeout(1000 * GUARD_S)
        page.on("console", lambda message: mistakes.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.goto(f"http://127.0.0.1:{lane.port}/")
        page.get_by_role("button", name="Last 10 s in slow motion").click()
        page.get_by_text("Nothing to replay yet").wait_for()
        run_until_kept(lane, runner, 20)
        page.get_by_role("button", name="Last 10 s in slow motion").click()
        page.locator("#replay-picture[data-at]").wait_for()
        page.get_by_role("slider", name="Moment").press("End")
        last = int(page.get_by_role("slider", name="Moment").get_attribute("max") or 0)
        page.locator(f'#replay-picture[data-at="{last}"]').wait_for()
        assert last >= 19
        assert page.locator("#replay-curve path").get_attribute("d") is not None
        page.get_by_role("button", name="Play").click()
        page.locator(f'#replay-picture:not([data-at="{last}"])').wait_for()
        page.get_by_role("button", name="Close").click()
        page.locator("#replay-view").wait_for(state="hidden")
        context.close()
    assert mistakes == []
