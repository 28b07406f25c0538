"""Given a real browser beside a lane, a coach pairs it from the screen, sees every stride, and leads the session."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pygame
import pytest
from msgspec import structs

from config.loading import load
from config.settings import Settings
from feedback.display.paint.painter import Painter
from feedback.display.state.screen import Screen
from tests.support.console_browser import paired_context
from tests.support.console_gym import ConsoleGym
from tests.support.console_lane import GUARD_S, TEXT, ConsoleLane
from tests.support.drilled_runner import Drill, record_drill
from tests.support.headless_browser import AXE, axe_faults, missing, running_browser
from tests.support.message_examples import cue, sample, stride
from tests.support.qr_reader import read_qr
from tests.support.recorded_sessions import header
from tests.support.two_sided_runner import PHASE, stride_by, strides_by_both
from wire.clock import s_to_ns
from wire.messages import Band, Belt, Command, ConfigState, PairingCode, Phase

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.optional

GUARD_MS = 1000 * GUARD_S
SOCKETS = """
const Real = window.WebSocket;
let away = false;
const opened = [];
window.WebSocket = class extends Real {
  constructor(url) { super(away ? url.replace("/live", "/nothing") : url); opened.push(this); }
};
window.cut = () => { away = true; for (const one of opened) one.close(); };
window.mend = () => { away = false; window.dispatchEvent(new Event("online")); };
"""
"""A page's websockets, which a test can cut off."""
DRILL = Phase("drill", "hip_extension", Band(16.0, 20.0), 15.1, None, paused=False, muted=False, cueing=True)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    if missing():
        pytest.skip(missing())
    with running_browser() as found:
        yield found


@pytest.fixture
def address(lane: ConsoleLane) -> str:
    return f"http://127.0.0.1:{lane.port}"


@pytest.fixture
def mistakes() -> list[str]:
    """What a page has complained about: a refused script or style, or an error of its own."""
    return []


@pytest.fixture
def coach(browser: "Browser", lane: ConsoleLane, mistakes: list[str]) -> "Iterator[Page]":
    context = paired_context(browser, lane, "coach")
    page = context.new_page()
    page.set_default_timeout(GUARD_MS)
    page.on("console", lambda message: mistakes.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield page
    context.close()


def read_from_screen(code: PairingCode) -> str:
    """What a tablet's camera reads from the big screen."""
    screen = Screen(Settings())
    screen.handle(code, 0)
    surface = pygame.Surface((1280, 720), depth=32)
    Painter().paint(surface, screen.view(code.ends_ns - 1))
    picture = np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1)[..., ::-1])
    return read_qr(picture)


def test_a_tablet_is_paired_by_the_code_on_the_screen(browser: "Browser", lane: ConsoleLane, address: str) -> None:
    codes: list[PairingCode] = []

    def shown() -> bool:
        while (code := lane.codes.take()) is not None:
            codes.append(code)
        return bool(codes and codes[-1].address)

    lane.until(shown, "a code is shown", Command("pairing_code"))
    # The key may have been sent more than once; the last code is on the screen once no other follows.
    token, ends_ns = lane.devices.new_token("coach")
    read = read_from_screen(PairingCode(f"{address}/pair#{token}", "coach", ends_ns))
    assert read.startswith(address)
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(GUARD_MS)
    page.goto(f"{address}/settings")
    assert page.get_by_role("heading", name="Pair this device").is_visible()
    page.goto(read)
    page.get_by_label("Name").fill("Kim's tablet")
    page.get_by_role("button", name="Pair").click()
    page.wait_for_url(f"{address}/")
    page.get_by_role("button", name="Pause").wait_for()
    assert page.evaluate("document.cookie") == ""
    context.clear_cookies()
    page.goto(read)
    page.get_by_role("button", name="Pair").click()
    page.get_by_role("alert").get_by_text("expired or has already been used").wait_for()
    context.close()


def wait_for_number(lane: ConsoleLane, page: "Page", wanted: str) -> None:
    lane.until(lambda: page.locator("#value").text_content() == wanted, "the number is shown", sample())


