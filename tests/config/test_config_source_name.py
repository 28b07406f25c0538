"""Given a source, then its name can be shown and stored without giving a password away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.source_name import shown_source


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rtsp://coach:secret@camera:554/1", "rtsp://camera:554/1"),
        ("http://camera/video?token=secret", "http://camera/video"),
        ("clip.mp4", "clip.mp4"),
        ("0", "0"),
        ("synthetic:extension=18", "synthetic:extension=18"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_what_is_shown(name: str, shown: str) -> None:
    assert shown_source(name) == shown


@given(st.text(), st.text(alphabet="abc/@:?#[]"))
def test_any_text_is_shown_somehow(scheme: str, rest: str) -> None:
    assert isinstance(shown_source(f"{scheme}://{rest}"), str)
