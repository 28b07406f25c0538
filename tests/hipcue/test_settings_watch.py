"""A settings file saved while the program runs applies; an invalid one changes nothing and is reported."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.loading import Origin
from config.settings import Settings
from hipcue.supervisor.settings_watch import LONGEST_LOAD_S, MISSING_S, SettingsWatch
from tests.support.eventually import eventually
from tests.support.set_clock import SetClock
from wire.clock import s_to_ns
from wire.messages import ConfigState
from wire.sockets import Wire
from wire.topics import COACH, CONFIG, SUPERVISOR

GOOD = "[audio]\nvolume = 0.3\n"


class Watched:
    """A file, the watch on it, and a process that receives the settings."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock()
        self.file = folder / "mine.toml"
        self.file.write_text(GOOD)
        self.supervisor = Wire(folder, SUPERVISOR, self.clock)
        self.subscriber = Wire(folder, COACH)
        origin = Origin(file=self.file)
        self.starts: list[Callable[[], None]] = []
        self.hangs = False
        self.watch = SettingsWatch(origin, origin.load(), self.supervisor, self._start)
        self._states = self.subscriber.newest(CONFIG, ConfigState)

    def _start(self, load: Callable[[], None]) -> None:
        """Loads at once, or never while the file's disk hangs."""
        if self.hangs:
            self.starts.append(load)
        else:
            load()

    def close(self) -> None:
        self.subscriber.close()
        self.supervisor.close()

    def check(self, seconds: float = 0.3) -> list[bool]:
        """Check ten times a second for this long."""
        results = []
        for _ in range(round(seconds * 10)):
            self.clock.now_ns += s_to_ns(0.1)
            results.append(self.watch.check())
        return results

    def received(self, wanted: Callable[[ConfigState], bool]) -> ConfigState:
        """The state that the subscriber receives, once it is the wanted one."""

        def state() -> ConfigState | None:
            self.clock.now_ns += s_to_ns(0.1)
            self.watch.check()
            taken = self._states.take()
            return taken if taken is not None and wanted(taken) else None

        return eventually(state, "the state is received")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    one = Watched(tmp_path)
    yield one
    one.close()


def volume(state: ConfigState) -> float:
    return Settings.model_validate_json(state.settings_json).audio.volume


def test_a_late_subscriber_receives_the_current_settings(watched: Watched) -> None:
    watched.check(5)
    state = watched.received(lambda state: state.version == 1)
    assert (state.version, volume(state), watched.watch.error) == (1, 0.3, "")


def test_a_saved_change_applies(watched: Watched) -> None:
    watched.file.write_text("[audio]\nvolume = 0.7\n")
    assert watched.check() == [False, True, False]
    assert watched.watch.settings.audio.volume == 0.7
    state = watched.received(lambda state: state.version == 2)
    assert (volume(state), watched.watch.error) == (0.7, "")


def test_a_change_by_renaming_applies(watched: Watched, tmp_path: Path) -> None:
    beside = tmp_path / ".mine.toml.swp"
    beside.write_text("[audio]\nvolume = 0.8\n")
    watched.file.unlink()
    watched.check(0.2)
    os.replace(beside, watched.file)
    assert True in watched.check()
    assert watched.watch.settings.audio.volume == 0.8


def test_an_incomplete_file_is_not_read(watched: Watched) -> None:
    for length in range(1, 10):
        watched.file.write_text("[audio]\nvolume = 0.777777"[: 17 + length])
        assert watched.check(0.1) == [False]
    watched.check()
    assert watched.watch.settings.audio.volume == 0.777777


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[audio]\nvolume = 7\n", "audio.volume = 7: must be at most 1"),
        ("[audio]\nvolumne = 0.5\n", "audio.volumne is not a setting; did you mean 'volume'?"),
        ("[audio]\nvolume = \n", "is not TOML: Invalid value (at line 2, column 10)"),
        ("audio = " + 2000 * "[" + 2000 * "]", "is nested too deeply; hipcue config show prints the tables that there are"),
        ('[[cue]]\nname = "a"\nwhen = "knees below 3"\n', "cue \"a\": when: unknown measure 'knees'; did you mean 'knee'?"),
    ],
)
def test_an_invalid_file_changes_nothing_and_is_reported_until_it_is_fixed(watched: Watched, text: str, message: str) -> None:
    watched.file.write_text(text)
    assert True not in watched.check()
    assert watched.watch.error == f"{watched.file}: {message}"
    state = watched.received(lambda _state: True)
    assert (state.version, volume(state)) == (1, 0.3)
    watched.file.write_text(GOOD)
    watched.check()
    assert watched.watch.error == ""
    state = watched.received(lambda _state: True)
    assert (state.version, volume(state)) == (1, 0.3)