def test_the_lane_is_shown_as_the_wire_has_it(coach: "Page", lane: ConsoleLane, address: str, mistakes: list[str]) -> None:
    coach.goto(address)

    def shows(selector: str, text: str) -> bool:
        return text in (coach.locator(selector).text_content() or "")

    lane.until(lambda: shows("#phase", "Drill"), "the phase is shown", DRILL, sample())
    for number, value in enumerate((14.4, 18.3, 21.2), start=1):
        lane.send(stride(number, float(number), value))
        wait_for_number(lane, coach, f"{value:.0f}°")
        verdict = coach.locator("#verdict").get_attribute("data-verdict")
        assert verdict == ("below", "in", "above")[number - 1]
    lane.send(cue("push", 3, 3.1))
    lane.until(lambda: shows("#cues", "Push the belt"), "the cue is shown", sample())
    lane.until(lambda: coach.locator("#chart .c-in, #chart .c-below, #chart .c-above").count() == 3, "the chart is drawn")
    lane.until(lambda: coach.locator("#chart .c-cue").count() == 1, "the chart is drawn")
    assert mistakes == []


def test_with_two_cameras_each_leg_has_its_chart(coach: "Page", lane: ConsoleLane, address: str, mistakes: list[str]) -> None:
    coach.goto(address)
    both = [structs.replace(PHASE, cueing=True), sample()]
    lane.until(lambda: coach.locator("#left-baseline").text_content() == "12.0°", "the legs are shown", *both)
    assert coach.locator("#right-baseline").text_content() == "15.0°"
    for hidden in ("#chart", "#one-baseline", "#number"):
        assert coach.locator(hidden).is_hidden()
    for number, left_deg in enumerate((14.0, 15.0, 11.0), start=1):
        right, left = stride_by("main", 18.0, number), stride_by("other_side", left_deg, number)
        for taken, peak_s in ((right, number), (left, number + 0.35)):
            lane.send(structs.replace(taken, t_peak_ns=s_to_ns(peak_s)))
    lane.send(structs.replace(cue("push", 3), t_peak_ns=s_to_ns(3.35)))
    lane.until(lambda: coach.locator("#left-chart .c-in").count() == 2, "the chart is drawn")
    lane.until(lambda: coach.locator("#left-chart .c-below").count() == 1, "the chart is drawn")
    lane.until(lambda: coach.locator("#right-chart .c-in").count() == 3, "the chart is drawn")
    lane.until(lambda: coach.locator("#left-chart .c-cue").count() == 1, "the chart is drawn")
    assert coach.locator("#right-chart .c-cue").count() == 0
    # A number is shown for some seconds only; a busy machine may take longer.
    lane.until(lambda: coach.locator("#left-word").text_content() == "Below the band", "the left leg is judged", left)
    assert axe_faults(coach) == [] if AXE.exists() else True
    assert mistakes == []


