"""Keys are made once and kept private, and a mistake in them is reported in one sentence."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import zmq
from hypothesis import example, given
from hypothesis import strategies as st

from wire.remote.curve import check_publishing, checked_address
from wire.remote.keys import SECRET, Keys, KeysError, checked_key

OTHER = zmq.curve_keypair()[0].decode("ascii")
ADDRESS = "tcp://0.0.0.0:7660"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "home" / "keys")


def test_a_key_is_made_once_and_only_its_owner_can_read_it(keys: Keys) -> None:
    made = keys.new()
    assert keys.own() == made
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((keys.folder / SECRET).stat().st_mode) == 0o600
    with pytest.raises(KeysError, match="already has a key"):
        keys.new()
    assert keys.own() == made


def test_a_secret_is_never_shown(keys: Keys) -> None:
    made = keys.new()
    assert made.secret not in repr(made)
    assert made.secret not in (keys.folder / "own.key").read_text()


def test_a_secret_that_others_can_read_is_refused(keys: Keys) -> None:
    keys.new()
    (keys.folder / SECRET).chmod(0o640)
    with pytest.raises(KeysError, match="chmod 600"):
        keys.own()


def test_an_allowed_key_can_be_forbidden_again(keys: Keys) -> None:
    keys.allow("gym-wall", OTHER)
    assert keys.allowed() == {"gym-wall": OTHER}
    assert keys.key_of("") == keys.key_of("gym-wall") == OTHER
    keys.forbid("gym-wall")
    assert keys.allowed() == {}
    with pytest.raises(KeysError, match="the allowed machines are: none"):
        keys.forbid("gym-wall")


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_not_read(keys: Keys, make: Callable[[Path], object]) -> None:
    keys.allow("gym-wall", OTHER)
    make(keys.folder / "allowed" / "x.key")
    with pytest.raises(KeysError, match=r"x\.key: cannot be read"):
        keys.allowed()
    make(keys.folder / SECRET)
    with pytest.raises(KeysError, match=SECRET):
        keys.own()


def test_one_key_has_one_name(keys: Keys) -> None:
    keys.allow("one", OTHER)
    keys.allow("one", OTHER)
    with pytest.raises(KeysError, match="already allowed, as 'one'"):
        keys.allow("two", OTHER)


@pytest.mark.parametrize("name", ["", "..", "../own", "A b", "x" * 33, "a/b", "-x"])
def test_a_name_is_never_a_path(keys: Keys, name: str) -> None:
    with pytest.raises(KeysError, match="lower-case letters"):
        keys.allow(name, OTHER)
    with pytest.raises(KeysError, match="lower-case letters"):
        keys.forbid(name)


@example("%" * 40)  # letters of a key that encode more than they can hold
@example("~" * 40)
@example("ü" * 40)
@given(st.text(max_size=60).filter(lambda text: len(text) != 40))
def test_an_invalid_key_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(KeysError, match="40 characters"):
        checked_key(text, "the key")


def test_a_broken_file_is_named(keys: Keys) -> None:
    keys.allow("gym-wall", OTHER)
    (keys.folder / "allowed" / "gym-wall.key").write_text("half a k")
    with pytest.raises(KeysError, match=r"gym-wall\.key: not a public key"):
        keys.allowed()


def test_a_folder_that_cannot_be_made_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for impossible in (tmp_path / "file" / "keys", Path("/proc/x/keys")):
        for write in (Keys(impossible).new, lambda folder=impossible: Keys(folder).allow("gym-wall", OTHER)):
            with pytest.raises(
                KeysError, match=rf"^{impossible}/.*: cannot be written \(.*; make room there, or set HIPCUE_HOME"
            ):
                write()


def test_publishing_needs_a_key_and_an_allowed_screen(keys: Keys) -> None:
    with pytest.raises(KeysError, match="hipcue keys new"):
        check_publishing(ADDRESS, keys)
    keys.new()
    with pytest.raises(KeysError, match=r"no key is allowed yet.* hipcue keys allow NAME KEY"):
        check_publishing(ADDRESS, keys)
    keys.allow("gym-wall", OTHER)
    check_publishing(ADDRESS, keys)


@pytest.mark.parametrize(
    "address", ["", "tcp://", "tcp://:7660", "tcp://host", "tcp://host:0", "tcp://host:65535", "udp://a:1"]
)
def test_an_invalid_address_is_refused(address: str) -> None:
    with pytest.raises(KeysError, match=r"look like tcp://"):
        checked_address(address)


@pytest.mark.parametrize("address", ["tcp://kim:geheim@host:7660", "tcp://host/geheim:7660", "tcp://host?geheim:7660"])
def test_an_address_with_more_than_host_and_port_is_refused_without_what_may_be_a_password(address: str) -> None:
    with pytest.raises(KeysError, match="not a valid address") as caught:
        checked_address(address)
    assert "geheim" not in str(caught.value)
