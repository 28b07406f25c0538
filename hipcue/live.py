"""`hipcue run` and `hipcue demo`: the whole program, from camera to cue."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.loading import Origin
from config.source_name import shown_source
from feedback.recorder.process import new_folder
from hipcue.journal import journal_file, log, open_journal
from hipcue.keeping import remove_expired
from hipcue.latency_report import LatencyReport
from hipcue.processes import PROCESSES, SHARING, Job
from hipcue.runs import run_folder
from hipcue.settings_watch import SettingsWatch
from hipcue.supervisor import Supervisor
from wire.endpoints import default_directory
from wire.lifecycle import StopFlag
from wire.remote.curve import may_publish
from wire.remote.keys import Keys, keys_folder
from wire.sockets import Wire
from wire.topics import AUDIO, CAPTURE, SHARE, SUPERVISOR


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    exit_code: int
    notes: list[str]
    session: Path | None
    """The first session's folder; None: nobody came."""
    screenshot: Path | None


def run_live(
    origin: Origin, for_s: float | None = None, screenshot: bool = False, latency: LatencyReport | None = None
) -> Outcome:
    """Run until Ctrl-C, SIGTERM, key q, `for_s` seconds, or the end of a recording.

    A settings file that is saved anew while it runs applies at once. Raises config.errors.ConfigError when the settings are
    wrong, wire.endpoints.EndpointError when there is no place for the sockets, and wire.remote.keys.KeysError when others
    are to see and there are no keys.
    """
    settings = origin.load()
    shared = settings.network.publish != "ipc"
    if shared:
        may_publish(settings.network.publish, Keys(keys_folder()))
    stop = StopFlag()
    stop.on_signals(supervised=False)
    open_journal(journal_file())
    remove_expired(settings, datetime.now().astimezone())
    session = new_folder(Path(settings.session.folder).expanduser().absolute())
    picture = session / "screen.png" if screenshot else None
    specs = [spec for spec in PROCESSES if spec.name != AUDIO or settings.audio.enabled] + [SHARING] * shared
    with run_folder(default_directory()) as folder:
        job = Job(
            settings=settings,
            wire_directory=folder,
            session_folder=session,
            screenshot=picture,
            readiness=tuple(spec.name for spec in specs if spec.name not in (CAPTURE, SHARE)),
        )
        log.info("Started: %s", shown_source(settings.capture.source))
        with Wire(folder, SUPERVISOR) as wire:
            ears = None if latency is None else latency.look
            supervisor = Supervisor(specs, job, wire, SettingsWatch(origin, settings, wire), watch=ears)
            code = supervisor.run(stop, for_s)
        log.info("Ended with code %d", code)
    saved = (session / "session.json").exists()
    return Outcome(code, supervisor.notes, session if saved else None, picture if picture and picture.exists() else None)


def session_sentence(session: Path) -> str:
    """What a session holds, in one line."""
    summary = json.loads((session / "session.json").read_text(encoding="utf-8"))
    near = summary["strides"]["near"]
    if not near:
        return f"Saved in {session}: no stride was measured"
    extension, cadence = summary["near_hip_extension_mean_deg"], summary["cadence_spm"]
    pace = "" if cadence is None else f", cadence {cadence:.0f}"
    return f"Saved in {session}: {near} near strides, hip extension {extension:.1f}° on average{pace}, {summary['cues']} cues"
