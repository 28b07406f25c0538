"""HIPCUE_HOME moves everything that outlives a run, and is read the same way everywhere."""

from pathlib import Path

import pytest

from config.mistakes import ConfigError
from config.paths import home, keys_folder, sessions_folder
from config.settings import Settings


@pytest.mark.parametrize("chosen", ["/somewhere", "~/somewhere", "somewhere"])
def test_a_chosen_home_holds_the_keys_too(chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIPCUE_HOME", chosen)
    assert home().is_absolute()
    assert keys_folder() == home() / "keys"


def test_by_default_the_keys_are_in_the_users_settings_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HIPCUE_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert keys_folder() == Path("/elsewhere/hipcue/keys")


def test_sessions_are_in_the_home_by_default_not_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIPCUE_HOME", "/somewhere")
    monkeypatch.chdir(tmp_path)
    assert sessions_folder(Settings().session.folder) == Path("/somewhere/sessions")


@pytest.mark.parametrize(("setting", "folder"), [("/a/b", "/a/b"), ("a", "work/a"), ("~/a", "kim/a")])
def test_a_chosen_folder_for_sessions_is_relative_to_the_working_directory(
    setting: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "kim"))
    assert sessions_folder(setting) == tmp_path / folder


def test_a_home_that_does_not_exist_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIPCUE_HOME", "~nosuch/hipcue")
    with pytest.raises(ConfigError, match=r"^HIPCUE_HOME: ~nosuch/hipcue: there is no such home"):
        home()


def test_a_user_without_a_home_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user often has neither HOME nor an entry in passwd."""

    def no_entry(_uid: int) -> None:
        raise KeyError

    for name in ("HIPCUE_HOME", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", no_entry)
    for folder in (home, keys_folder):
        with pytest.raises(ConfigError, match=r"^HOME: is not set; set HIPCUE_HOME"):
            folder()
