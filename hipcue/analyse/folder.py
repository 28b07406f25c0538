"""Measures every clip in a folder, with a report each and one table; continues where it was interrupted."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from capture.sources.source import SourceError
from config.settings import Settings
from hipcue.analyse.answer import answer
from hipcue.analyse.clip import Progress
from hipcue.analyse.result import OTHER_FILES, check_is_result, measure_into, put_in_place
from sessions.errors import SessionsError
from sessions.export.spreadsheet_cell import spreadsheet_cell
from sessions.format.durable import replace_text
from sessions.format.folders import UNFINISHED, holds_session, holds_session_files, remove_session_files
from sessions.format.recorded import from_folder
from sessions.report.statistics import overall
from wire.lifecycle import StopFlag
from wire.system import lock_folder

SUFFIXES = (
    *(".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".m2ts", ".ts", ".mpg", ".mpeg", ".3gp", ".wmv", ".flv"),
    *(".3g2", ".asf", ".f4v", ".mxf", ".ogv", ".vob", ".mjpg", ".mjpeg", ".gif", ".apng"),
)
SUMMARY = "summary.csv"
HEADINGS = ("clip", "near strides", "hip extension °", "excursion °", "cadence", "frames measured %", "remark")


@dataclass(frozen=True)
class ClipRow:
    """One row of the table."""

    clip: str
    cells: tuple[str, ...]
    """The columns of HEADINGS between the clip's name and the remark."""
    remark: str
    failed: bool = False


def clips_in(folder: Path) -> list[Path]:
    """The clips in a folder, sorted by name. Raises SessionsError when there are none."""
    found = sorted(path for path in folder.iterdir() if _is_clip(path))
    if not found:
        raise SessionsError(f"{folder}: contains no video file ({', '.join(SUFFIXES)})")
    return found


def left_out(folder: Path) -> list[str]:
    """The other entries in a folder of clips, sorted, without hidden files."""
    return sorted(path.name for path in folder.iterdir() if not _is_clip(path) and not path.name.startswith("."))


def result_names(clips: list[Path]) -> dict[Path, str]:
    """The name of each clip's result folder: the clip's name without its suffix, so that the folder does not look like a video.

    >>> list(result_names([Path("a.mp4"), Path("b.mov"), Path("b.mp4")]).values())
    ['a', 'b_mov', 'b_mp4']
    """
    stems = Counter(clip.stem.casefold() for clip in clips)
    return {
        clip: clip.stem if stems[clip.stem.casefold()] == 1 else f"{clip.stem}_{clip.suffix[1:].casefold()}" for clip in clips
    }


@contextmanager
def results_folder(out: Path, clips: list[Path], force: bool) -> Iterator[None]:
    """Make the folder of the results and let no other program measure into it.

    Raises SessionsError if another one does, or if what is there would be overwritten; OSError.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        try:
            held.enter_context(lock_folder(out, wait=False))
        except BlockingIOError:
            raise SessionsError(f"{out}: another program is writing there; choose another folder") from None
        except OSError:  # this disk has no locks
            pass
        if holds_session_files(out):
            raise SessionsError(f"{out}: holds a session; choose another folder")
        for path in (out / name for name in result_names(clips).values()):
            if holds_session(path):
                if force:
                    check_is_result(path)
            elif path.exists() and not (path.is_dir() and not any(path.iterdir())):
                raise SessionsError(f"{path}: is in the way of a clip's results; choose another folder")
        summary = out / SUMMARY
        if summary.exists() and not summary.read_bytes().startswith(_csv([HEADINGS]).strip().encode()):
            raise SessionsError(f"{summary}: is another table; choose another folder")
        yield


def analyse_folder(
    settings_for: Callable[[str], Settings],
    clips: list[Path],
    out: Path,
    video: bool,
    for_s: float | None,
    progress: Callable[[Path], Progress],
    stop: StopFlag,
    force: bool = False,
) -> Iterator[ClipRow]:
    """Measure the clips one after another, each into a folder of its name under `out`. Yields a row for each.

    Skips clips that are done already, unless `force` is set, and reports those that cannot be read.
    Raises wire.lifecycle.Interrupted, PoseError, OSError.
    """
    for clip, name in result_names(clips).items():
        done = out / name
        if force or not holds_session(done):
            unfinished = out / f"{name}{UNFINISHED}"
            remove_session_files(unfinished, OTHER_FILES)
            try:
                measure_into(unfinished, settings_for(str(clip)), video, for_s, progress(clip), stop)
            except SourceError as error:
                remove_session_files(unfinished, OTHER_FILES)
                yield ClipRow(clip.name, ("",) * (len(HEADINGS) - 2), str(error), failed=True)
                continue
            # Renamed last: a folder with this name is complete.
            put_in_place(unfinished, done)
        yield ClipRow(clip.name, *_figures(done))


def write_summary(results: list[ClipRow], path: Path) -> None:
    """Write the table as CSV. Raises OSError."""
    replace_text(path, _csv([HEADINGS, *((one.clip, *one.cells, one.remark) for one in results)]))


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([map(spreadsheet_cell, row) for row in rows])
    return text.getvalue()


def _is_clip(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()


def _figures(folder: Path) -> tuple[tuple[str, ...], str]:
    session = from_folder(folder, with_frames=False)
    found = answer(session)
    share = f"{100 * found.tracked.measured / found.tracked.frames:.0f}" if found.tracked.frames else ""
    if found.misleading:
        return ("", "", "", "", share), found.remark
    excursion = overall(session, "thigh_excursion_deg")
    extension, cadence = (found.means.get(measure, "") for measure in ("hip_extension_deg", "cadence_spm"))
    return (
        str(len(session.trusted())),
        extension,
        "" if excursion is None else excursion.text,
        cadence,
        share,
    ), found.remark
