"""Runs the whole program (`hipcue run`, `hipcue demo`), or the screen alone (`hipcue follow`)."""

import dataclasses
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from config.loading import Origin
from config.own_file import own_settings_file
from config.paths import keys_folder, sessions_folder
from config.settings import Settings
from hipcue.supervisor.days_of_use import days_of_use_file, note_day
from hipcue.supervisor.journal import journal_file, log, open_journal
from hipcue.supervisor.keeping import remove_expired
from hipcue.supervisor.process_table import CONSOLE_BESIDE, OTHER_SIDE, PROCESSES, SCREEN_ALONE, SHARING, Job
from hipcue.supervisor.run_folder import run_folder
from hipcue.supervisor.settings_watch import SettingsWatch
from hipcue.supervisor.supervisor import Supervisor
from sessions.errors import SessionsError
from sessions.format.durable import replacing
from sessions.format.folders import holds_session, new_folder, numbered
from sessions.format.header import read_header
from wire.endpoints import default_directory
from wire.lifecycle import StopFlag
from wire.messages import Health
from wire.node import Node
from wire.remote.keys import Keys
from wire.sockets import Wire
from wire.system import boot_id
from wire.topics import AUDIO, CAPTURE, CAPTURE_2, CONSOLE, SHARE, SUPERVISOR

SCREENSHOT = "screen.png"


@dataclass(frozen=True)
class RunResult:
    """How a run ended."""

    exit_code: int
    notes: list[str]
    sessions: list[Path]
    """The folders of the recorded sessions that exist on the disk."""
    gone: Path | None
    """The folder of a saved session, if none of them exists any more."""
    screenshot: Path | None


def run_live(
    origin: Origin,
    for_s: float | None = None,
    screenshot: bool = False,
    watch: Callable[[dict[str, Health], int], None] | None = None,
) -> RunResult:
    """Run until Ctrl-C, SIGTERM, key q, for `for_s` seconds, or until a recording ends.

    A settings file that is saved while the program runs applies at once. `watch` receives the last health of each process,
    and the time, in every round. Raises config.mistakes.ConfigError, SessionsError when a session's folder is to hold
    sessions, wire.endpoints.EndpointError when there is no folder for the sockets, and wire.remote.keys.KeysError when other
    machines may connect and there are no keys.
    """
    settings = origin.load()
    if settings.console.enabled and origin.file is None:
        origin = dataclasses.replace(origin, file=own_settings_file())
        settings = origin.load()
    parent = sessions_folder(settings.session.folder)
    if holds_session(parent):
        raise SessionsError(f"{parent}: is the folder of a session; choose another --session-dir, such as the one above it")
    shared = settings.network.publish != "ipc"
    if shared:
        from wire.remote.curve import check_publishing  # noqa: PLC0415 - it loads asyncio and ssl

        check_publishing(settings.network.publish, Keys(keys_folder()))
    stop = StopFlag()
    stop.on_signals(supervised=False)
    open_journal(journal_file())
    if (confirmed := note_day(days_of_use_file(), datetime.now(timezone.utc))) is not None:
        remove_expired(settings, confirmed)
    before = _names_in(parent)
    specs = [spec for spec in PROCESSES if spec.name != AUDIO or settings.audio.enabled]
    specs += [SHARING] * shared + [CONSOLE_BESIDE] * settings.console.enabled
    if settings.capture.has_other_side:
        specs += OTHER_SIDE
    with run_folder(default_directory()) as folder:
        job = Job(
            settings=settings,
            wire_directory=folder,
            session_folder=new_folder(parent),
            screenshot=folder / SCREENSHOT if screenshot else None,
            readiness=tuple(spec.name for spec in specs if spec.name not in (CAPTURE, CAPTURE_2, SHARE, CONSOLE)),
            origin=origin,
        )
        log.info("Started: %s", settings.capture.source)
        with Wire(folder, SUPERVISOR, both_sides=settings.capture.has_other_side) as wire:
            supervisor = Supervisor(specs, job, Node(wire, stop), SettingsWatch(origin, settings, wire), watch)
            code = supervisor.run(for_s)
        log.info("Ended with code %d", code)
        saved = _recorded(parent, before)
        picture = keep_picture(folder / SCREENSHOT, saved, parent, supervisor.notes)
    gone = None if code or saved else supervisor.session
    return RunResult(code, supervisor.notes, saved, gone, picture)


def run_follow(settings: Settings, address: str, key_name: str, keys: Keys) -> int:
    """Show what the camera's machine measures until Ctrl-C, SIGTERM or key q. Returns the exit code.

    Raises wire.remote.keys.KeysError without this machine's key or the other's.
    """
    keys.own()
    camera_key = keys.key_of(key_name)
    stop = StopFlag()
    stop.on_signals(supervised=False)
    open_journal(journal_file())
    with run_folder(default_directory()) as folder:
        job = Job(
            settings=settings,
            wire_directory=folder,
            session_folder=sessions_folder(settings.session.folder),
            screenshot=None,
            camera_address=address,
            camera_key=camera_key,
        )
        log.info("Started: the screen of %s", address)
        with Wire(folder, SUPERVISOR) as wire:
            code = Supervisor(SCREEN_ALONE, job, Node(wire, stop)).run(for_s=None)
        log.info("Ended with code %d", code)
    return code


def _names_in(parent: Path) -> set[str]:
    try:
        return {path.name for path in parent.iterdir()}
    except OSError:
        return set()


def _recorded(parent: Path, before: set[str]) -> list[Path]:
    """The sessions of this run: folders that did not exist before it."""
    found = []
    for name in sorted(_names_in(parent) - before):
        try:
            header = read_header(parent / name)
        except (OSError, SessionsError):
            continue
        if (header.get("program"), header.get("boot")) == (os.getpid(), boot_id()):
            found.append(parent / name)
    return found


def keep_picture(picture: Path, sessions: list[Path], parent: Path, notes: list[str]) -> Path | None:
    """Copy the picture of the screen into the first session's folder, or into one of its own. Returns where it is."""
    if not picture.exists():
        return None
    folder = None if not sessions else sessions[0]
    try:
        folder = folder or _made(parent)
        with replacing(folder / SCREENSHOT) as fresh:
            fresh.write_bytes(picture.read_bytes())
        return folder / SCREENSHOT
    except OSError as error:
        notes.append(f"{error.filename or parent}: the picture of the screen is not saved ({error.strerror or error})")
        if folder is not None and not sessions:
            with suppress(OSError):
                folder.rmdir()
        return None


def _made(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    for folder in numbered(new_folder(parent)):
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        break
    return folder
