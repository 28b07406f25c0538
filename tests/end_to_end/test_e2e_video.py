"""Given who asks for it, and nobody else, then the session's video is stored, and the screen is told so while it is."""

import signal
from pathlib import Path

import cv2
import pytest

from tests.listener import Listener
from tests.program import Running, only_session, table
from wire.topics import PROCESSES, RECORDER

PICTURES = {".mkv", ".mp4", ".avi", ".jpg", ".png", ".webp"}


@pytest.mark.parametrize("asked", [True, False])
def test_video_is_stored_where_it_is_asked_for_and_nowhere_else(asked: bool, tmp_path: Path) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text("[session]\nstore_video = true\n" if asked else "")
    source = ("--source", "synthetic:extension=14,fps=30,width=640,height=360")
    own = ("--preset", "show", "--config", str(settings), "--session-dir", str(tmp_path / "s"))
    program = Running("run", *source, *own, "--no-display", "--no-audio")
    listener = Listener(program.runtime)
    listener.until_heard(*(name for name in PROCESSES if name != "audio"))
    listener.until_strides(6)
    assert listener.health[RECORDER].facts.get("video") == ("stored" if asked else None)
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")

    session = only_session(tmp_path / "s")
    stored = [path for path in session.rglob("*") if path.suffix in PICTURES]
    if not asked:
        assert stored == []
        return
    (video,) = stored
    begins_s = float(video.name.removeprefix("video_").removesuffix("s.mkv"))
    capture = cv2.VideoCapture(str(video))
    pictures = 0
    while capture.grab():
        pictures += 1
    # From its beginning to the session's end, thirty pictures a second; the last moments of both are cut off by the end.
    ends_s = float(table(session / "samples.csv")[-1]["t_s"])
    assert begins_s + pictures / 30 == pytest.approx(ends_s, abs=0.7)
    assert (capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)) == (640, 360)
