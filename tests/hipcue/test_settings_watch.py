"""A settings file saved while the program runs applies; a wrong one changes nothing and says why."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.loading import Origin
from config.schema import Settings
from hipcue.settings_watch import MISSING_S, SettingsWatch
from tests.eventually import eventually
from wire.clock import s_to_ns
from wire.messages import ConfigState
from wire.sockets import Wire
from wire.topics import COACH, CONFIG, SUPERVISOR

GOOD = "[audio]\nvolume = 0.3\n"


class Clock:
    def __init__(self) -> None:
        self.now_ns = s_to_ns(1000)

    def __call__(self) -> int:
        return self.now_ns


class Watched:
    """A file, the watch on it, and a process that hears of it."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.file = folder / "mine.toml"
        self.file.write_text(GOOD)
        self.supervisor = Wire(folder, SUPERVISOR, self.clock)
        self.hearer = Wire(folder, COACH)
        origin = Origin(file=self.file)
        self.watch = SettingsWatch(origin, origin.load(), self.supervisor)
        self._states = self.hearer.newest(CONFIG, ConfigState)

    def close(self) -> None:
        self.hearer.close()
        self.supervisor.close()

    def look(self, seconds: float = 0.3) -> list[bool]:
        """Look ten times a second for so long."""
        looks = []
        for _ in range(round(seconds * 10)):
            self.clock.now_ns += s_to_ns(0.1)
            looks.append(self.watch.look())
        return looks

    def heard(self, wanted: Callable[[ConfigState], bool]) -> ConfigState:
        """The state that a process has heard, once it is the wanted one."""

        def look() -> ConfigState | None:
            self.clock.now_ns += s_to_ns(0.1)
            self.watch.look()
            state = self._states.take()
            return state if state is not None and wanted(state) else None

        return eventually(look, "the state is heard")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    one = Watched(tmp_path)
    yield one
    one.close()


def volume(state: ConfigState) -> float:
    return Settings.model_validate_json(state.settings_json).audio.volume


def test_who_comes_late_hears_what_holds(watched: Watched) -> None:
    watched.look(5)
    state = watched.heard(lambda state: state.version == 1)
    assert (state.version, volume(state), state.error) == (1, 0.3, "")


def test_a_saved_change_applies(watched: Watched) -> None:
    watched.file.write_text("[audio]\nvolume = 0.7\n")
    assert watched.look() == [False, True, False]
    assert watched.watch.settings.audio.volume == 0.7
    state = watched.heard(lambda state: state.version == 2)
    assert (volume(state), state.error) == (0.7, "")


def test_a_change_by_renaming_applies(watched: Watched, tmp_path: Path) -> None:
    beside = tmp_path / ".mine.toml.swp"
    beside.write_text("[audio]\nvolume = 0.8\n")
    watched.file.unlink()
    watched.look(0.2)
    os.replace(beside, watched.file)
    assert True in watched.look()
    assert watched.watch.settings.audio.volume == 0.8


def test_a_file_that_is_still_being_written_is_not_read(watched: Watched) -> None:
    for length in range(1, 10):
        watched.file.write_text("[audio]\nvolume = 0.777777"[: 17 + length])
        assert watched.look(0.1) == [False]
    watched.look()
    assert watched.watch.settings.audio.volume == 0.777777


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[audio]\nvolume = 7\n", "audio.volume = 7: must be at most 1.0"),
        ("[audio]\nvolumne = 0.5\n", "audio.volumne is not a setting; did you mean 'volume'?"),
        ("[audio]\nvolume = \n", "is not TOML: Invalid value (at line 2, column 10)"),
        ("audio = " + 2000 * "[" + 2000 * "]", "is nested too deeply"),
        ('[[cue]]\nname = "a"\nwhen = "knees below 3"\n', "cue \"a\": when: unknown measure 'knees'; did you mean 'knee'?"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_why_until_it_is_mended(watched: Watched, text: str, said: str) -> None:
    watched.file.write_text(text)
    assert True not in watched.look()
    state = watched.heard(lambda state: bool(state.error))
    assert state.error == f"{watched.file}: {said}"
    assert (state.version, volume(state)) == (1, 0.3)
    watched.file.write_text(GOOD)
    watched.look()
    state = watched.heard(lambda state: not state.error)
    assert (state.version, volume(state)) == (1, 0.3)


@pytest.mark.parametrize(
    ("text", "place", "private"),
    [
        (f'[session]\nrunner = "{"Ada " * 20}"\n', "session.runner", "Ada"),
        ('[[cue]]\nname = "a"\nwhen = "knee below 3"\ntext = "Run up that hill now, Ada"\n', 'cue "a"', "Ada"),
    ],
)
def test_the_log_says_which_setting_is_refused_and_not_what_it_is(
    watched: Watched, text: str, place: str, private: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("hipcue"), "propagate", True)
    watched.file.write_text(text)
    watched.look()
    assert caplog.messages == [f"Settings refused: {watched.file}: {place}"]
    assert private not in caplog.text
    assert place in watched.watch.error


def test_an_address_is_told_without_its_password(watched: Watched) -> None:
    watched.file.write_text(f'[session]\nstore_url = "postgresql://gym:secret@server/{"x" * 500}"\n')
    watched.look()
    assert "session.store_url = 'postgresql://server/" in watched.watch.error
    assert "secret" not in watched.watch.error


def test_a_file_that_stays_away_is_said_and_changes_nothing(watched: Watched) -> None:
    watched.file.unlink()
    watched.look(MISSING_S + 1)
    state = watched.heard(lambda state: bool(state.error))
    assert state.error == f"{watched.file}: cannot be read (No such file or directory)"
    assert volume(state) == 0.3


def test_keys_that_wait_for_the_next_start_are_named(watched: Watched) -> None:
    watched.file.write_text(GOOD + "[capture]\nfps = 30\n")
    assert True not in watched.look()
    state = watched.heard(lambda state: bool(state.notice))
    assert (state.version, state.notice) == (1, "capture.fps: applies at the next start")
    assert watched.watch.settings.capture.fps == 60


def test_the_command_line_still_holds_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    origin = Origin(file=file, overrides={"audio.volume": 0.9})
    with Wire(tmp_path, SUPERVISOR) as wire:
        watch = SettingsWatch(origin, origin.load(), wire)
        file.write_text("[audio]\nvolume = 0.1\n[session]\ndrill_s = 5\n")
        assert [watch.look(), watch.look()] == [False, True]
    assert (watch.settings.audio.volume, watch.settings.session.drill_s) == (0.9, 5)


def test_without_a_file_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    with Wire(tmp_path, SUPERVISOR) as wire:
        watch = SettingsWatch(Origin(), Origin().load(), wire)
        assert not any(watch.look() for _ in range(5))
