"""`hipcue console`: devices are paired, listed and revoked, and lanes added and removed, without a browser."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.paths import keys_folder
from console.access.devices import Devices, console_folder
from console.lanes_file import LanesFile
from hipcue.cli.commands import app
from hipcue.cli.console import EXIT_USER
from wire.remote.keys import Keys

Run = Callable[..., Result]
ADDRESS = "tcp://192.168.1.21:7660"


@pytest.fixture
def hipcue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path))
    return lambda *words: CliRunner().invoke(app, ["console", *words])


@pytest.mark.parametrize(("words", "role"), [((), "coach"), (("--viewer",), "viewer")])
def test_a_code_from_the_terminal_pairs_a_device(hipcue: Run, words: tuple[str, ...], role: str) -> None:
    address = hipcue("pair", *words).stdout.strip()
    assert address.startswith("http://127.0.0.1:7680/pair#")
    devices = Devices(console_folder())
    _, device = devices.pair(address.partition("#")[2], "tablet")
    assert device.role == role
    listed = hipcue("devices").stdout.splitlines()[1].split()
    assert listed[:2] == ["tablet", role]


def test_a_code_without_a_console_says_so(hipcue: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as console:
        settings = tmp_path / "mine.toml"
        settings.write_text(f"[console]\nport = {console.getsockname()[1]}\n")
        served = hipcue("pair", "--config", str(settings))
    alone = hipcue("pair", "--config", str(settings))
    assert (served.exit_code, served.stderr) == (0, "")
    assert alone.exit_code == 0
    assert alone.stdout.startswith("http://127.0.0.1")
    assert "No console answers there yet; start it within two minutes: hipcue run --console" in alone.stderr


def test_a_device_is_revoked(hipcue: Run) -> None:
    devices = Devices(console_folder())
    secret, _ = devices.pair(devices.new_token("coach")[0], "tablet")
    assert hipcue("revoke", "tablet").stdout.strip() == "tablet is no longer paired."
    assert not devices.is_paired(secret)
    refused = hipcue("revoke", "tablet")
    assert (refused.exit_code, refused.stderr.strip()) == (EXIT_USER, "'tablet' is not paired; the paired devices are: none")


def test_without_devices_and_lanes_there_is_a_sentence(hipcue: Run) -> None:
    assert hipcue("devices").stdout.startswith("No device is paired; press p")
    refused = hipcue()
    assert refused.exit_code == EXIT_USER
    assert "hipcue console add NAME" in refused.stderr


def test_a_lane_is_added_once_its_key_is_allowed(hipcue: Run) -> None:
    refused = hipcue("add", "lane-1", ADDRESS)
    assert refused.exit_code == EXIT_USER
    assert "hipcue keys allow" in refused.stderr
    keys = Keys(keys_folder())
    keys.allow("lane-1", Keys(keys_folder() / "of-the-lane").new().public)
    assert hipcue("add", "lane-1", "192.168.1.21").exit_code == EXIT_USER
    assert hipcue("add", "lane-1", ADDRESS).exit_code == 0
    assert [(one.name, one.address, one.page) for one in LanesFile(console_folder()).all()] == [
        ("lane-1", ADDRESS, "http://192.168.1.21:7680")
    ]
    for page in ("https://lane1.local:7000", ""):
        assert hipcue("add", "lane-1", ADDRESS, "--page", page).exit_code == 0
        assert LanesFile(console_folder()).all()[0].page == page
    assert hipcue("add", "lane-1", ADDRESS, "--page", "javascript:alert(1)").exit_code == EXIT_USER
    assert hipcue("remove", "lane-1").exit_code == 0
    assert LanesFile(console_folder()).all() == ()
