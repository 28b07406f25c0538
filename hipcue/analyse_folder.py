"""`hipcue analyse FOLDER`: every clip of a folder, a report each, one table of all; goes on where it was interrupted."""

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from capture.source import SourceError
from config.schema import Settings
from feedback.sessions.errors import SessionsError
from feedback.sessions.recorded import UNFINISHED, from_folder
from feedback.sessions.report import write_report
from feedback.sessions.statistics import Mean, overall, tracking
from hipcue.analyse import Progress, analyse

SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".mpg", ".mpeg")
HEADINGS = ("clip", "near strides", "hip extension °", "excursion °", "cadence", "frames measured %", "remark")


@dataclass(frozen=True)
class ClipResult:
    """What came of one clip."""

    clip: str
    cells: tuple[str, ...]
    """Under HEADINGS, between the clip's name and the remark."""
    remark: str
    failed: bool = False


def clips_in(folder: Path) -> list[Path]:
    """The clips of a folder by name. Raises SessionsError when there is none."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise SessionsError(f"{folder}: holds no video file ({', '.join(SUFFIXES)})")
    return found


def analyse_folder(
    settings_for: Callable[[str], Settings],
    clips: list[Path],
    out: Path,
    video: bool,
    for_s: float | None,
    progress: Callable[[Path], Progress],
) -> Iterator[ClipResult]:
    """Measure the clips one after the other, each into a folder of its name under `out`; yields what came of each.

    What is done already is not done again; a clip that cannot be read is named and skipped. Raises PoseError, OSError.
    """
    for clip in clips:
        done = out / clip.name
        if not (done / "session.json").exists():
            unfinished = out / f"{clip.name}{UNFINISHED}"
            shutil.rmtree(unfinished, ignore_errors=True)
            try:
                _analyse_one(settings_for(str(clip)), unfinished, video, for_s, progress(clip))
            except SourceError as error:
                shutil.rmtree(unfinished, ignore_errors=True)
                yield ClipResult(clip.name, ("",) * (len(HEADINGS) - 2), str(error), failed=True)
                continue
            # The name comes last: a folder by it is whole.
            unfinished.replace(done)
        yield ClipResult(clip.name, *_figures(done))


def write_summary(results: list[ClipResult], path: Path) -> None:
    """The table of all clips. Raises OSError."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADINGS, *((one.clip, *one.cells, one.remark) for one in results)])


def _analyse_one(settings: Settings, out: Path, video: bool, for_s: float | None, progress: Progress) -> None:
    done = analyse(settings, out, out / "video.mp4" if video else None, for_s, progress)
    if done.frames == 0:
        raise SourceError(f"{settings.capture.source}: has no picture that can be read")
    write_report(from_folder(out), out / "report.html")


def _figures(folder: Path) -> tuple[tuple[str, ...], str]:
    session = from_folder(folder)
    found = tracking(session)
    share = f"{100 * found.measured / found.frames:.0f}" if found.frames else ""
    extension, excursion, cadence = (
        overall(session, measure) for measure in ("hip_extension_deg", "thigh_excursion_deg", "cadence_spm")
    )
    near = len(session.trusted())
    remark = "" if near else f"no stride was measured: mostly {_commonest(found.not_measured)}"
    return (str(near), _mean(extension), _mean(excursion), "" if cadence is None else f"{cadence.mean:.0f}", share), remark


def _commonest(reasons: dict[str, int]) -> str:
    return max(reasons, key=lambda name: reasons[name], default="nothing").replace("_", " ")


def _mean(mean: Mean | None) -> str:
    return "" if mean is None else f"{mean.mean:.1f} ± {mean.ci95:.1f}"
