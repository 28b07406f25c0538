"""A screen and a sound server for a whole program: both of the tests' own, nobody sees or hears them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import sound_server, virtual_screen


@dataclass(frozen=True)
class Surroundings:
    """`environment` makes a program use both."""

    screen: virtual_screen.VirtualScreen
    server: sound_server.SoundServer
    environment: dict[str, str]


@contextmanager
def screen_and_sound(folder: Path, width_px: int = 1920, height_px: int = 1080) -> Iterator[Surroundings]:
    """Both, for as long as the block lasts; they keep their files in `folder`. Skips the test where there is no such server."""
    for reason in (virtual_screen.missing(), sound_server.missing()):
        if reason:
            pytest.skip(reason)
    screen_folder, sound_folder = folder / "screen", folder / "sound"
    screen_folder.mkdir()
    sound_folder.mkdir()
    with (
        virtual_screen.virtual_screen(screen_folder, width_px, height_px) as screen,
        sound_server.sound_server(sound_folder) as server,
    ):
        environment = {**server.environment, **screen.environment}
        # PulseAudio is named by its socket: the program keeps the runtime folder that it would have.
        environment.pop("XDG_RUNTIME_DIR", None)
        yield Surroundings(screen, server, environment)
