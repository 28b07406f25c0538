"""The commands of `hipcue` and their options."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from config.loading import Origin
from config.paths import keys_folder
from config.secret_address import SecretAddress
from config.settings import Settings
from hipcue import __version__
from hipcue.cli.cameras_command import cameras
from hipcue.cli.config_commands import ConfigOption, PresetOption, config_app
from hipcue.cli.console import Commands, err, fail, out, print_table, sentences
from hipcue.cli.console_command import console_app
from hipcue.cli.keys_commands import keys_app
from hipcue.cli.runner_number import numbered
from hipcue.cli.sessions_commands import history, sessions_app
from wire.clock import monotonic_ns
from wire.endpoints import check_private, default_directory
from wire.visible_text import one_line

if TYPE_CHECKING:
    from rich.progress import Progress

    from wire.lifecycle import StopFlag

DEMO_SOURCE = "synthetic:extension=13,sway=5,sway_s=40,fps=30"
DEMO_PRESET = "show"
DEMO_S = 60.0
LONGEST_S = 366 * 86_400.0

app = typer.Typer(
    name="hipcue",
    help="Live running-form trainer: hip extension per stride, with cues while you run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=Commands,
)
app.add_typer(config_app, name="config")
app.add_typer(console_app, name="console")
app.add_typer(keys_app, name="keys")
app.add_typer(sessions_app, name="sessions")

SourceOption = Annotated[
    str | None,
    typer.Option(help='Camera (its name in `hipcue cameras`, or "0"), video file, "rtsp://…", "http://…" or "synthetic:…".'),
]
FilmedAtOption = Annotated[
    float | None,
    typer.Option("--filmed-at", metavar="FPS", min=1, help="Slow motion: frames per second at which the file was filmed."),
]
RotateOption = Annotated[
    int | None, typer.Option("--rotate", metavar="DEG", help="Turn the pictures clockwise by 90, 180 or 270 degrees.")
]
OtherSideOption = Annotated[
    str | None,
    typer.Option("--other-side", metavar="SOURCE", help="A second camera, on the other side: left and right are compared."),
]
OtherClipOption = Annotated[
    str | None,
    typer.Option("--other-side", metavar="CLIP", help="Clip of a camera on the other side, of the same instants."),
]
ForOption = Annotated[float | None, typer.Option("--for", metavar="SECONDS", min=0, max=LONGEST_S, help="End after this time.")]
FacingOption = Annotated[str | None, typer.Option(help='Direction of running in the picture: "right", "left" or "auto".')]
NoDisplayOption = Annotated[bool, typer.Option("--no-display", help="Run without a screen: a line per stride in the terminal.")]
NoAudioOption = Annotated[bool, typer.Option("--no-audio", help="Run without sound.")]
RunnerOption = Annotated[str | None, typer.Option(help="The runner's nickname: earlier sessions count, and cues fade.")]
SessionDirOption = Annotated[Path | None, typer.Option(help="Save sessions in this folder.")]
BackendOption = Annotated[str | None, typer.Option(help="Program that runs the pose model.")]
LatencyOption = Annotated[bool, typer.Option("--latency", help="Print the latency of each stage every few seconds.")]
ConsoleOption = Annotated[
    bool, typer.Option("--console", help="Serve the coach's console in a browser (docs/console.md); key p pairs a tablet.")
]
WindowOption = Annotated[bool, typer.Option("--window", help="Use a window instead of the full screen.")]


@app.command()
def run(
    source: SourceOption = None,
    other_side: OtherSideOption = None,
    for_s: ForOption = None,
    facing: FacingOption = None,
    loop: Annotated[bool, typer.Option("--loop", help="Repeat a recorded file.")] = False,
    filmed_at: FilmedAtOption = None,
    rotate: RotateOption = None,
    runner: RunnerOption = None,
    window: WindowOption = False,
    no_display: NoDisplayOption = False,
    no_audio: NoAudioOption = False,
    config: ConfigOption = None,
    preset: PresetOption = None,
    session_dir: SessionDirOption = None,
    backend: BackendOption = None,
    latency: LatencyOption = False,
    console: ConsoleOption = False,
    screenshot: Annotated[
        bool, typer.Option("--screenshot", help="Save a picture of the screen in the session's folder.")
    ] = False,
) -> None:
    """Train with camera, cues and screen, and save the session. Ctrl-C or key q ends it."""
    with sentences():
        origin = _origin(
            config,
            preset,
            {
                "capture.source": source,
                "capture.other_side.source": other_side,
                "capture.loop": loop or None,
                "capture.filmed_at_fps": filmed_at,
                "capture.rotate_deg": rotate,
                "session.runner": runner,
                "analysis.facing": facing,
                "analysis.backend": backend,
                "console.enabled": console or None,
                **_surroundings(window, no_display, no_audio, session_dir),
            },
        )
        origin, note = numbered(origin)
        if note:
            err.print(one_line(note))
        _live(origin, for_s, screenshot, latency)


@app.command()
def demo(
    for_s: ForOption = DEMO_S,
    other_side: OtherSideOption = None,
    window: WindowOption = False,
    no_display: NoDisplayOption = False,
    no_audio: NoAudioOption = False,
    config: ConfigOption = None,
    session_dir: SessionDirOption = None,
    backend: BackendOption = None,
    latency: LatencyOption = False,
    console: ConsoleOption = False,
) -> None:
    """Run everything without a camera: a drawn runner, the real pose model, real cues. --for 0 never ends."""
    with sentences():
        origin = _origin(
            config,
            DEMO_PRESET,
            {
                "capture.source": DEMO_SOURCE,
                "capture.other_side.source": _demo_other_side(other_side),
                "analysis.backend": backend,
                "console.enabled": console or None,
                **_surroundings(window, no_display, no_audio, session_dir),
            },
        )
        _live(origin, for_s or None, screenshot=True, latency=latency)


@app.command()
def follow(
    address: Annotated[str, typer.Argument(help='Address of the camera\'s machine, such as "tcp://192.168.1.20:7660".')],
    of: Annotated[str, typer.Option(help="Name of its key; needed only if several are allowed.")] = "",
    window: WindowOption = False,
    no_display: NoDisplayOption = False,
    config: ConfigOption = None,
    preset: PresetOption = None,
) -> None:
    """Show the screen of a camera on another machine (docs/two-machines.md). Ctrl-C or key q ends it."""
    from hipcue.supervisor.live import run_follow  # noqa: PLC0415
    from wire.remote.curve import checked_address  # noqa: PLC0415
    from wire.remote.keys import Keys  # noqa: PLC0415

    with sentences():
        settings = _settings(config, preset, _surroundings(window, no_display, False, None))
        checked_address(address)
        code = run_follow(settings, address, of, Keys(keys_folder()))
    if code:
        raise typer.Exit(code)


@app.command()
def analyse(
    clip: Annotated[str, typer.Argument(help='A video file, a folder of video files, or "synthetic:…,seconds=20".')],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the session's files.")],
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
    """Measure a clip, or all clips in a folder, with the live engine; writes a report and the session's files."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from capture.opening import is_live  # noqa: PLC0415 - it loads OpenCV
    from capture.sources.source import SourceError  # noqa: PLC0415
    from wire.lifecycle import Interrupted, StopFlag  # noqa: PLC0415

    with sentences():
        if is_live(address := SecretAddress(clip)):
            raise SourceError(f"{address}: is a live camera; use: hipcue run --source {address}")
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(out_dir)):  # it would be printed, with a password in it
            raise SourceError("--out: is an address; it takes a folder")
        if other_side is not None:
            _check_other_clip(clip, other_side)

        def settings_for(path: str) -> Settings:
            given = {
                "capture.source": path,
                "capture.filmed_at_fps": filmed_at,
                "capture.rotate_deg": rotate,
                "capture.other_side.source": other_side,
                "capture.other_side.rotate_deg": rotate,
                "analysis.facing": facing,
                "analysis.backend": backend,
            }
            return _settings(config, preset, given)

        # From here on a signal waits for the end of a frame. A second one does not, for a frame may never come.
        stop = StopFlag()
        stop.on_signals(supervised=False, insist=True)
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        try:
            with Progress(*columns, console=err, transient=True) as bar:
                if Path(clip).is_dir():
                    _analyse_folder(Path(clip), settings_for, out_dir, video, for_s, force, bar, stop)
                else:
                    _analyse_clip(settings_for(clip), out_dir, video, for_s, force, bar, stop)
        except Interrupted as interrupted:
            err.print(one_line(str(interrupted)))
            raise typer.Exit(stop.exit_code) from None


