"""Given an address with a password anywhere in it, then nothing but `reveal` gives it away."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import load
from config.mistakes import ConfigError
from config.reload import from_json
from config.secret_address import SecretAddress, shown, without_secrets
from config.settings import Settings

SECRET = "ge/heim#1"
ADDRESSES = [
    f"rtsp://coach:{SECRET}@camera:554/1",
    f"rtsp://camera/user=coach_password={SECRET}_channel=1",
    f"http://camera/video?token={SECRET}",
    f"http://camera/video?password={SECRET}@x",
    f"postgresql://u:{SECRET}@h/db",
    f"postgresql://h/db?password={SECRET}",
    f"postgresql://u:{SECRET}@@h",
    f"postgresql://u:a@b?{SECRET}@h/db",
    f"postgresql://u:a b' {SECRET}@h/db",
    f"http://[::1]:80/{SECRET}",
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rtsp://coach:secret@camera:554/1", "rtsp://camera:554/…"),
        ("http://camera", "http://camera"),
        ("http://[::1]:80/x", "http://[::1]:80/…"),
        ("postgresql://u:ge/heim#1@h/db", "postgresql://…"),
        ("postgresql://h/db?password=a@b", "postgresql://…"),
        ("rtsp:/coach:secret@camera/1", "…"),
        ("coach:secret@camera", "…"),
        ("clip@home.mp4", "clip@home.mp4"),
        ("run: 1.mp4", "run: 1.mp4"),
        ("clip.mp4", "clip.mp4"),
        ("0", "0"),
        ("synthetic:extension=18", "synthetic:extension=18"),
    ],
)
def test_what_is_shown(name: str, expected: str) -> None:
    assert shown(name) == expected


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_part_of_a_password_is_shown(address: str) -> None:
    secret = SecretAddress(address)
    for text in (str(secret), repr(secret), f"{secret}", f"{[secret]}", without_secrets(f"volume = '{address}'")):
        assert not [part for part in ("ge/heim", "heim", "ge/", "#1") if part in text], text
    assert secret.reveal() == address


@given(
    user=st.text(alphabet="abcXYZ019._~%:@/?#[]=&", max_size=8),
    password=st.text(alphabet="PQRS!$%:@/?#[]=&+", min_size=4, max_size=12).filter(lambda text: any(c in "PQRS" for c in text)),
    place=st.sampled_from(["{user}:{password}@host/db", "host/{password}", "host/v?p={password}", "host:554/a={password}"]),
)
def test_a_password_of_any_characters_in_any_place_is_not_shown(user: str, password: str, place: str) -> None:
    """The letters P to S occur in passwords only."""
    address = "scheme://" + place.format(user=user, password=password)
    assert not set("PQRS") & set(shown(address)), shown(address)


@given(st.text(), st.text(alphabet="abc/@:?#[]"))
def test_any_text_is_shown_somehow(scheme: str, rest: str) -> None:
    assert isinstance(shown(f"{scheme}://{rest}"), str)


@pytest.mark.parametrize("address", ADDRESSES)
def test_settings_are_written_without_it_and_passed_on_with_it(address: str) -> None:
    stored = {"session": {"store_url": address}} if address.startswith("postgresql") else {}
    settings = Settings.model_validate({"capture": {"source": address}, **stored})
    for text in (settings.model_dump_json(), json.dumps(settings.model_dump(mode="json")), repr(settings), str(settings)):
        assert "heim" not in text
    assert Settings.model_validate_json(settings.model_dump_json()).capture.source == SecretAddress(shown(address))
    # A process that is started gets the settings themselves.
    assert pickle.loads(pickle.dumps(settings)).capture.source.reveal() == address


def test_a_store_that_is_refused_is_named_without_it() -> None:
    for address in ADDRESSES:
        with pytest.raises(ConfigError) as refused:
            load(overrides={"session.store_url": address.replace("postgresql", "mysql")})
        assert "heim" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["sqlite:////srv/sessions.db", "postgresql://u:pw@h/db", "postgresql:///db?host=/run/pg", "none", ""]
)
def test_settings_with_any_store_are_read_as_they_are_published(address: str) -> None:
    settings = load(overrides={"session.store_url": address})
    assert from_json(settings.model_dump_json()) is not None


def test_the_editor_still_sees_a_string_with_its_limits() -> None:
    schema = Settings.model_json_schema()
    assert schema["$defs"]["CaptureSettings"]["properties"]["source"]["type"] == "string"
    assert schema["$defs"]["SessionSettings"]["properties"]["store_url"]["maxLength"] == 500