def test_the_gym_shows_both_legs_of_a_lane_with_two_cameras(
    browser: "Browser", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    gym = ConsoleGym(("one", "two"), lambda: s_to_ns(100))
    context = paired_context(browser, gym, "viewer")
    try:
        page = context.new_page()
        page.set_default_timeout(GUARD_MS)
        for lane, phase, strides in (("one", DRILL, [stride(1)]), ("two", PHASE, strides_by_both(1, 18.0, 12.0))):
            gym.receive(lane, sample())
            gym.receive(lane, phase)
            for one in strides:
                gym.receive(lane, one)
        page.goto(f"http://127.0.0.1:{gym.port}")
        tiles = {name: page.locator(f'.tile[data-lane="{name}"]') for name in ("one", "two")}
        tiles["two"].locator(".tile-left").get_by_text("Below the band").wait_for()
        assert tiles["two"].locator(".leg-value").all_text_contents() == ["12°", "18°"]
        assert tiles["two"].locator(".tile-value").is_hidden()
        assert tiles["one"].locator(".legs").is_hidden()
        assert tiles["one"].locator(".tile-value").is_visible()
    finally:
        context.close()
        gym.close()


def test_the_buttons_lead_the_session(coach: "Page", lane: ConsoleLane, address: str) -> None:
    lane.stopped_ns = lane.now_ns()  # so that the lane is not lost while a browser is slow
    coach.goto(address)
    lane.until(lambda: coach.locator("#phase").text_content() == "Drill", "the phase is shown", DRILL)
    lane.until(lambda: coach.get_by_role("button", name="Next phase").is_enabled(), "it can be led", DRILL)
    belt = Belt(0, None, 1.0, "typed")
    lane.until(lambda: coach.get_by_role("button", name="More incline").is_enabled(), "the belt can be set", belt, DRILL)
    for name, command in (
        ("Pause", "pause"),
        ("Mute", "mute"),
        ("Calibrate", "calibrate"),
        ("Next phase", "next_phase"),
        ("Replay on the screen", "replay"),
    ):
        coach.get_by_role("button", name=name, exact=True).click()
        assert lane.command().name == command
    for incline_pct in (1.5, 2.0):
        # The belt has not reported the first one yet.
        coach.get_by_role("button", name="More incline").click()
        assert lane.command() == Command("belt", incline_pct=incline_pct)
    coach.get_by_role("button", name="End session").click()
    coach.get_by_role("button", name="Really end?").click()
    assert lane.command().name == "end_session"


def test_a_double_tap_is_one_press(coach: "Page", lane: ConsoleLane, address: str) -> None:
    lane.stopped_ns = lane.now_ns()
    coach.goto(address)
    lane.until(lambda: coach.get_by_role("button", name="End session").is_enabled(), "it can be led", DRILL)
    coach.get_by_role("button", name="End session").dblclick()
    assert coach.locator("#end").text_content() == "Really end?"
    coach.get_by_role("button", name="Pause", exact=True).dblclick()
    assert lane.command().name == "pause"
    coach.get_by_role("button", name="Mute", exact=True).click()
    assert lane.command().name == "mute"


def test_what_was_live_goes_with_the_connection(coach: "Page", lane: ConsoleLane, address: str) -> None:
    coach.add_init_script(SOCKETS)
    coach.goto(address)
    lane.until(lambda: coach.locator("#phase").text_content() == "Drill", "the phase is shown", DRILL, sample())
    lane.send(stride(1, 1.0, 18.3))
    wait_for_number(lane, coach, "18°")
    coach.evaluate("window.cut()")
    coach.get_by_text("No connection to the lane").wait_for()
    assert (coach.locator("#value").text_content(), coach.locator("#verdict-word").text_content()) == ("–", "")
    coach.evaluate("window.mend()")
    wait_for_number(lane, coach, "18°")


def test_the_page_of_a_revoked_device_says_how_to_pair(coach: "Page", lane: ConsoleLane, address: str) -> None:
    coach.goto(address)
    coach.get_by_role("button", name="Pause", exact=True).wait_for()
    lane.devices.revoke("tablet")
    coach.get_by_role("heading", name="Pair this device").wait_for()


def test_another_coachs_assignment_is_shown(coach: "Page", lane: ConsoleLane, address: str) -> None:
    coach.goto(address)
    coach.get_by_text("Next: a guest.").wait_for()
    assert lane.browser("coach", "another").post("/api/runner", {"runner": "Ada"}).status == 200
    settings = ConfigState(2, lane.origin.load().model_dump_json())
    lane.until(lambda: coach.get_by_text("Next: Ada, session 1.").is_visible(), "it is shown", settings)


def test_a_report_that_cannot_be_made_says_why_in_its_frame(coach: "Page", address: str) -> None:
    coach.goto(f"{address}/history?runner=nobody")
    coach.frame_locator("iframe.report").get_by_text("There are no such sessions.").wait_for()


def test_settings_that_cannot_be_fetched_say_so(coach: "Page", address: str) -> None:
    coach.route("**/api/settings", lambda route: route.abort())
    coach.goto(f"{address}/settings")
    coach.get_by_text("The console cannot be reached.").wait_for()


def test_a_runner_is_assigned(coach: "Page", lane: ConsoleLane, address: str, settings_path: Path, mistakes: list[str]) -> None:
    del lane
    coach.goto(address)
    coach.get_by_text("Next: a guest.").wait_for()
    coach.get_by_label("Nickname").fill("Ada")
    coach.get_by_role("button", name="Assign").click()
    coach.get_by_text("Next: Ada, session 1.").wait_for()
    assert load(file=settings_path).session.runner == "Ada"
    coach.reload()
    coach.get_by_text("Next: Ada, session 1.").wait_for()
    assert mistakes == []


def test_the_gym_is_opened_to_everybody(
    coach: "Page", lane: ConsoleLane, address: str, settings_path: Path, mistakes: list[str]
) -> None:
    coach.goto(address)
    coach.get_by_role("button", name="Open gym").click()
    coach.get_by_text("Anyone who steps on is measured as a guest.").wait_for()
    assert load(file=settings_path).session.mode == "open_gym"
    coach.get_by_label("Nickname").wait_for(state="hidden")
    running = msgspec.structs.replace(DRILL, mode="open_gym")
    lane.until(lambda: coach.locator("#runner").text_content() == "Open gym: a guest", "the mode is shown", running)
    coach.get_by_role("button", name="Session", exact=True).click()
    coach.get_by_text("Next: a guest.").wait_for()
    assert load(file=settings_path).session.mode == "session"
    assert mistakes == []


def test_a_session_is_forgotten_after_a_second_question(
    coach: "Page", lane: ConsoleLane, address: str, tmp_path: Path, mistakes: list[str]
) -> None:
    del lane
    record_drill(tmp_path / "one", header(1, "Ada"), Drill(warm_up_s=2, baseline_s=8, drill_s=4, retention_s=8))
    coach.goto(f"{address}/sessions")
    coach.get_by_text("Import", exact=True).first.click()
    coach.get_by_label("Folder on the lane's machine").fill(str(tmp_path / "one"))
    coach.get_by_role("button", name="Import").click()
    coach.get_by_text("1 session in the store.").wait_for()
    coach.goto(f"{address}/sessions/{header(1, 'Ada')['id']}")
    coach.get_by_text("Forget this session").click()
    coach.get_by_role("button", name="Forget session").click()
    assert (tmp_path / "one" / "session.json").exists()
    coach.get_by_role("button", name="Really forget it?").click()
    coach.get_by_text("Forgotten: ").wait_for()
    assert not (tmp_path / "one").exists()
    assert [one for one in mistakes if "report" not in one] == []


def open_settings(page: "Page", address: str) -> None:
    """Open the form, and wait until it shows the values: before that, nothing can be changed."""
    page.goto(f"{address}/settings")
    page.locator("#form-panel fieldset:enabled").wait_for()


def test_nothing_can_be_changed_before_the_values_have_come(coach: "Page", lane: ConsoleLane, address: str) -> None:
    del lane
    asked: list[Route] = []
    coach.route("**/api/settings", lambda route: asked.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    coach.goto(f"{address}/settings")
    while not asked:
        coach.wait_for_timeout(10)
    delta = coach.locator("#f-target-delta_deg")
    assert (delta.input_value(), delta.is_disabled()) == ("", True)
    asked[0].continue_()
    coach.locator("#form-panel fieldset:enabled").wait_for()
    assert (delta.input_value(), delta.is_disabled()) == ("3", False)


def test_a_threshold_is_changed_refused_and_undone(
    coach: "Page", lane: ConsoleLane, address: str, settings_path: Path, mistakes: list[str]
) -> None:
    del lane
    open_settings(coach, address)
    delta = coach.locator("#f-target-delta_deg")
    assert delta.input_value() == "3"
    delta.fill("4.5")
    coach.get_by_role("button", name="Save", exact=True).click()
    coach.get_by_text("Saved. Applies at the next stride.").wait_for()
    assert load(file=settings_path).target.delta_deg == 4.5
    delta.fill("4000")
    coach.get_by_role("button", name="Save", exact=True).click()
    coach.get_by_text("target.delta_deg = 4000.0: must be at most 200").wait_for()
    assert coach.locator(".field.wrong").get_attribute("data-path") == "target.delta_deg"
    assert load(file=settings_path).target.delta_deg == 4.5
    coach.get_by_role("button", name="Discard").click()
    coach.get_by_role("button", name="Undo the last change").click()
    coach.get_by_text("The last change is undone.").wait_for()
    assert settings_path.read_text() == TEXT
    assert [one for one in mistakes if "422" not in one] == []


def test_two_coaches_who_change_the_same_setting_choose(
    coach: "Page", browser: "Browser", lane: ConsoleLane, address: str, settings_path: Path
) -> None:
    context = paired_context(browser, lane, "coach", "another")
    other = context.new_page()
    other.set_default_timeout(GUARD_MS)
    for page in (coach, other):
        open_settings(page, address)
    for page, value in ((coach, "4"), (other, "6")):
        page.locator("#f-target-delta_deg").fill(value)
        page.get_by_role("button", name="Save", exact=True).click()
    other.get_by_text("Somebody else has set this to 4 meanwhile.").wait_for()
    assert load(file=settings_path).target.delta_deg == 4.0
    other.get_by_role("button", name="Keep mine").click()
    other.get_by_text("Saved.").wait_for()
    assert load(file=settings_path).target.delta_deg == 6.0
    context.close()


def test_a_rule_is_changed_and_one_is_added(coach: "Page", lane: ConsoleLane, address: str, settings_path: Path) -> None:
    del lane
    open_settings(coach, address)
    coach.locator('[data-section="cue"] > summary').click()
    coach.locator('[data-rule="push"] > summary').click()
    coach.locator("#rule-push-strides").fill("7")
    coach.get_by_role("button", name="Save", exact=True).click()
    coach.get_by_text("Saved.").wait_for()
    coach.get_by_label("New rule").fill("mine")
    coach.get_by_role("button", name="Add", exact=True).click()
    coach.get_by_text("off until you switch it on").wait_for()
    rules = {rule.name: rule for rule in load(file=settings_path).cue}
    assert rules["push"].strides == 7
    assert not rules["mine"].enabled


def test_the_form_can_be_used_by_keyboard(coach: "Page", lane: ConsoleLane, address: str, settings_path: Path) -> None:
    del lane
    open_settings(coach, address)
    coach.locator("#f-target-half_width_deg").focus()
    coach.keyboard.press("Control+A")
    coach.keyboard.type("1.5")
    coach.keyboard.press("Enter")
    coach.get_by_text("Saved.").wait_for()
    assert load(file=settings_path).target.half_width_deg == 1.5


def test_a_name_is_never_markup(coach: "Page", lane: ConsoleLane, address: str, mistakes: list[str]) -> None:
    name = '<img src=x onerror="document.title=1">'
    coach.goto(address)
    named = Phase("drill", "hip_extension", None, None, None, paused=False, muted=False, runner=name)
    lane.until(lambda: name in (coach.locator("#runner").text_content() or ""), "the name is shown", named)
    assert coach.locator("#lane img").count() == 0
    assert mistakes == []


@pytest.mark.parametrize("dark", [False, True])
def test_pages_have_no_fault_that_axe_finds(browser: "Browser", lane: ConsoleLane, address: str, dark: bool) -> None:
    """Contrast, names, order and roles, as WCAG 2 asks at level AA."""
    if not AXE.exists():
        pytest.skip("no axe-core here (scripts/setup.sh browser)")
    context = paired_context(browser, lane, "coach", dark=dark)
    page = context.new_page()
    page.set_default_timeout(GUARD_MS)
    found = []
    for path in ("/", "/settings", "/sessions", "/runners", "/status", "/doctor", "/devices", "/pair#token", "/nothing"):
        page.goto(f"{address}{path}")
        page.wait_for_load_state("load")
        if path == "/":
            lane.until(lambda: page.locator("#phase").text_content() == "Drill", "the phase is shown", DRILL)
            lane.send(stride(1, 1.0, 14.0))
            wait_for_number(lane, page, "14°")
        if path == "/settings":
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found += [f"{path}: {fault}" for fault in axe_faults(page)]
    context.close()
    assert found == []
