"""Given standard streams that are closed, of few characters, full or read by nobody, then printing does no harm."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wire.visible_text import one_line, visible

PRINTS = (
    "import os, sys; from wire.standard_streams import open_standard_streams; open_standard_streams(escaped={escaped}); "
    "from wire.quiet import keep_native_notes_off_stderr; keep_native_notes_off_stderr() if {quiet} else None; "
    "file = open(sys.argv[1], 'w'); os.write(file.fileno(), b'kept'); "
    "[print(sys.argv[2], file=stream, flush=True) for stream in (sys.stdout, sys.stderr) for _ in range(3)]"
)


def prints(text: str, file: Path, redirected: str = "", escaped: bool = False, quiet: bool = False) -> "Printed":
    """A process that writes into a file of its own, and prints a text three times on either stream."""
    program = PRINTS.format(escaped=escaped, quiet=quiet)
    return subprocess.run(
        ["bash", "-c", f'"$@" {redirected}', "bash", sys.executable, "-c", program, str(file), text],
        capture_output=True,
        check=False,
    )


Printed = subprocess.CompletedProcess[bytes]


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("redirected", ["", "<&-", ">&-", "2>&-", "<&- >&- 2>&-", "| true"])
def test_what_cannot_be_printed_is_discarded_and_goes_into_no_file(tmp_path: Path, redirected: str, quiet: bool) -> None:
    done = prints("printed", tmp_path / "file", redirected, quiet=quiet)
    assert done.returncode == 0
    assert b"Error" not in done.stderr + done.stdout
    assert (tmp_path / "file").read_bytes() == b"kept"


def test_a_full_disk_is_one_error(tmp_path: Path) -> None:
    done = prints("printed", tmp_path / "file", "> /dev/full")
    assert done.stderr.splitlines()[-1] == b"OSError: [Errno 28] No space left on device: 'standard output'"


def test_a_full_disk_does_not_end_a_process_that_works_unattended(tmp_path: Path) -> None:
    done = prints("printed", tmp_path / "file", "> /dev/full", escaped=True)
    assert (done.returncode, done.stderr) == (0, 3 * b"printed\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("quiet", [False, True])
def test_characters_that_the_encoding_lacks_are_escaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, quiet: bool
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    done = prints("15° 走", tmp_path / "file", quiet=quiet)
    expected = "15° 走".encode(encoding, "backslashreplace") + b"\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, 3 * expected, 3 * expected)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_process_without_a_console_of_its_own_escapes_what_a_terminal_acts_on(tmp_path: Path, quiet: bool) -> None:
    done = prints("\x1b[2J", tmp_path / "file", escaped=True, quiet=quiet)
    assert done.stdout == done.stderr == 3 * b"\\x1b[2J\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 走 🏃\u200d♀ [a]\n", "Zoë 走 🏃\u200d♀ [a]\n"),
        ("\x1b]0;t\x07\r\t\x9b", r"\x1b]0;t\x07\x0d\x09\x9b"),
        ("a\u202eb\u2066c\u2028d", r"a\u202eb\u2066c\u2028d"),
        (os.fsdecode(b"caf\xe9.mp4"), r"caf\xe9.mp4"),
        ("\ud800", r"\ud800"),
        ("a\u200bb\ufeff\xad\ue000\U000e0041", r"a\u200bb\ufeff\xad\ue000\U000e0041"),
        ("走\u3000a\u2009b\xa0\u200c", "走\u3000a\u2009b\xa0\u200c"),
    ],
)
def test_text_is_shown_as_it_is_but_for_what_a_terminal_acts_on(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown
    assert one_line(text) == shown.replace("\n", r"\n")
