"""Sockets are in a folder that only their owner may enter; any other is refused in one sentence."""

import os
import stat
from pathlib import Path

import pytest
import zmq

from wire.endpoints import EndpointError, default_directory, endpoint, private_directory
from wire.system.linux import Linux
from wire.topics import COMMAND, SUPERVISOR, TOPICS

LONGEST = max(len(f"/{topic.name}.{producer}") for topic in TOPICS for producer in (*topic.producers, *topic.other_side))


def refused(path: Path) -> str:
    with pytest.raises(EndpointError) as caught:
        private_directory(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence


def of_length(below: Path, length: int) -> Path:
    return below / ("d" * (length - len(os.fsencode(below)) - 1))


def test_a_new_folder_is_private(wire_directory: Path) -> None:
    made = private_directory(wire_directory / "below" / "hipcue")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_private_folder_is_accepted(wire_directory: Path) -> None:
    assert private_directory(wire_directory) == wire_directory
    assert private_directory(wire_directory) == wire_directory


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701, 0o770, 0o777])
def test_a_folder_that_others_may_enter_is_refused(wire_directory: Path, mode: int) -> None:
    wire_directory.chmod(mode)
    assert "nobody else may enter" in refused(wire_directory)


def test_a_link_is_refused_even_if_it_leads_to_a_private_folder(wire_directory: Path) -> None:
    (wire_directory / "real").mkdir(mode=0o700)
    link = wire_directory / "link"
    link.symlink_to(wire_directory / "real")
    assert "must be a folder of your own" in refused(link)


def test_a_file_is_refused(wire_directory: Path) -> None:
    file = wire_directory / "file"
    file.touch()
    assert "cannot be created" in refused(file)
    assert "cannot be created" in refused(file / "below")


def test_a_path_too_long_for_a_socket_is_refused(wire_directory: Path) -> None:
    path = of_length(wire_directory, Linux.max_socket_path_bytes - LONGEST + 1)
    assert "too long" in refused(path)
    assert not path.exists()


def test_every_endpoint_can_be_bound_in_the_longest_accepted_folder(wire_directory: Path) -> None:
    folder = private_directory(of_length(wire_directory, Linux.max_socket_path_bytes - LONGEST))
    context = zmq.Context()
    try:
        for topic in TOPICS:
            for producer in (*topic.producers, *topic.other_side):
                context.socket(zmq.PUB).bind(endpoint(folder, topic, producer))
    finally:
        context.destroy(linger=0)


def test_only_a_producer_has_an_endpoint(wire_directory: Path) -> None:
    assert endpoint(wire_directory, COMMAND, "display") == f"ipc://{wire_directory}/command.display"
    with pytest.raises(ValueError, match="supervisor does not publish command"):
        endpoint(wire_directory, COMMAND, SUPERVISOR)


def test_the_default_is_in_the_users_runtime_folder(wire_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(wire_directory))
    assert default_directory() == wire_directory / "hipcue"


@pytest.mark.parametrize("runtime", ["", "/nowhere/at/all"])
def test_without_a_runtime_folder_the_default_contains_the_users_name(runtime: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    monkeypatch.setenv("LOGNAME", "runner")
    assert default_directory().name == "hipcue-runner"


def test_a_user_without_a_name_has_a_folder_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in many containers."""

    def no_entry(_uid: int) -> None:
        raise KeyError

    for name in ("XDG_RUNTIME_DIR", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", no_entry)
    assert default_directory().name == f"hipcue-{os.getuid()}"
