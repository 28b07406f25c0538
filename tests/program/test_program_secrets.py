"""Given one secret in every setting that takes text, then no file, no message and no line that the program writes has it."""

import signal
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.loading import load
from config.mistakes import ConfigError
from config.settings import Settings
from sessions.format.header import settings_snapshot
from tests.support.listener import Listener
from tests.support.program import Running, hipcue, one_sentence, run_folder
from tests.support.raw_messages import raw_messages
from wire.topics import PROCESSES, RECORDER

SECRET = "ge/heim#Quark7"
PARTS = (SECRET, "heim", "Quark7")  # Long enough not to occur by chance in pixels and packed numbers.
CAMERA = f"http://coach:{SECRET}@127.0.0.1:1/user=coach_password={SECRET}"
SHORT = f"rtsp://c/password={SECRET}"
"""An address for settings of few characters."""
STORE = f"postgresql://coach:{SECRET}@127.0.0.1:1/none?password={SECRET}"


def text_settings(section: type[BaseModel] = Settings, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys of all settings, of sections and of tables in lists."""
    for name, field in section.model_fields.items():
        inner = [kind for kind in (field.annotation, *typing.get_args(field.annotation)) if isinstance(kind, type)]
        nested = [kind for kind in inner if issubclass(kind, BaseModel)]
        if nested and nested[0] is field.annotation:
            yield from text_settings(nested[0], (*path, name))
        elif not nested:
            yield (*path, name)


@pytest.mark.parametrize("key", list(text_settings()), ids=".".join)
def test_an_address_with_its_password_is_refused_without_it_or_kept_as_a_secret(tmp_path: Path, key: tuple[str, ...]) -> None:
    """Whichever setting it was typed into, as text or in a list: what settings are written as does not have it either."""
    *tables, name = key
    for value in (f'"{CAMERA}"', f'["{CAMERA}"]', f'"{SHORT}"'):
        file = tmp_path / "mine.toml"
        file.write_text(f"[{'.'.join(tables)}]\n{name} = {value}\n" if tables else f"{name} = {value}\n")
        said = _settings_or_sentence(file)
        assert not [part for part in PARTS if part in said], said
        assert one_sentence(said)


def _settings_or_sentence(file: Path) -> str:
    try:
        settings = load(file=file)
    except ConfigError as error:
        return f"{error}{error.place}"
    return f"{settings!r}{settings_snapshot(settings)}"


def test_a_camera_and_a_store_that_are_away_are_named_without_their_passwords(tmp_path: Path) -> None:
    sessions, settings = tmp_path / "sessions", tmp_path / "mine.toml"
    settings.write_text(f'[session]\nstore_url = "{STORE}"\nrunner = "Ada"\n')
    given = ("--config", str(settings), "--session-dir", str(sessions), "--no-display")
    refused = Running("run", "--source", CAMERA, *given)
    endings = {"refused": refused.wait()}
    program = Running("run", "--source", "synthetic:fps=30", *given, exact=True)
    listener = Listener(program.runtime)
    listener.until_heard(*PROCESSES)
    with raw_messages(run_folder(program.runtime)) as published:
        listener.until_strides(2)
        listener.until(lambda: bool(listener.health[RECORDER].faults), "the store is away")
        endings["status"] = hipcue("status", environment={"XDG_RUNTIME_DIR": str(program.runtime)})
    listener.close()
    program.signal(signal.SIGTERM)
    endings["run"] = program.wait()
    for words in (("sessions", "list"), ("config", "show"), ("doctor", "--source", CAMERA)):
        endings[" ".join(words[:2])] = hipcue(*words, "--config", str(settings))

    files = [path for folder in (sessions, program.home, refused.home) for path in folder.rglob("*") if path.is_file()]
    texts = {str(path): path.read_bytes() for path in files}
    texts |= {name: f"{ending.out}{ending.err}".encode() for name, ending in endings.items()}
    texts["messages"] = bytes(published)
    # All of it was there to be searched.
    assert len(published) > 100_000
    assert any(path.endswith("session.json") for path in texts)
    assert any(path.endswith("hipcue.log") for path in texts)
    assert all("127.0.0.1" in texts[name].decode() or "postgresql" in texts[name].decode() for name in ("refused", "status"))
    assert {name for name, text in texts.items() if any(part.encode() in text for part in PARTS)} == set()
