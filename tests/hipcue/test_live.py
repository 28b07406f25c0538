"""Given a place for sessions in which none belong, a run is refused before anything has begun."""

from pathlib import Path

import pytest

from config.loading import Origin
from hipcue.supervisor.live import run_live
from sessions.errors import SessionsError
from tests.support.recorded_sessions import begin


def test_no_session_is_saved_inside_another_one(tmp_path: Path) -> None:
    begin(tmp_path / "s").close()
    with pytest.raises(SessionsError, match="is the folder of a session; choose another --session-dir"):
        run_live(Origin(overrides={"capture.source": "synthetic:", "session.folder": str(tmp_path / "s")}))