@pytest.mark.parametrize(
    ("text", "place", "private"),
    [
        (f'[session]\nrunner = "{"Ada " * 20}"\n', "session.runner", "Ada"),
        ('[[cue]]\nname = "a"\nwhen = "knee below 3"\ntext = "Run up that hill now, Ada"\n', 'cue "a"', "Ada"),
    ],
)
def test_the_log_names_the_refused_setting_but_not_its_value(
    watched: Watched, text: str, place: str, private: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("hipcue"), "propagate", True)
    watched.file.write_text(text)
    watched.check()
    assert caplog.messages == [f"Settings refused: {watched.file}: {place}"]
    assert private not in caplog.text
    assert place in watched.watch.error


def test_an_address_is_reported_without_its_password(watched: Watched) -> None:
    watched.file.write_text(f'[session]\nstore_url = "postgresql://gym:secret@server/{"x" * 500}"\n')
    watched.check()
    assert "session.store_url = 'postgresql://server/" in watched.watch.error
    assert "secret" not in watched.watch.error


def test_a_missing_file_is_reported_and_changes_nothing(watched: Watched) -> None:
    watched.file.unlink()
    watched.check(MISSING_S + 1)
    assert watched.watch.error == f"{watched.file}: cannot be read (No such file or directory)"
    state = watched.received(lambda _state: True)
    assert volume(state) == 0.3


def test_keys_that_wait_for_the_next_start_are_listed(watched: Watched) -> None:
    watched.file.write_text(GOOD + "[capture]\nfps = 30\n")
    assert True not in watched.check()
    state = watched.received(lambda state: bool(state.waiting))
    assert (state.version, state.waiting) == (1, ("capture.fps",))
    assert watched.watch.settings.capture.fps == 60


def test_the_command_line_takes_precedence_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    origin = Origin(file=file, overrides={"audio.volume": 0.9})
    with Wire(tmp_path, SUPERVISOR) as wire:
        watch = SettingsWatch(origin, origin.load(), wire, start=lambda load: load())
        file.write_text("[audio]\nvolume = 0.1\n[session]\ndrill_s = 5\n")
        assert [watch.check(), watch.check()] == [False, True]
    assert (watch.settings.audio.volume, watch.settings.session.drill_s) == (0.9, 5)


def test_without_a_file_nothing_changes(tmp_path: Path) -> None:
    with Wire(tmp_path, SUPERVISOR) as wire:
        watch = SettingsWatch(Origin(), Origin().load(), wire)
        assert not any(watch.check() for _ in range(5))


def test_a_file_that_takes_long_to_read_is_reported_and_applies_once_it_is_read(watched: Watched) -> None:
    watched.hangs = True
    watched.file.write_text("[audio]\nvolume = 0.7\n")
    assert True not in watched.check(LONGEST_LOAD_S)
    assert watched.watch.error == ""
    watched.check(1.0)
    assert watched.watch.error == f"{watched.file}: reading it takes longer than 5 s"
    [load] = watched.starts
    load()
    assert True in watched.check()
    assert (watched.watch.error, watched.watch.settings.audio.volume) == ("", 0.7)


def test_what_is_no_regular_file_is_refused_at_once(watched: Watched) -> None:
    watched.file.unlink()
    os.mkfifo(watched.file)
    assert True not in watched.check()
    assert watched.watch.error == f"{watched.file}: is not a regular file; save the text in a file of its own"
    watched.file.unlink()
    watched.file.symlink_to("/dev/zero")
    watched.check()
    assert watched.watch.error == f"{watched.file}: is not a regular file; save the text in a file of its own"
