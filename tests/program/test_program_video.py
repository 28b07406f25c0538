"""Given settings that ask for it, then the session's video is stored. Without, none is: test_program_ending."""

import signal
from pathlib import Path

import cv2

from tests.support.listener import Listener
from tests.support.program import Running, only_session, table
from wire.topics import PROCESSES, RECORDER


def test_a_video_that_is_asked_for_lasts_from_its_beginning_to_the_end_of_the_session(tmp_path: Path) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text("[session]\nstore_video = true\n")
    source = ("--source", "synthetic:extension=14,fps=30,width=640,height=360")
    own = ("--preset", "show", "--config", str(settings), "--session-dir", str(tmp_path / "s"))
    program = Running("run", *source, *own, "--no-display", "--no-audio", exact=True)
    listener = Listener(program.runtime)
    listener.until_heard(*(name for name in PROCESSES if name != "audio"))
    listener.until_strides(6)
    assert listener.health[RECORDER].stores_video
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")

    session = only_session(tmp_path / "s")
    (video,) = session.rglob("*.mkv")
    begins_s = float(video.name.removeprefix("video_").removesuffix("s.mkv"))
    capture = cv2.VideoCapture(str(video))
    pictures = 0
    while capture.grab():
        pictures += 1
    # Thirty pictures a second, to the session's end.
    heard = {(stride.leg, stride.number) for stride in listener.strides}
    rows = [row for row in table(session / "strides.csv") if (row["leg"], int(row["stride"])) in heard]
    assert begins_s + pictures / 30 > max(float(row["t_peak_s"]) for row in rows)
    assert (capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)) == (640, 360)
