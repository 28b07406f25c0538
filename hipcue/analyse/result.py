"""The folder with a clip's result: the session's files, a report, and on request an annotated copy."""

from dataclasses import asdict
from pathlib import Path

from capture.sources.source import SourceError
from config.settings import Settings
from hipcue.analyse.answer import Answer, answer
from hipcue.analyse.clip import Progress, SameSideError, analyse
from hipcue.analyse.pair_answer import pair_answer
from sessions.errors import SessionsError
from sessions.format.folders import holds_session, is_being_written, remove_session_files
from sessions.format.header import read_header, write_header
from sessions.format.recorded import from_folder
from sessions.report.left_right import left_right
from sessions.report.session_report import write_report
from wire.lifecycle import StopFlag

ANNOTATED = "video.mp4"
REPORT = "report.html"
ANNOTATED_OTHER_SIDE = "video_other_side.mp4"
OTHER_FILES = (ANNOTATED, ANNOTATED_OTHER_SIDE, REPORT)


def measure_into(
    folder: Path, settings: Settings, video: bool, for_s: float | None, progress: Progress, stop: StopFlag
) -> Answer:
    """Measure a clip and write its result. Numbers that would mislead get no report.

    Raises wire.lifecycle.Interrupted, SourceError, PoseError, SessionsError if something would be overwritten, OSError.
    """
    videos = (ANNOTATED, *([ANNOTATED_OTHER_SIDE] if settings.capture.has_other_side else [])) if video else ()
    try:
        frames = analyse(settings, folder, folder / ANNOTATED if video else None, for_s, progress, stop, (*videos, REPORT))
    except SameSideError:
        remove_session_files(folder, OTHER_FILES)
        raise
    if frames == 0:
        raise SourceError(f"{settings.capture.source}: contains no readable picture")
    session = from_folder(folder, with_frames=False)
    other = settings.capture.other_side.source
    if other and not (session.header.get("other_side") or {}).get("frames"):
        raise SourceError(f"{other}: contains no readable picture")
    found = pair_answer(session) if other else answer(session)
    if (sides := left_right(session)) is not None:
        write_header(folder, {**session.header, "left_right": asdict(sides)})
    if not found.misleading:
        write_report(session, folder / REPORT)
    return found


def make_room(folder: Path, force: bool) -> None:
    """Remove an earlier result, if that is allowed. Raises SessionsError if it is not, OSError."""
    if not holds_session(folder):
        return
    if not force:
        raise SessionsError(f"{folder}: holds an earlier result; choose another folder, or replace it with --force")
    check_is_result(folder)
    remove_session_files(folder)


def check_is_result(folder: Path) -> None:
    """Raises SessionsError if the session in a folder is not the result of a clip, or not yet; OSError."""
    if is_being_written(folder):
        raise SessionsError(f"{folder}: another program is writing a session there; choose another folder")
    if read_header(folder).get("kind") != "clip":
        raise SessionsError(f"{folder}: holds a runner's session, which --force does not replace; choose another folder")


def put_in_place(unfinished: Path, folder: Path) -> None:
    """Replace an earlier result by a complete new one; other files in that folder stay. Raises OSError."""
    if holds_session(folder):
        remove_session_files(folder)
    if not folder.exists() or not any(folder.iterdir()):
        unfinished.replace(folder)
        return
    # The header last: it marks a complete result.
    for path in sorted(unfinished.iterdir(), key=lambda path: path.name == "session.json"):
        path.replace(folder / path.name)
    unfinished.rmdir()
