"""A real browser without a window, for what people see and what a page may not load."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_FLAGS = (
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

AXE = Path(sys.prefix, "axe/node_modules/axe-core/axe.min.js")
"""axe-core, which finds barriers on a page; where scripts/setup.sh installs it."""


def missing() -> str:
    """What a browser needs and this machine lacks; "": nothing."""
    if _chromium() is None:
        return "no Chromium here (scripts/setup.sh browser); it is too large to be installed for a few tests"
    if find_spec("playwright") is None:
        return "no Playwright here (scripts/setup.sh browser); it is too large to be installed for a few tests"
    return ""


@contextmanager
def running_browser() -> "Iterator[Browser]":
    """A browser process."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - optional

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), headless=True, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _chromium() -> str | None:
    """The installed browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
