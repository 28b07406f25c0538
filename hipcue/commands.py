"""The commands of `hipcue`, what they take, and how they say what went wrong: one sentence, no traceback."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from capture.opening import is_live
from capture.source import SourceError
from config.loading import Origin, default_text, load
from config.schema import Settings
from hipcue import __version__
from hipcue.keys_commands import keys_app
from hipcue.runner_number import numbered
from hipcue.sentences import err, fail, out, print_table, sentences
from hipcue.sessions_commands import history, sessions_app
from wire.clock import monotonic_ns
from wire.endpoints import default_directory
from wire.remote.curve import checked_address
from wire.remote.keys import Keys, keys_folder

DEMO_SOURCE = "synthetic:extension=13,sway=5,sway_s=40,fps=30"
DEMO_PRESET = "show"
DEMO_S = 60.0

app = typer.Typer(
    name="hipcue",
    help="Live running-form trainer: hip extension per stride, with cues while you run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
config_app = typer.Typer(no_args_is_help=True, help="Look at and check settings.")
app.add_typer(config_app, name="config")
app.add_typer(keys_app, name="keys")
app.add_typer(sessions_app, name="sessions")
app.command()(history)

SourceOption = Annotated[
    str | None, typer.Option(help='Camera ("0", "/dev/video0"), video file, "rtsp://…", "http://…" or "synthetic:…".')
]
ForOption = Annotated[float | None, typer.Option("--for", metavar="SECONDS", min=0, help="End after this long.")]
FacingOption = Annotated[str | None, typer.Option(help='Where the runner faces in the picture: "right", "left" or "auto".')]
NoDisplayOption = Annotated[bool, typer.Option("--no-display", help="No screen: a line per stride in the terminal.")]
NoAudioOption = Annotated[bool, typer.Option("--no-audio", help="No sound.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML).")]
PresetOption = Annotated[str | None, typer.Option(help="A preset's name.")]
RunnerOption = Annotated[str | None, typer.Option(help="The runner's nickname; earlier sessions then count, and cues fade.")]
SessionDirOption = Annotated[Path | None, typer.Option(help="Sessions are saved in folders under this one.")]
BackendOption = Annotated[str | None, typer.Option(help="Which program runs the pose model.")]
LatencyOption = Annotated[bool, typer.Option("--latency", help="Print how long each stage takes, every few seconds.")]
WindowOption = Annotated[bool, typer.Option("--window", help="A window instead of the full screen.")]


@app.command()
def run(
    source: SourceOption = None,
    for_s: ForOption = None,
    facing: FacingOption = None,
    loop: Annotated[bool, typer.Option("--loop", help="Start a recorded file again at its end.")] = False,
    runner: RunnerOption = None,
    window: WindowOption = False,
    no_display: NoDisplayOption = False,
    no_audio: NoAudioOption = False,
    config: ConfigOption = None,
    preset: PresetOption = None,
    session_dir: SessionDirOption = None,
    backend: BackendOption = None,
    latency: LatencyOption = False,
    screenshot: Annotated[bool, typer.Option("--screenshot", help="Leave a picture of the screen in the session.")] = False,
) -> None:
    """Train: camera, measurement, cues, screen and a saved session. Ctrl-C or key q ends it."""
    with sentences():
        origin = _origin(
            config,
            preset,
            {
                "capture.source": source,
                "capture.loop": loop or None,
                "session.runner": runner,
                "analysis.facing": facing,
                "analysis.backend": backend,
                **_surroundings(window, no_display, no_audio, session_dir),
            },
        )
        origin, note = numbered(origin)
        if note:
            err.print(note)
        _live(origin, for_s, screenshot, latency)


@app.command()
def demo(
    for_s: ForOption = DEMO_S,
    window: WindowOption = False,
    no_display: NoDisplayOption = False,
    no_audio: NoAudioOption = False,
    config: ConfigOption = None,
    session_dir: SessionDirOption = None,
    backend: BackendOption = None,
    latency: LatencyOption = False,
) -> None:
    """Everything without a camera: a drawn runner, the real pose model, real cues. --for 0 never ends."""
    with sentences():
        origin = _origin(
            config,
            DEMO_PRESET,
            {
                "capture.source": DEMO_SOURCE,
                "analysis.backend": backend,
                **_surroundings(window, no_display, no_audio, session_dir),
            },
        )
        _live(origin, for_s or None, screenshot=True, latency=latency)


@app.command()
def follow(
    address: Annotated[str, typer.Argument(help='Where the camera\'s machine publishes: "tcp://192.168.1.20:7660".')],
    of: Annotated[str, typer.Option(help="The name its key is allowed under; needed only if there are several.")] = "",
    window: WindowOption = False,
    no_display: NoDisplayOption = False,
    config: ConfigOption = None,
    preset: PresetOption = None,
) -> None:
    """The screen alone, with the camera on another machine (docs/two-machines.md). Ctrl-C or key q ends it."""
    from hipcue.follow import run_follow  # noqa: PLC0415

    with sentences():
        settings = _settings(config, preset, _surroundings(window, no_display, False, None))
        checked_address(address)
        code = run_follow(settings, address, of, Keys(keys_folder()))
    if code:
        raise typer.Exit(code)


@app.command()
def analyse(
    clip: Annotated[str, typer.Argument(help='A video file, a folder of such, or "synthetic:…,seconds=20".')],
    out_dir: Annotated[Path, typer.Option("--out", help="The session files go into this folder.")],
    video: Annotated[bool, typer.Option("--video", help="Also write an annotated copy, video.mp4.")] = False,
    for_s: ForOption = None,
    facing: FacingOption = None,
    config: ConfigOption = None,
    preset: PresetOption = None,
    backend: BackendOption = None,
) -> None:
    """Measure a recorded clip, or all of a folder, with the live engine: samples.csv, strides.csv and session.json."""
    with sentences():
        if is_live(clip):
            raise SourceError(f"{clip}: is a live camera; use: hipcue run --source {clip}")

        def settings_for(path: str) -> Settings:
            return _settings(config, preset, {"capture.source": path, "analysis.facing": facing, "analysis.backend": backend})

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=err, transient=True) as bar:
            if Path(clip).is_dir():
                _analyse_folder(Path(clip), settings_for, out_dir, video, for_s, bar)
            else:
                _analyse_clip(clip, settings_for(clip), out_dir, video, for_s, bar)


def _analyse_clip(clip: str, settings: Settings, out_dir: Path, video: bool, for_s: float | None, bar: Progress) -> None:
    from hipcue.analyse import analyse as run_analysis  # noqa: PLC0415 - it loads the pose model's libraries

    done = run_analysis(settings, out_dir, out_dir / "video.mp4" if video else None, for_s, _follow(bar, Path(clip).name))
    bar.stop()
    speed = done.seconds / done.took_s if done.took_s else 0.0
    out.print(f"{done.frames} frames, {done.near_strides} near and {done.far_strides} far strides, {speed:.1f}x real time")
    out.print(f"Saved in {out_dir}")


def _analyse_folder(
    folder: Path, settings_for: Callable[[str], Settings], out_dir: Path, video: bool, for_s: float | None, bar: Progress
) -> None:
    from hipcue.analyse_folder import HEADINGS, analyse_folder, clips_in, write_summary  # noqa: PLC0415

    clips = clips_in(folder)
    out_dir.mkdir(parents=True, exist_ok=True)
    every = bar.add_task("all clips", total=len(clips))
    results = []
    for one in analyse_folder(settings_for, clips, out_dir, video, for_s, lambda clip: _follow(bar, clip.name)):
        results.append(one)
        write_summary(results, out_dir / "summary.csv")
        bar.advance(every)
        if one.remark:
            err.print(f"{one.remark}; skipped" if one.failed else f"{one.clip}: {one.remark}")
    bar.stop()
    print_table(HEADINGS[:-1], [(one.clip, *one.cells) for one in results])
    out.print(f"Saved in {out_dir}: a folder for each clip, and summary.csv")
    if any(one.failed for one in results):
        raise typer.Exit(1)


def _follow(bar: Progress, name: str) -> Callable[[int, int | None], None]:
    """A clip's line in the progress bar: it is told the frames done and in all."""
    task = bar.add_task(name, total=None)

    def told(frames: int, total: int | None) -> None:
        bar.update(task, completed=frames, total=total, visible=frames != total)

    return told


