"""Devices that are paired with a console under test, in a browser."""

from typing import TYPE_CHECKING, Any, Protocol

from console.access.cookie import cookie_name
from console.access.devices import Devices, Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


class PairedConsole(Protocol):
    """A console under test whose settings leave its port open."""

    devices: Devices
    port: int


def device_cookie(secret: str, port: int = 0) -> Any:
    """What a paired device sends to the console at this port of this machine, as Playwright takes it."""
    return {
        "name": cookie_name(port),
        "value": secret,
        "domain": "127.0.0.1",
        "path": "/",
        "httpOnly": True,
        "sameSite": "Strict",
    }


def paired_context(
    browser: "Browser",
    console: PairedConsole,
    role: Role,
    name: str = "tablet",
    size_px: tuple[int, int] = (1280, 800),
    dark: bool = False,
) -> "BrowserContext":
    """A device's own window, paired as by the code on the screen."""
    token, _ = console.devices.new_token(role)
    secret, _ = console.devices.pair(token, name)
    context = browser.new_context(
        viewport={"width": size_px[0], "height": size_px[1]}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    context.add_cookies([device_cookie(secret)])
    return context
