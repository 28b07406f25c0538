"""The commands of `hipcue` and their options."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from config.loading import Origin
from config.mistakes import ConfigError
from config.paths import keys_folder
from config.sections.capture import CaptureSettings
from hipcue import __version__
from hipcue.cli.analyse_command import analyse
from hipcue.cli.calibrate_command import calibrate_sides
from hipcue.cli.cameras_command import cameras
from hipcue.cli.config_commands import config_app
from hipcue.cli.console import Commands, err, fail, out, sentences
from hipcue.cli.console_command import console_app
from hipcue.cli.keys_commands import keys_app
from hipcue.cli.options import (
    BackendOption,
    ConfigOption,
    FacingOption,
    FilmedAtOption,
    ForOption,
    PresetOption,
    RotateOption,
    SourceOption,
    folder,
    origin_from,
    pictures,
    settings_from,
)
from hipcue.cli.runner_number import numbered
from hipcue.cli.sessions_commands import history, sessions_app
from wire.clock import monotonic_ns
from wire.endpoints import check_private, default_directory
from wire.texts import counted, digits
from wire.visible_text import one_line

DEMO_SOURCE = "synthetic:extension=13,sway=5,sway_s=40,fps=30"
DEMO_PRESET = "show"
DEMO_S = 60.0

app = typer.Typer(
    name="hipcue",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(config_app, name="config")
app.add_typer(console_app, name="console")
app.add_typer(keys_app, name="keys")
app.add_typer(sessions_app, name="sessions")

OtherSideOption = Annotated[
    str | None,
    typer.Option("--other-side", metavar="SOURCE", help="A second camera, on the other side, to compare left and right."),
]
NoDisplayOption = Annotated[bool, typer.Option("--no-display", help="Run without a screen: a line per stride in the terminal.")]
NoAudioOption = Annotated[bool, typer.Option("--no-audio", help="Run without sound.")]
RunnerOption = Annotated[str | None, typer.Option(help="The runner's nickname: earlier sessions count, and cues fade.")]
SessionDirOption = Annotated[Path | None, typer.Option(parser=folder, metavar="FOLDER", help="Save sessions in this folder.")]
LatencyOption = Annotated[bool, typer.Option("--latency", help="Print the latency of each stage every few seconds.")]
ConsoleOption = Annotated[
    bool, typer.Option("--console", help="Serve the coach's console in a browser (docs/console.md); key p pairs a tablet.")
]
WindowOption = Annotated[bool, typer.Option("--window", help="Use a window instead of the full screen.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Live running-form trainer: hip extension per stride, with cues while you run."""


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
        origin = origin_from(
            config,
            preset,
            {
                **pictures(source, other_side, rotate),
                "capture.loop": loop or None,
                "capture.filmed_at_fps": filmed_at,
                "session.runner": runner,
                "session.mode": "session" if runner else None,
                "analysis.facing": facing,
                "analysis.backend": backend,
                "console.enabled": console or None,
                **_surroundings(window, no_display, no_audio, session_dir),
            },
        )
        origin, note = numbered(origin)
        if note:
            err.print(one_line(note))
        _check_files(origin.load().capture)
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
        origin = origin_from(
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
    from hipcue.supervisor.live import run_follow
    from wire.remote.curve import checked_address
    from wire.remote.keys import Keys

    with sentences():
        settings = settings_from(config, preset, _surroundings(window, no_display, False, None))
        checked_address(address)
        code = run_follow(settings, address, of, Keys(keys_folder()))
    if code:
        raise typer.Exit(code)


app.command()(analyse)


@app.command()
def doctor(
    source: SourceOption = None,
    rotate: RotateOption = None,
    other_side: OtherSideOption = None,
    config: ConfigOption = None,
) -> None:
    """Check camera, pose model, screen and sound, and give advice on each."""
    from hipcue.doctor import examine

    with sentences():
        findings = examine(settings_from(config, None, pictures(source, other_side, rotate)))
        for finding in findings:
            mark = Text("ok  ", "green") if finding.good else Text("look", "yellow")
            out.print(mark, f"{finding.subject:12} {one_line(finding.found)}")
            if finding.advice:
                out.print(f"     {'':12} -> {one_line(finding.advice)}")
        if not all(finding.good for finding in findings):
            raise typer.Exit(1)


app.command("calibrate-sides")(calibrate_sides)
app.command()(cameras)


@app.command()
def status() -> None:
    """Show the state of each process of the running program."""
    from hipcue.cli.status import delays, facts, receive, refusals, rest, table
    from hipcue.supervisor import run_folder as runs

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


def _demo_other_side(source: str | None) -> str | None:
    """The other side's source; "synthetic" alone is the demonstration's runner, seen from the other side."""
    return f"{DEMO_SOURCE},other_side=true" if source in ("synthetic", "synthetic:") else source


def _check_files(capture: CaptureSettings) -> None:
    """Raises ConfigError if a source names a file that is not there: a session with one of two cameras would begin."""
    for key, source in (("source", capture.source), ("other_side.source", capture.other_side.source)):
        name = source.reveal()
        if not name or "://" in name or name.partition(":")[0] == "synthetic" or os.path.exists(name):
            continue
        from capture.opening import is_live  # it loads OpenCV

        if not is_live(source):
            raise ConfigError(f"capture.{key} = {str(source)!r}: there is no such file; check the name")


def _surroundings(window: bool, no_display: bool, no_audio: bool, session_dir: Path | None) -> dict[str, Any]:
    """The options of `run` and `demo` for screen, sound and disk, as settings."""
    return {
        "display.mode": "headless" if no_display else "window" if window else None,
        "audio.enabled": False if no_audio else None,
        "session.folder": None if session_dir is None else str(session_dir),
    }


def _live(origin: Origin, for_s: float | None, screenshot: bool, latency: bool) -> None:
    from hipcue.cli.latency_report import LatencyReport
    from hipcue.supervisor.live import run_live

    report = LatencyReport(out.print) if latency else None
    result = run_live(origin, for_s, screenshot, None if report is None else report.update)
    if report is not None and (table := report.table()) is not None:
        out.print(table)
    for note in result.notes:
        err.print(one_line(note))
    for session in result.sessions:
        out.print(session_sentence(session))
    if result.gone is not None:
        out.print(f"{result.gone}: the session that was saved there has been removed or renamed since")
    elif not result.sessions and not result.exit_code:
        out.print("The camera saw no runner: no session was saved")
    if result.screenshot is not None:
        out.print(f"Picture of the screen: {result.screenshot}")
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def session_sentence(session: Path) -> str:
    """Summary of a session in one line; with two cameras, of each leg by the camera that sees it near."""
    from sessions.format.header import current_header  # it loads numpy

    summary = current_header(session)
    cameras = [one for one in (summary, summary.get("other_side")) if one and one["strides"]["near"]]
    if not cameras:
        return f"Saved in {session}: no strides were measured"
    legs = []
    for one in cameras:
        strides = counted(one["strides"]["near"], f"{one['facing'] if summary.get('other_side') else 'near'} stride")
        legs.append(f"{strides}, hip extension {digits(one['near_hip_extension_mean_deg'], '.1f')}° on average")
    cadence, cues = cameras[0]["cadence_spm"], counted(summary["cues"], "cue")
    pace = [] if cadence is None else [f"cadence {cadence:.0f}"]
    return f"Saved in {session}: {', '.join([*legs, *pace, cues])}"
