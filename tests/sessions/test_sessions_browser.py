"""Given a report and a real browser without a network, a phone's first screen has the answers, a touch a stride's values."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sessions.report.html_page import html_page
from sessions.report.session_report import session_document, write_report
from sessions.report.trend import entry
from sessions.report.trend_report import trend_document
from tests.support.headless_browser import missing, running_browser
from tests.support.made_sessions import coached_session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.optional

PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1280, 800)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    if missing():
        pytest.skip(missing())
    with running_browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report, and a history of six sessions."""
    folder = tmp_path_factory.mktemp("pages")
    write_report(coached_session(), folder / "report.html")
    sessions = [
        coached_session(baseline_deg=15.0 + 0.8 * day, drill_deg=18.0 + 0.8 * day, day=day, strides=20) for day in range(6)
    ]
    history = html_page(trend_document("Ada", [entry(one) for one in sessions]))
    (folder / "history.html").write_text(history, encoding="utf-8")
    return {"report": folder / "report.html", "history": folder / "history.html"}


def opened(context: "BrowserContext", page: Path) -> "Page":
    """The page; a script or a style that its policy refuses, or an error of its own, fails the test."""
    found = context.new_page()
    mistakes: list[str] = []
    found.on("console", lambda message: mistakes.append(message.text) if message.type == "error" else None)
    found.on("pageerror", lambda error: mistakes.append(str(error)))
    found.goto(page.as_uri())
    assert mistakes == []
    return found


def window(
    browser: "Browser", size_px: tuple[int, int], touch: bool = False, scripts: bool = True, dark: bool = False
) -> "BrowserContext":
    return browser.new_context(
        viewport={"width": size_px[0], "height": size_px[1]},
        has_touch=touch,
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
    )


def test_the_first_screen_of_a_phone_has_the_answers(browser: "Browser", pages: dict[str, Path]) -> None:
    with window(browser, PHONE) as context:
        page = opened(context, pages["report"])
        for answer in (
            "It stayed: without cues, you pushed 2.0° further behind you than before.",
            "after, without cues",
            "more hip extension than at baseline; a real change.",
            "Glute activation.",
            "The pictures are not on this machine",
        ):
            box = page.get_by_text(answer).first.bounding_box()
            assert box is not None, answer
            assert box["y"] + box["height"] <= PHONE[1], answer


@pytest.mark.parametrize("size_px", [PHONE, TABLET, DESKTOP])
@pytest.mark.parametrize("name", ["report", "history"])
def test_no_page_is_wider_than_its_window(
    browser: "Browser", pages: dict[str, Path], name: str, size_px: tuple[int, int]
) -> None:
    with window(browser, size_px) as context:
        page = opened(context, pages[name])
        page.locator("summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= size_px[0]


class TestAStridesValues:
    def test_are_shown_where_it_is_touched(self, browser: "Browser", pages: dict[str, Path]) -> None:
        with window(browser, PHONE, touch=True) as context:
            page = opened(context, pages["report"])
            chart = page.locator(".narrow svg")
            chart.scroll_into_view_if_needed()
            box = chart.bounding_box()
            assert box is not None
            page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
            assert page.locator(".narrow .reading").inner_text().startswith("Stride ")

    def test_are_read_by_keyboard_one_after_the_other(self, browser: "Browser", pages: dict[str, Path]) -> None:
        with window(browser, DESKTOP) as context:
            page = opened(context, pages["report"])
            chart, reading = page.locator(".wide svg"), page.locator(".wide .reading")
            chart.focus()
            assert reading.inner_text().startswith("Stride 1 at 0:00, baseline: ")
            page.keyboard.press("ArrowRight")
            assert reading.inner_text().startswith("Stride 2 at 0:01, baseline: ")
            page.keyboard.press("End")
            assert reading.inner_text().startswith("Stride 120 ")
            assert chart.get_attribute("aria-valuetext") == reading.inner_text()

    def test_are_titles_where_no_script_runs(self, browser: "Browser", pages: dict[str, Path]) -> None:
        with window(browser, DESKTOP, scripts=False) as context:
            page = opened(context, pages["report"])
            assert page.locator(".wide svg circle title").count() == 120
            assert page.locator(".reading").count() == 0


def test_a_report_prints_on_two_sheets(browser: "Browser", tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(html_page(session_document(coached_session())), encoding="utf-8")
    with window(browser, DESKTOP) as context:
        page = opened(context, tmp_path / "report.html")
        assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 2


def test_dark_and_light_follow_the_reader(browser: "Browser", pages: dict[str, Path]) -> None:
    grounds = []
    for dark in (False, True):
        with window(browser, DESKTOP, dark=dark) as context:
            page = opened(context, pages["report"])
            grounds.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(11, 16, 22)"]
