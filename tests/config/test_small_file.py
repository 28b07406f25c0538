"""Reading any settings file ends, with its text or with one reason."""

import os
from pathlib import Path

import pytest

from config.loading import load
from config.mistakes import ConfigError
from config.small_file import SmallFileError, read_small_text
from tests.support.program import one_sentence


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbf[audio]\nvolume = 0.25\n")
    assert load(file=tmp_path / "mine.toml").audio.volume == 0.25


def test_a_pipe_a_device_and_a_folder_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(SmallFileError, match="is not a regular file"):
            read_small_text(path)


def test_a_file_over_a_megabyte_is_refused_and_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(50_000_000_000)  # sparse: takes no room on the disk
    with pytest.raises(SmallFileError, match="is larger than 1 MB"):
        read_small_text(tmp_path / "huge")
    (tmp_path / "fits").write_bytes(b"x" * 1_000_000)
    assert len(read_small_text(tmp_path / "fits")) == 1_000_000


@pytest.mark.parametrize("name", ["a\0b", "missing", "x" * 300])
def test_a_name_that_leads_nowhere_is_one_reason(tmp_path: Path, name: str) -> None:
    with pytest.raises(SmallFileError):
        read_small_text(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        f"[audio]\nvolume = {'9' * 5000}\n",
        f"[audio]\ndevice = '{'x' * 900_000}'\nvolume = 'loud'\n",
        f"[audio]\nvolume = '{'x' * 900_000}'\n",
        "[audio]\nvolume = 0x" + "f" * 9000,
        "a = " + "[" * 100_000,
        "[audio]\nvolume = 1e999999\n",
        "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
    ids=["digits", "long", "long-value", "hex", "nested", "huge-float", "latin-1"],
)
def test_every_mistake_in_a_file_is_one_sentence_of_a_sensible_length(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file=tmp_path / "mine.toml")
    assert one_sentence(str(caught.value))
    assert len(str(caught.value)) < 400 + len(str(tmp_path))
