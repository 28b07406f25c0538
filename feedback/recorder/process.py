"""The recorder process: what was measured and said, into a session folder. Numbers only, never pictures."""

import sys
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from config.schema import Settings
from config.source_name import shown_source
from feedback.recorder.session import SessionFolder
from wire.clock import s_to_ns
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Cue, Health, Latency, Played, Sample, Stride
from wire.sockets import Wire, wait
from wire.topics import CUE, HEALTH, PLAYED, SAMPLE_LOG, STRIDE

EXIT_NO_FOLDER = 5
_POLL_MS = 100
_FLUSH_S = 1.0


def session_header(settings: Settings) -> dict[str, Any]:
    """What is known of a session before it begins."""
    source = shown_source(settings.capture.source)
    config = settings.model_dump(mode="json")
    config["capture"]["source"] = source
    return {
        "software": f"hipcue {version('hipcue')}",
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
        "source": source,
        "config": config,
    }


def new_folder(parent: Path) -> Path:
    """A folder name for a session that starts now; counted up when that second has one already."""
    wanted = parent / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    return _counted_up(wanted, Path.exists)


def run(settings: Settings, wire: Wire, stop: StopFlag, folder: Path | None = None) -> int:
    """Record until asked to stop, then finish the files. Returns the exit code."""
    health = HealthReporter(wire)
    recorder = _Recorder(wire)
    try:
        # A recorder that was started again after a crash leaves what the first one saved alone.
        free = _counted_up(folder, _holds_session) if folder else new_folder(Path(settings.session.folder))
        session = SessionFolder(free, session_header(settings))
    except OSError as error:
        sentence = f"{error.filename}: the session cannot be saved there ({error.strerror}); choose another --session-dir"
        health.say("failed", sentence)
        print(sentence, file=sys.stderr)
        return EXIT_NO_FOLDER
    health.facts["session"] = str(session.folder)
    health.say("running")
    flush_ns = 0
    while not stop:
        health.beat()
        wait(_POLL_MS, recorder.samples, recorder.strides, recorder.cues, recorder.others)
        recorder.take_into(session)
        health.counters["missed"] = recorder.samples.missed + recorder.strides.missed + recorder.cues.missed
        if wire.clock() >= flush_ns:
            session.flush()
            flush_ns = wire.clock() + s_to_ns(_FLUSH_S)
    recorder.take_into(session)
    session.close(recorder.summary())
    return 0


def _counted_up(wanted: Path, taken: Callable[[Path], bool]) -> Path:
    folder, number = wanted, 1
    while taken(folder):
        number += 1
        folder = wanted.with_name(f"{wanted.name}_{number}")
    return folder


def _holds_session(folder: Path) -> bool:
    return (folder / "session.json").exists()


class _Recorder:
    """The recorder's ears."""

    def __init__(self, wire: Wire) -> None:
        self.samples = wire.every(SAMPLE_LOG, Sample)
        self.strides = wire.every(STRIDE, Stride)
        self.cues = wire.every(CUE, Cue)
        self.played = wire.every(PLAYED, Played)
        self.others = wire.newest(HEALTH, Health)
        self._health: dict[str, Health] = {}
        self._sounded = 0

    def take_into(self, session: SessionFolder) -> None:
        for sample in self.samples.take_all():
            session.sample(sample)
        for stride in self.strides.take_all():
            session.stride(stride)
        for cue in self.cues.take_all():
            session.cue(cue)
        self._sounded += sum(not played.silent for played in self.played.take_all())
        while (heard := self.others.take()) is not None:
            self._health[heard.process] = heard

    def summary(self) -> dict[str, Any]:
        """Of the whole program: devices, counters, latencies."""
        analysis = self._health.get("analysis")
        return {
            "sounds_played": self._sounded,
            "pose": dict(analysis.facts) if analysis else {},
            "processes": {
                name: {
                    "facts": health.facts,
                    "counters": health.counters,
                    "latency_ms": {stage: _percentiles(latency) for stage, latency in health.latency.items()},
                }
                for name, health in sorted(self._health.items())
            },
        }


def _percentiles(latency: Latency) -> dict[str, float]:
    return {"count": latency.count, "p50": latency.p50_ms, "p95": latency.p95_ms, "p99": latency.p99_ms, "max": latency.max_ms}
