"""`hipcue analyse`: the measurement of a clip, of a clip from each side, or of every clip in a folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.secret_address import SecretAddress
from config.settings import Settings
from hipcue.cli.console import err, out, print_table, sentences
from hipcue.cli.options import (
    BackendOption,
    ConfigOption,
    FacingOption,
    FilmedAtOption,
    ForOption,
    PresetOption,
    RotateOption,
    folder,
    pictures,
    settings_from,
)
from wire.visible_text import one_line

if TYPE_CHECKING:
    from rich.progress import Progress

    from wire.lifecycle import StopFlag

OtherClipOption = Annotated[
    str | None,
    typer.Option("--other-side", metavar="CLIP", help="Clip from a camera on the other side, filmed at the same time."),
]


def analyse(
    clip: Annotated[str, typer.Argument(help='A video file, a folder of video files, or "synthetic:…,seconds=20".')],
    out_dir: Annotated[Path, typer.Option("--out", parser=folder, metavar="FOLDER", help="Folder for the session's files.")],
    video: Annotated[bool, typer.Option("--video", help="Also write an annotated copy, video.mp4.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace earlier results in that folder.")] = False,
    for_s: ForOption = None,
    facing: FacingOption = None,
    filmed_at: FilmedAtOption = None,
    rotate: RotateOption = None,
    other_side: OtherClipOption = None,
    config: ConfigOption = None,
    preset: PresetOption = None,
    backend: BackendOption = None,
) -> None:
    """Measure a clip, or all clips in a folder, with the live engine, and write a report and the session's files."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from wire.lifecycle import Interrupted, StopFlag

    def settings_for(path: str) -> Settings:
        given = {
            **pictures(path, other_side, rotate),
            "capture.filmed_at_fps": filmed_at,
            "analysis.facing": facing,
            "analysis.backend": backend,
        }
        return settings_from(config, preset, given)

    with sentences():
        _check_clips(clip, other_side)
        # From here on, a signal waits for the end of a frame. A second one does not, because a frame may never come.
        stop = StopFlag()
        stop.on_signals(supervised=False, insist=True)
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        try:
            with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
                analysis = _Analysis(settings_for, out_dir, video, force, for_s, bar, stop)
                if Path(clip).is_dir():
                    analysis.of_folder(Path(clip))
                else:
                    analysis.of_clip(clip)
        except Interrupted as interrupted:
            err.print(one_line(str(interrupted)))
            raise typer.Exit(stop.exit_code) from None


def _check_clips(clip: str, other_side: str | None) -> None:
    """Raises SourceError unless these may be a clip, or two clips of one run."""
    from capture.opening import is_live  # it loads OpenCV
    from capture.sources.source import SourceError

    if is_live(address := SecretAddress(clip)):
        raise SourceError(f"{address}: is a live camera; use: hipcue run --source {address}")
    if other_side is None:
        return
    if is_live(address := SecretAddress(other_side)):
        raise SourceError(f"--other-side {address}: is a live camera; give the second camera's clip")
    if Path(clip).is_dir() or Path(other_side).is_dir():
        raise SourceError(f"--other-side {address}: compares two clips, not folders")
    if clip == other_side or (Path(clip).exists() and Path(other_side).exists() and Path(clip).samefile(other_side)):
        raise SourceError(f"--other-side {address}: is the same clip; give the second camera's clip")


@dataclass(frozen=True)
class _Analysis:
    """One call of the command: its options and its progress bar."""

    settings_for: Callable[[str], Settings]
    """Returns the settings for a clip by its name."""
    out_dir: Path
    video: bool
    force: bool
    for_s: float | None
    bar: "Progress"
    stop: "StopFlag"

    def of_clip(self, clip: str) -> None:
        """Measure a clip, and print the answer."""
        from hipcue.analyse.result import make_room, measure_into  # it loads the pose model's libraries

        settings = self.settings_for(clip)
        make_room(self.out_dir, self.force)
        progress = self._progress(Path(str(settings.capture.source)).name)
        found = measure_into(self.out_dir, settings, self.video, self.for_s, progress, self.stop)
        self.bar.stop()
        for sentence in found.sentences:
            out.print(sentence)
        out.print(one_line(f"Saved in {self.out_dir}"))

    def of_folder(self, clips_folder: Path) -> None:
        """Measure the clips in a folder, and print a table."""
        from hipcue.analyse import folder as clip_folder  # it loads the pose model's libraries

        clips = clip_folder.clips_in(clips_folder)
        if others := clip_folder.left_out(clips_folder):
            err.print(one_line(f"Left out, not named like a video: {', '.join(others)}"))
        every = self.bar.add_task("all clips", total=len(clips))
        results = []
        with clip_folder.results_folder(self.out_dir, clips, self.force):
            for one in clip_folder.analyse_folder(
                self.settings_for,
                clips,
                self.out_dir,
                self.video,
                self.for_s,
                lambda clip: self._progress(clip.name),
                self.stop,
                self.force,
            ):
                results.append(one)
                clip_folder.write_summary(results, self.out_dir / clip_folder.SUMMARY)
                self.bar.advance(every)
                if one.remark:
                    err.print(one_line(f"{one.remark}; skipped" if one.failed else f"{one.clip}: {one.remark}"))
        self.bar.stop()
        print_table(clip_folder.HEADINGS[:-1], [(one.clip, *one.cells) for one in results])
        out.print(f"Saved in {self.out_dir}: a folder for each clip, and summary.csv")
        if any(one.failed for one in results):
            raise typer.Exit(1)

    def _progress(self, name: str) -> Callable[[int, int | None], None]:
        """Adds a clip to the progress bar. Returns its callback."""
        task = self.bar.add_task(name, total=None)

        def update(frames: int, total: int | None) -> None:
            self.bar.update(task, completed=frames, total=total, visible=frames != total)

        return update
