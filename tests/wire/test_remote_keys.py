"""Given keys in files, then they are made once, kept from others, and a mistake in them is told in one sentence."""

import stat
from pathlib import Path

import pytest
import zmq
from hypothesis import example, given
from hypothesis import strategies as st

from wire.remote.curve import checked_address, may_publish
from wire.remote.keys import SECRET, Keys, KeysError, checked_key, keys_folder

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
    with pytest.raises(KeysError, match="has a key already"):
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


def test_who_is_allowed_can_be_forbidden_again(keys: Keys) -> None:
    keys.allow("gym-wall", OTHER)
    assert keys.allowed() == {"gym-wall": OTHER}
    assert keys.key_of("") == keys.key_of("gym-wall") == OTHER
    keys.forbid("gym-wall")
    assert keys.allowed() == {}
    with pytest.raises(KeysError, match="allowed are: none"):
        keys.forbid("gym-wall")


def test_one_key_has_one_name(keys: Keys) -> None:
    keys.allow("one", OTHER)
    keys.allow("one", OTHER)
    with pytest.raises(KeysError, match="allowed already, as 'one'"):
        keys.allow("two", OTHER)


@pytest.mark.parametrize("name", ["", "..", "../own", "A b", "x" * 33, "a/b", "-x"])
def test_a_name_is_never_a_path(keys: Keys, name: str) -> None:
    with pytest.raises(KeysError, match="small letters"):
        keys.allow(name, OTHER)
    with pytest.raises(KeysError, match="small letters"):
        keys.forbid(name)


@example("%" * 40)  # letters of a key that encode more than they can hold
@example("~" * 40)
@example("ü" * 40)
@given(st.text(max_size=60).filter(lambda text: len(text) != 40))
def test_what_is_no_key_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(KeysError, match="40 characters"):
        checked_key(text, "the key")


def test_a_broken_file_is_named(keys: Keys) -> None:
    keys.allow("gym-wall", OTHER)
    (keys.folder / "allowed" / "gym-wall.key").write_text("half a k")
    with pytest.raises(KeysError, match=r"gym-wall\.key: is not a public key"):
        keys.allowed()


def test_without_a_key_or_without_anybody_allowed_nothing_is_opened(keys: Keys) -> None:
    with pytest.raises(KeysError, match="hipcue keys new"):
        may_publish(ADDRESS, keys)
    keys.new()
    with pytest.raises(KeysError, match=r"nobody is allowed yet.* hipcue keys allow NAME KEY"):
        may_publish(ADDRESS, keys)
    keys.allow("gym-wall", OTHER)
    may_publish(ADDRESS, keys)


@pytest.mark.parametrize(
    "address", ["", "tcp://", "tcp://:7660", "tcp://host", "tcp://host:0", "tcp://host:65535", "udp://a:1"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(KeysError, match=r"looks like tcp://"):
        checked_address(address)


def test_the_home_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIPCUE_HOME", "/somewhere")
    assert keys_folder() == Path("/somewhere/keys")
    monkeypatch.delenv("HIPCUE_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert keys_folder() == Path("/elsewhere/hipcue/keys")
