"""One package depends on the operating system; where a system lacks something, HipCue says so in one sentence."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hipcue.supervisor import run_folder as runs
from tests.support.connected_sockets import RecordingSocket
from tests.support.sources import ROOT, SOURCES, module_of
from wire import endpoints, folder_lock, system
from wire.frames import ring
from wire.frames.frame import Frame, unpack_frame
from wire.system import System, Unsupported
from wire.system.linux import Linux
from wire.system.macos import MacOS, macos_voice
from wire.system.windows import Windows

ELSEWHERE = [path for path in SOURCES if ROOT / "wire/system" not in path.parents]

MODULES = "ctypes|fcntl|getpass|grp|msvcrt|platform|posix|pwd|resource|signal|termios|winreg"
OF_OS = "cpu_count|fork|geteuid|getuid|kill|killpg|memfd_create|name|pidfd_open|posix_fallocate|sched_getaffinity|setsid|uname"
DEPENDS_ON_SYSTEM = re.compile(
    rf"^\s*(import|from) ({MODULES})\b|\bsys\.platform\b|\bos\.({OF_OS})\b|hasattr\(os,|/proc/|ipc://"
    r"|\btime\.(monotonic_ns|perf_counter_ns)\b|shared_memory\.SharedMemory",
    re.MULTILINE,
)

SAME_EVERYWHERE = {
    "hipcue/cli/main.py: import signal",  # Handles signals before anything else can be loaded.
    "feedback/display/monitors.py: import ctypes",  # Calls SDL, which is the same library on every system.
}


def test_nothing_else_depends_on_the_operating_system() -> None:
    assert len(ELSEWHERE) > 100
    found = {
        f"{path.relative_to(ROOT)}: {hit[0].strip()}"
        for path in ELSEWHERE
        for hit in DEPENDS_ON_SYSTEM.finditer(path.read_text())
    }
    assert found == SAME_EVERYWHERE


BLOCKED = """
import importlib, sys
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[name] = None
for module in sys.argv[1:]:
    importlib.import_module(module)
"""


@pytest.mark.slow
def test_every_module_can_be_imported_where_the_modules_of_unix_are_absent() -> None:
    # Alembic runs the migrations; nothing imports them.
    modules = [module_of(path) for path in ELSEWHERE if path.stem != "__main__" and "migrations" not in path.parts]
    modules += ["wire.system.linux", "wire.system.macos", "wire.system.windows"]
    result = subprocess.run([sys.executable, "-c", BLOCKED, *modules], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("kind", [System, Windows])
class TestASystemThatLacksAlmostEverything:
    def test_refuses_to_run_in_one_sentence(
        self, kind: type[System], wire_directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(system, "ipc_address", kind().ipc_address)
        with pytest.raises(endpoints.EndpointError, match=r"^\S+: \w[\w ]+ has no local sockets .* Linux or macOS$"):
            endpoints.private_directory(wire_directory)

    def test_sends_pictures_in_the_messages(self, kind: type[System], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ring, "create_shared_memory", kind().create_shared_memory)
        monkeypatch.setattr(ring, "open_shared_memory", kind().open_shared_memory)
        socket, image = RecordingSocket(), np.full((4, 5, 3), 9, np.uint8)
        publisher = socket.frame_publisher()
        publisher.send(Frame(1, 1, 1, 1, 1, 1, "synthetic", image))
        np.testing.assert_array_equal(unpack_frame(socket.messages[0], ring.RingReader().read).image, image)
        assert publisher.problem

    def test_takes_no_folder_for_private_and_no_program_for_running(
        self, kind: type[System], wire_directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(folder_lock, "lock_folder", kind().lock_folder)
        assert not kind().is_private(wire_directory)
        assert not runs.is_running(wire_directory)

    def test_has_documented_answers_for_the_rest(self, kind: type[System]) -> None:
        lacking = kind()
        before_ns = lacking.monotonic_ns()
        assert lacking.monotonic_ns() >= before_ns > 0
        assert lacking.usable_cores() >= 1
        assert lacking.runtime_folder().name.startswith("hipcue-")
        assert (lacking.boot_id(), lacking.camera_api()) == ("", "CAP_ANY")
        lacking.end_with_parent()


def test_a_system_without_a_voice_says_so() -> None:
    with pytest.raises(Unsupported, match=r"has no voice"):
        System().speech_program("en", 165)


def test_windows_passes_text_and_file_outside_the_command() -> None:
    command = Windows().speech_program("en", 165).command
    assert command[0] == "powershell"
    assert "$env:HIPCUE_TEXT" in command[-1]


@pytest.mark.parametrize(("language", "name"), [("en", "Alex"), ("en-gb", "Daniel"), ("de", "Anna (Enhanced)"), ("fi", None)])
def test_a_voice_of_macos_is_chosen_by_its_locale(language: str, name: str | None) -> None:
    listed = "Alex                en_US    # Hi\nAnna (Enhanced)     de_DE    # Hallo\nDaniel              en_GB    # Hello\n"
    assert macos_voice(listed, language) == name


def test_macos_without_its_speech_program_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unsupported, match="the voices of macOS cannot be listed"):
        MacOS().speech_program("en", 165)


@pytest.mark.parametrize("kind", [Linux, MacOS])
def test_a_socket_path_may_be_as_long_as_the_system_allows(kind: type[Linux | MacOS]) -> None:
    longest = Path("/" + "d" * (kind.max_socket_path_bytes - 1))
    assert kind().ipc_address(longest) == f"ipc://{longest}"
    with pytest.raises(OSError, match="too long for a socket"):
        kind().ipc_address(Path(f"{longest}d"))


class TestLocks:
    def test_a_folder_is_locked_once_at_a_time(self, tmp_path: Path) -> None:
        with system.lock_folder(tmp_path), pytest.raises(BlockingIOError), system.lock_folder(tmp_path, wait=False):
            pass
        with system.lock_folder(tmp_path, wait=False):
            pass

    def test_a_folder_that_is_gone_cannot_be_locked(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError), system.lock_folder(tmp_path / "gone"):
            pass


@pytest.mark.parametrize(("mode", "private"), [(0o600, True), (0o700, True), (0o640, False), (0o604, False)])
def test_a_file_is_private_when_only_its_owner_has_rights(tmp_path: Path, mode: int, private: bool) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(mode)
    assert system.is_private(file) is private


def test_signals_have_names_and_unknown_ones_numbers() -> None:
    assert system.signal_name(signal.SIGKILL) == "SIGKILL"
    assert system.signal_name(999) == "signal 999"


def test_the_boot_id_is_the_same_until_the_next_boot() -> None:
    assert system.boot_id() == system.boot_id() != ""


def test_cores_that_are_withheld_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    assert Linux().usable_cores() == 1
