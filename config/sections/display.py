"""The screen, and screens on other machines: [display] and [network]."""

import re
from typing import Literal

from pydantic import field_validator

from config.secret_address import without_secrets
from config.sections.section import Section, setting

_TCP = re.compile(r"tcp://[^@/?#\s]+:([0-9]{1,5})")
_LAST_PORT = 65_534
"""The port above it is used too (wire/remote/share.py)."""


class DisplaySettings(Section):
    """The screen."""

    mode: Literal["auto", "fullscreen", "window", "headless"] = setting(
        "auto",
        '"fullscreen", "window", "headless" (a line per stride in the terminal) or "auto" (full screen; '
        "headless if there is no screen)",
    )
    monitor: str = setting(
        "", 'part of the monitor\'s name, or its number, as `hipcue doctor` prints them; "" takes the first', max_length=80
    )
    width_px: int = setting(1280, "of the window, and of the screenshot", ge=320, le=7680)
    height_px: int = setting(720, "of the window, and of the screenshot", ge=240, le=4320)
    fps: float = setting(60.0, "draw the screen at most this often per second", live=True, ge=5, le=240)
    mirror: bool = setting(False, "true: mirror the image", live=True)
    replay: Literal["off", "key", "between_blocks"] = setting(
        "key",
        'slow motion of the last 8 s, pictures in memory only: "key" (key r shows it), "between_blocks" (also whenever '
        'a block of the drill with cues ends) or "off" (none are kept)',
        live=True,
    )
    max_lines_age_ms: float = setting(
        150.0, "an image is shown without its lines if they come later than this", live=True, ge=20, le=2000
    )


class NetworkSettings(Section):
    """Screens on other machines."""

    publish: str = setting(
        "ipc",
        '"ipc": this machine only; "tcp://0.0.0.0:7660": also machines whose keys are allowed (docs/two-machines.md)',
    )

    @field_validator("publish")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        tcp = _TCP.fullmatch(value)
        if value != "ipc" and (tcp is None or not 0 < int(tcp[1]) <= _LAST_PORT):
            raise ValueError(
                f'{without_secrets(value)!r}: must be "ipc", or an address with its port, as in "tcp://0.0.0.0:7660"'
            )
        return value