@app.command()
def doctor(
    source: SourceOption = None,
    config: ConfigOption = None,
) -> None:
    """Check camera, pose model, screen and sound, and say what to do about each."""
    from hipcue.doctor import examine  # noqa: PLC0415

    with sentences():
        findings = examine(_settings(config, None, {"capture.source": source}))
        for finding in findings:
            mark = Text("ok  ", "green") if finding.good else Text("look", "yellow")
            out.print(mark, f"{finding.subject:12} {finding.found}")
            if finding.advice:
                out.print(f"     {'':12} -> {finding.advice}")
        if not all(finding.good for finding in findings):
            raise typer.Exit(1)


@app.command()
def status() -> None:
    """Say how each process of the running program is."""
    from hipcue import runs  # noqa: PLC0415
    from hipcue.status import delays, facts, listen, refusals, table  # noqa: PLC0415

    folders = runs.running(default_directory())
    if not folders:
        fail("HipCue does not run here; start it with: hipcue run")
    for folder in folders:
        heard = listen(folder)
        out.print(table(heard, monotonic_ns()))
        for line in (*facts(heard), *delays(heard), *refusals(heard)):
            out.print(line)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(f"hipcue {__version__}")


@config_app.command("show")
def config_show(config: ConfigOption = None, preset: PresetOption = None) -> None:
    """Print the settings that hold, as JSON; without options, the commented default file."""
    with sentences():
        if config is None and preset is None:
            sys.stdout.write(default_text())
            return
        settings = load(preset or "", config)
        out.print_json(json.dumps(settings.model_dump(mode="json")))


