"""A real browser without a window, on a console under test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from console.access.cookie import cookie_name
from console.access.devices import Role
from tests.support.console_lane import ConsoleLane

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Loopback only: nothing on a page may come from elsewhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def missing() -> str:
    """What a browser test needs and this machine lacks; "": nothing."""
    if chromium() is None:
        return "no Chromium here (Debian: apt-get install chromium); it is too large to be installed for a few tests"
    try:
        import playwright.sync_api  # noqa: F401, PLC0415 - only these tests need it
    except ImportError:
        return "no Playwright here (pip install playwright); it is too large to be installed for a few tests"
    return ""


def chromium() -> str | None:
    """The installed browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def running_browser() -> "Iterator[Browser]":
    """A browser process."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def paired_context(
    browser: "Browser",
    lane: ConsoleLane,
    role: Role,
    name: str = "tablet",
    size_px: tuple[int, int] = (1280, 800),
    dark: bool = False,
) -> "BrowserContext":
    """A device's own window, paired as by the code on the screen."""
    token, _ = lane.devices.new_token(role)
    secret, _ = lane.devices.pair(token, name)
    context = browser.new_context(
        viewport={"width": size_px[0], "height": size_px[1]}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    cookie: Any = {
        "name": cookie_name(0),
        "value": secret,
        "domain": "127.0.0.1",
        "path": "/",
        "httpOnly": True,
        "sameSite": "Strict",
    }
    context.add_cookies([cookie])
    return context
