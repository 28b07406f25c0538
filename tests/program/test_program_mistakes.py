"""Given a user's mistake, then one sentence states what, where and how to fix it; no traceback, nothing left behind."""

import socket
from pathlib import Path

import pytest

from tests.support.program import Ended, hipcue, one_sentence
from wire.remote.keys import Keys


def refused(ended: Ended, *mentions: str) -> None:
    assert ended.exit_code != 0
    assert one_sentence(ended.err), ended.err
    for mention in mentions:
        assert mention in ended.err
    assert ended.left_behind == []


def run(source: str, tmp_path: Path, *more: str) -> Ended:
    return hipcue("run", "--source", source, "--no-display", "--no-audio", "--session-dir", str(tmp_path / "s"), *more)


def test_a_missing_camera(tmp_path: Path) -> None:
    refused(run("/dev/video97", tmp_path), "/dev/video97", "plugged in")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused(run(str(tmp_path / "none.mp4"), tmp_path), "none.mp4", "no such file")
    refused(hipcue("analyse", str(tmp_path / "none.mp4"), "--out", str(tmp_path / "out")), "none.mp4", "no such file")


def test_a_file_that_is_no_video(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("this is no video")
    refused(run(str(text), tmp_path), "notes.mp4", "not a video")
    refused(hipcue("analyse", str(text), "--out", str(tmp_path / "out")), "notes.mp4", "not a video")


def test_an_unreachable_stream(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and never listening: connections are refused
        refused(run(f"http://127.0.0.1:{held.getsockname()[1]}/video", tmp_path), "127.0.0.1", "Check the address")


def test_an_address_for_other_machines_that_is_taken(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "home" / "keys")
    keys.allow("screen", keys.new().public)
    settings = tmp_path / "camera.toml"
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        settings.write_text(f'[network]\npublish = "{address}"\n[session]\nfolder = "{tmp_path / "s"}"\n')
        ended = hipcue(
            *("run", "--source", "synthetic:", "--no-display", "--no-audio", "--config", str(settings)),
            environment={"HIPCUE_HOME": str(tmp_path / "home")},
        )
    refused(ended, "publish", address, "cannot be opened")


def test_a_bad_key_in_the_settings(tmp_path: Path) -> None:
    settings = tmp_path / "coach.toml"
    settings.write_text("[target]\nhalf_widht_deg = 2\n")
    refused(run("synthetic:", tmp_path, "--config", str(settings)), "coach.toml", "half_widht_deg", "half_width_deg")
    refused(hipcue("config", "check", str(settings)), "coach.toml", "half_widht_deg")


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (("--backend", "magic"), ("backend", "magic", "mediapipe")),
        (("--facing", "up"), ("facing", "up", "right")),
        (("--preset", "shwo"), ("shwo", "show")),
    ],
)
def test_a_bad_option(arguments: tuple[str, ...], mentions: tuple[str, ...], tmp_path: Path) -> None:
    refused(run("synthetic:", tmp_path, *arguments), *mentions)


def test_a_bad_synthetic_runner(tmp_path: Path) -> None:
    refused(run("synthetic:extension=90", tmp_path), "extension", "90", "45")
    refused(run("synthetic:extnsion=18", tmp_path), "extnsion", "extension")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    ended = hipcue("run", "--source", "synthetic:", "--no-display", "--no-audio", "--session-dir", str(blocked))
    refused(ended, "blocked", "--session-dir")


def test_a_live_camera_cannot_be_analysed(tmp_path: Path) -> None:
    refused(hipcue("analyse", "http://127.0.0.1:9/video", "--out", str(tmp_path)), "hipcue run --source")