def _check_other_clip(clip: str, other_side: str) -> None:
    """Raises SourceError unless these can be two clips of one run."""
    from capture.opening import is_live  # noqa: PLC0415 - it loads OpenCV
    from capture.sources.source import SourceError  # noqa: PLC0415

    if is_live(address := SecretAddress(other_side)):
        raise SourceError(f"--other-side {address}: is a live camera; it takes the clip of the second camera")
    if Path(clip).is_dir() or Path(other_side).is_dir():
        raise SourceError(f"--other-side {address}: takes one clip beside one clip, not folders")
    if clip == other_side or (Path(clip).exists() and Path(other_side).exists() and Path(clip).samefile(other_side)):
        raise SourceError(f"--other-side {address}: is the same clip; it takes the clip of the second camera")


def _analyse_clip(
    settings: Settings,
    out_dir: Path,
    video: bool,
    for_s: float | None,
    force: bool,
    bar: "Progress",
    stop: "StopFlag",
) -> None:
    from hipcue.analyse.result import make_room, measure_into  # noqa: PLC0415 - it loads the pose model's libraries

    make_room(out_dir, force)
    found = measure_into(out_dir, settings, video, for_s, _progress(bar, Path(str(settings.capture.source)).name), stop)
    bar.stop()
    for sentence in found.sentences:
        out.print(sentence)
    out.print(one_line(f"Saved in {out_dir}"))


