"""A real browser without a window, for what people see and what a page may not load."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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

_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


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


def axe_faults(page: "Page") -> list[str]:
    """What axe-core finds on a page, frames in it left out: contrast, names, order and roles, as WCAG 2 asks at level AA."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({{runOnly: {_AXE_RULES}, iframes: false}})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


def _chromium() -> str | None:
    """The installed browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
