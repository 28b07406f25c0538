"""Given the summary on the big screen, its code opens this runner's report on any phone, for a while, and nothing else."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pygame
import pytest

from config.paths import store_url
from config.secret_address import SecretAddress
from config.sections.console import ConsoleSettings
from config.settings import Settings
from console.access.addresses import is_reachable
from console.access.report_links import MOST_LINKS, NO_LINK, ReportLinks
from console.library.library import Library, Made
from feedback.display.paint.painter import Painter
from feedback.display.state.screen import Screen
from sessions.store.catalogue import Catalogue
from tests.support.console_lane import GUARD_S, TEXT, Answer, Browser, ConsoleLane
from tests.support.drilled_runner import Drill, record_drill
from tests.support.eventually import eventually
from tests.support.healths import health
from tests.support.qr_reader import read_qr
from tests.support.recorded_sessions import header
from tests.support.set_clock import SetClock
from wire.clock import s_to_ns
from wire.messages import Phase, ReportLink, Summary

ADDRESS = "http://127.0.0.1:7680"
SUMMARY = Phase(
    "summary",
    "hip_extension",
    None,
    None,
    None,
    paused=False,
    muted=False,
    runner="Ada",
    summary=Summary(None, None, None, 0, ()),
)
REACHABLE = f'{TEXT}\n[console]\nname = "127.0.0.1"\n'
OTHERS = ("/", "/sessions", "/runners", "/api/runners", "/api/settings", "/status", "/live")


class TestLinks:
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def links(self, clock: SetClock) -> ReportLinks:
        return ReportLinks(clock, 60)

    def test_a_session_has_one_link_while_its_summary_is_shown(self, links: ReportLinks) -> None:
        link = links.show("one", ADDRESS)
        assert link.address.startswith(f"{ADDRESS}/r/")
        assert links.show("one", ADDRESS) == link
        assert links.session_of(token_of(link)) == "one"
        assert links.hide() == NO_LINK

    def test_a_token_opens_its_own_session_after_others_have_come(self, links: ReportLinks) -> None:
        tokens = [token_of(links.show(name, ADDRESS)) for name in ("one", "two")]
        assert [links.session_of(one) for one in tokens] == ["one", "two"]
        assert len(tokens[0]) >= 22  # 128 bits in base 64

    def test_a_token_expires(self, links: ReportLinks, clock: SetClock) -> None:
        link = links.show("one", ADDRESS)
        assert link.ends_ns == clock.now_ns + s_to_ns(3600)
        clock.now_ns = link.ends_ns - 1
        assert links.session_of(token_of(link)) == "one"
        clock.now_ns = link.ends_ns
        assert links.session_of(token_of(link)) is None

    @pytest.mark.parametrize("token", ["", "one", "\udcff", "x" * 2000])
    def test_what_is_no_token_opens_nothing(self, links: ReportLinks, token: str) -> None:
        links.show("one", ADDRESS)
        assert links.session_of(token) is None

    def test_many_sessions_take_no_more_memory(self, links: ReportLinks) -> None:
        tokens = [token_of(links.show(str(number), ADDRESS)) for number in range(MOST_LINKS + 1)]
        assert [links.session_of(one) is None for one in tokens[:2]] == [True, False]


@pytest.fixture(autouse=True)
def saved_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.library.library.SAVED_AFTER_S", 0.0)


@pytest.fixture
def settings_path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(REACHABLE)
    return path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("recorded")
    drill = Drill(warm_up_s=1, baseline_s=5, drill_s=2, retention_s=5)
    for number, runner in enumerate(("Ada", "Kim"), start=1):
        record_drill(folder / runner, header(number, runner), drill)
    return [folder / "Ada", folder / "Kim"]


@pytest.fixture
def sessions(lane: ConsoleLane, recorded: list[Path]) -> dict[str, str]:
    """The ids of Ada's and Kim's session, in this lane's store."""
    catalogue = Catalogue(store_url(SecretAddress("")))
    assert list(filter(None, catalogue.add(recorded))) == []
    found = {entry.runner: str(entry.id) for entry in catalogue.entries()}
    catalogue.close()
    return found


def read_report(phone: Browser, path: str) -> Answer:
    """What a phone shows in the end: it loads the page again while the report is being made."""
    end_s = time.monotonic() + GUARD_S
    while (answer := phone.get(path)).status == 202:
        assert time.monotonic() < end_s
        time.sleep(0.2)
    return answer


def shown(lane: ConsoleLane, session: str) -> ReportLink:
    """The link that the big screen receives while it shows this session's summary."""
    links: list[ReportLink] = []

    def published() -> bool:
        links.extend(iter(lane.links.take, None))
        return bool(links and links[-1].address)

    lane.until(published, "a link is published", SUMMARY, health("recorder", session=session))
    return links[-1]