def _analyse_folder(
    folder: Path,
    settings_for: Callable[[str], Settings],
    out_dir: Path,
    video: bool,
    for_s: float | None,
    force: bool,
    bar: "Progress",
    stop: "StopFlag",
) -> None:
    from hipcue.analyse import folder as clip_folder  # noqa: PLC0415 - it loads the pose model's libraries

    clips = clip_folder.clips_in(folder)
    if others := clip_folder.left_out(folder):
        err.print(one_line(f"Left out, not named like a video: {', '.join(others)}"))
    every = bar.add_task("all clips", total=len(clips))
    results = []
    with clip_folder.results_folder(out_dir, clips, force):
        for one in clip_folder.analyse_folder(
            settings_for, clips, out_dir, video, for_s, lambda clip: _progress(bar, clip.name), stop, force
        ):
            results.append(one)
            clip_folder.write_summary(results, out_dir / clip_folder.SUMMARY)
            bar.advance(every)
            if one.remark:
                err.print(one_line(f"{one.remark}; skipped" if one.failed else f"{one.clip}: {one.remark}"))
    bar.stop()
    print_table(clip_folder.HEADINGS[:-1], [(one.clip, *one.cells) for one in results])
    out.print(f"Saved in {out_dir}: a folder for each clip, and summary.csv")
    if any(one.failed for one in results):
        raise typer.Exit(1)


def _progress(bar: "Progress", name: str) -> Callable[[int, int | None], None]:
    """Adds a clip to the progress bar. Returns its callback."""
    task = bar.add_task(name, total=None)

    def update(frames: int, total: int | None) -> None:
        bar.update(task, completed=frames, total=total, visible=frames != total)

    return update