@config_app.command("check")
def config_check(file: Annotated[Path, typer.Argument(help="A settings file (TOML).")]) -> None:
    """Say whether a settings file is right, and if not what to mend."""
    with sentences():
        load(file=file)
        out.print(f"{file}: is right")


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON schema of the settings, for editors."""
    sys.stdout.write(json.dumps(Settings.model_json_schema(), indent=2) + "\n")


def _origin(config: Path | None, preset: str | None, given: dict[str, Any]) -> Origin:
    return Origin(preset or "", config, {key: value for key, value in given.items() if value is not None})


def _settings(config: Path | None, preset: str | None, given: dict[str, Any]) -> Settings:
    return _origin(config, preset, given).load()


def _surroundings(window: bool, no_display: bool, no_audio: bool, session_dir: Path | None) -> dict[str, Any]:
    """What `run` and `demo` may be told of screen, sound and disk, by the settings' names."""
    return {
        "display.mode": "headless" if no_display else "window" if window else None,
        "audio.enabled": False if no_audio else None,
        "session.folder": None if session_dir is None else str(session_dir),
    }


def _live(origin: Origin, for_s: float | None, screenshot: bool, latency: bool) -> None:
    from hipcue.latency_report import LatencyReport  # noqa: PLC0415
    from hipcue.live import run_live, session_sentence  # noqa: PLC0415

    report = LatencyReport(out.print) if latency else None
    outcome = run_live(origin, for_s, screenshot, report)
    if report is not None and (table := report.whole()) is not None:
        out.print(table)
    for note in outcome.notes:
        err.print(note)
    if outcome.session is not None:
        out.print(session_sentence(outcome.session))
    elif not outcome.exit_code:
        out.print("Nobody came before the camera: no session was saved")
    if outcome.screenshot is not None:
        out.print(f"The screen: {outcome.screenshot}")
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)
