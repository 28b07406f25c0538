"""`hipcue follow`: the screen alone, with the camera on another machine."""

from pathlib import Path

from config.schema import Settings
from hipcue.journal import journal_file, log, open_journal
from hipcue.processes import SCREEN_ALONE, Job
from hipcue.runs import run_folder
from hipcue.supervisor import Supervisor
from wire.endpoints import default_directory
from wire.lifecycle import StopFlag
from wire.remote.keys import Keys
from wire.sockets import Wire
from wire.topics import SUPERVISOR


def run_follow(settings: Settings, address: str, key_name: str, keys: Keys) -> int:
    """Show what the camera's machine measures until Ctrl-C, SIGTERM or key q; the exit code.

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
            session_folder=Path(settings.session.folder),
            screenshot=None,
            camera_address=address,
            camera_key=camera_key,
        )
        log.info("Started: the screen of %s", address)
        with Wire(folder, SUPERVISOR) as wire:
            code = Supervisor(SCREEN_ALONE, job, wire).run(stop, for_s=None)
        log.info("Ended with code %d", code)
    return code