@app.command()
def doctor(
    source: SourceOption = None,
    rotate: RotateOption = None,
    other_side: OtherSideOption = None,
    config: ConfigOption = None,
) -> None:
    """Check camera, pose model, screen and sound, and give advice on each."""
    from hipcue.doctor import examine  # noqa: PLC0415

    with sentences():
        given = {"capture.source": source, "capture.other_side.source": other_side, "capture.rotate_deg": rotate}
        findings = examine(_settings(config, None, given))
        for finding in findings:
            mark = Text("ok  ", "green") if finding.good else Text("look", "yellow")
            out.print(mark, f"{finding.subject:12} {one_line(finding.found)}")
            if finding.advice:
                out.print(f"     {'':12} -> {one_line(finding.advice)}")
        if not all(finding.good for finding in findings):
            raise typer.Exit(1)


app.command()(cameras)


@app.command()
def status() -> None:
    """Show the state of each process of the running program."""
    from hipcue.cli.status import delays, facts, receive, refusals, rest, table  # noqa: PLC0415
    from hipcue.supervisor import run_folder as runs  # noqa: PLC0415

    with sentences():
        directory = default_directory()
        if directory.exists():
            check_private(directory)
        folders = runs.running(directory)
        if not folders:
            fail("HipCue is not running; start it with: hipcue run")
        for folder in folders:
            healths = receive(folder)
            out.print(table(healths, monotonic_ns()))
            for line in (*rest(healths), *facts(healths), *delays(healths), *refusals(healths)):
                out.print(one_line(line))


app.command()(history)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(f"hipcue {__version__}")


def _origin(config: Path | None, preset: str | None, given: dict[str, Any]) -> Origin:
    return Origin(preset or "", config, {key: value for key, value in given.items() if value is not None})


def _settings(config: Path | None, preset: str | None, given: dict[str, Any]) -> Settings:
    return _origin(config, preset, given).load()


def _demo_other_side(source: str | None) -> str | None:
    """Named alone, the drawn runner is the demonstration's, seen from the other side."""
    return f"{DEMO_SOURCE},other_side=true" if source in ("synthetic", "synthetic:") else source


def _surroundings(window: bool, no_display: bool, no_audio: bool, session_dir: Path | None) -> dict[str, Any]:
    """The options of `run` and `demo` for screen, sound and disk, as settings."""
    return {
        "display.mode": "headless" if no_display else "window" if window else None,
        "audio.enabled": False if no_audio else None,
        "session.folder": None if session_dir is None else str(session_dir),
    }


def _live(origin: Origin, for_s: float | None, screenshot: bool, latency: bool) -> None:
    from hipcue.cli.latency_report import LatencyReport  # noqa: PLC0415
    from hipcue.supervisor.live import run_live  # noqa: PLC0415

    report = LatencyReport(out.print) if latency else None
    result = run_live(origin, for_s, screenshot, None if report is None else report.update)
    if report is not None and (table := report.table()) is not None:
        out.print(table)
    for note in result.notes:
        err.print(one_line(note))
    for session in result.sessions:
        out.print(_session_sentence(session))
    if result.gone is not None:
        out.print(f"{result.gone}: the session that was saved there has been removed or renamed since")
    elif not result.sessions and not result.exit_code:
        out.print("The camera saw no runner: no session was saved")
    if result.screenshot is not None:
        out.print(f"Picture of the screen: {result.screenshot}")
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def _session_sentence(session: Path) -> str:
    """Summary of a session in one line."""
    from sessions.format.header import current_header  # noqa: PLC0415 - it loads numpy

    summary = current_header(session)
    near = summary["strides"]["near"]
    if not near:
        return f"Saved in {session}: no strides were measured"
    extension, cadence = summary["near_hip_extension_mean_deg"], summary["cadence_spm"]
    pace = "" if cadence is None else f", cadence {cadence:.0f}"
    return f"Saved in {session}: {near} near strides, hip extension {extension:.1f}° on average{pace}, {summary['cues']} cues"
