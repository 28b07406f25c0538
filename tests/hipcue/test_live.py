"""Given a place in which no session, or no picture of the screen, can be saved, then what a run reports and leaves behind."""

import errno
import os
from pathlib import Path

import pytest

from config.loading import Origin
from hipcue.supervisor.live import keep_picture, run_live
from sessions.errors import SessionsError
from tests.support.recorded_sessions import begin


def test_no_session_is_saved_inside_another_one(tmp_path: Path) -> None:
    begin(tmp_path / "s").close()
    with pytest.raises(SessionsError, match="is the folder of a session; choose another --session-dir"):
        run_live(Origin(overrides={"capture.source": "synthetic:", "session.folder": str(tmp_path / "s")}))


def test_a_picture_of_the_screen_that_cannot_be_saved_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _picture: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    (tmp_path / "screen.png").touch()
    notes: list[str] = []
    assert keep_picture(tmp_path / "screen.png", [], tmp_path / "sessions", notes) is None
    assert list((tmp_path / "sessions").iterdir()) == []
    (note,) = notes
    assert note.startswith(str(tmp_path / "sessions"))
    assert note.endswith("screen.png: the picture of the screen is not saved (No space left on device)")