def read_from_screen(link: ReportLink) -> str:
    """What a phone's camera reads beside the summary."""
    screen = Screen(Settings())
    screen.handle(SUMMARY, 0)
    screen.handle(link, 0)
    surface = pygame.Surface((1280, 720), depth=32)
    Painter().paint(surface, screen.view(link.ends_ns - 1))
    picture = np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1)[..., ::-1])
    return read_qr(picture)


def token_of(link: ReportLink) -> str:
    return link.address.rpartition("/")[2]


class TestPhone:
    def test_the_code_on_the_screen_opens_the_report_and_nothing_else(
        self, lane: ConsoleLane, sessions: dict[str, str]
    ) -> None:
        link = shown(lane, sessions["Ada"])
        read = urlsplit(read_from_screen(link))
        assert read.netloc == f"127.0.0.1:{lane.port}"
        phone = Browser(lane.port)
        report = read_report(phone, read.path)
        assert report.status == 200
        assert "Ada" in report.text
        assert "Kim" not in report.text
        assert report.headers["content-security-policy"].startswith("sandbox")
        assert report.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in report.headers
        for path in (*OTHERS, f"/sessions/{sessions['Ada']}/report.html", f"/sessions/{sessions['Kim']}"):
            assert phone.get(path).status == 401
        widened = (
            f"?session={sessions['Kim']}",
            "/",
            f"/{sessions['Kim']}",
            "/../../sessions",
            "%2f..%2fsessions",
            ".pdf",
            "x",
        )
        for more in widened:
            answer = phone.get(f"{read.path}{more}")
            assert "Kim" not in answer.text
            assert answer.status == (200 if more.startswith("?") else 307 if more == "/" else 404)
        for method in ("POST", "PUT", "DELETE"):
            assert phone.send(method, read.path, b"", {"origin": f"http://{phone.host}"}).status in (403, 405)
        as_cookie = Browser(lane.port, cookie=f"hipcue_0={token_of(link)}")
        assert as_cookie.get("/").status == 401
        assert as_cookie.post("/pair", {"token": token_of(link)}).status == 400

    def test_the_report_is_made_before_a_phone_asks_for_it(
        self, lane: ConsoleLane, sessions: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[str] = []

        async def make(self: Library, what: str, name: str, media_type: str, *_: Any) -> Made:
            made.append(what)
            return Made(b"<html>", media_type, name)

        monkeypatch.setattr(Library, "_make", make)
        link = shown(lane, sessions["Ada"])
        eventually(lambda: made, "a report is made")
        for _ in range(3):
            assert read_report(Browser(lane.port), urlsplit(link.address).path).text == "<html>"
        assert made == ["report"]

    def test_a_phone_that_is_quicker_is_asked_to_wait(
        self, lane: ConsoleLane, sessions: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.library.library.SAVED_AFTER_S", GUARD_S)
        path = urlsplit(shown(lane, sessions["Ada"]).address).path
        answer = Browser(lane.port).get(path)
        assert answer.status == 202
        assert "is being made" in answer.text
        assert int(answer.headers["refresh"]) > 0
        assert "Ada" not in answer.text

    def test_an_expired_link_says_so_and_is_counted(self, lane: ConsoleLane, sessions: dict[str, str]) -> None:
        link = shown(lane, sessions["Ada"])
        lane.ahead_ns = s_to_ns(3600)
        answers = [Browser(lane.port).get(path) for path in (urlsplit(link.address).path, "/r/guessed")]
        assert [answer.status for answer in answers] == [404, 404]
        assert all("This link has expired" in answer.text for answer in answers)
        assert all("Ada" not in answer.text for answer in answers)
        lane.until(lambda: lane.newest_health() and lane.health and lane.health.counters.get("refused: report link"), "counted")

    def test_the_code_goes_with_the_summary(self, lane: ConsoleLane, sessions: dict[str, str]) -> None:
        shown(lane, sessions["Ada"])
        idle = Phase("idle", "hip_extension", None, None, None, paused=False, muted=False)
        lane.until(lambda: any(link == NO_LINK for link in iter(lane.links.take, None)), "the code is hidden", idle)

    def test_a_session_that_is_not_in_the_store_is_a_sentence_without_folders(self, lane: ConsoleLane) -> None:
        link = shown(lane, "ffffffff-0000-4000-8000-000000000000")
        answer = read_report(Browser(lane.port), urlsplit(link.address).path)
        assert answer.status == 503
        assert "cannot be made at present" in answer.text
        assert "hipcue sessions" not in answer.text


@pytest.mark.parametrize(
    ("listen", "name", "reachable"),
    [
        ("127.0.0.1", "", False),
        ("::1", "", False),
        ("0.0.0.0", "", True),
        ("192.168.1.20", "", True),
        ("127.0.0.1", "lane1.local", True),
    ],
)
def test_a_console_that_no_phone_can_reach_shows_no_code(listen: str, name: str, reachable: bool) -> None:
    assert is_reachable(ConsoleSettings(listen=listen, name=name)) == reachable
