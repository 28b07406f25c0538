"""The capture process: pictures in, frames out, and a camera that comes back by itself."""

import secrets
import sys
import time

import cv2

from capture.beside import beside
from capture.framing import frame_picture
from capture.opening import is_live, open_source
from capture.reopening import Reopening
from capture.source import NotYet, Picture, Source, SourceError, SourceLost
from config.schema import Settings
from wire import stages
from wire.clock import NS_PER_S, s_to_ns
from wire.frame_sockets import FramePublisher
from wire.frames import Frame
from wire.health import CAMERA_LOST, HealthReporter
from wire.lifecycle import StopFlag, ready_for_work
from wire.messages import Health
from wire.sockets import Wire, wait
from wire.topics import HEALTH

EXIT_ENDED = 0
EXIT_NO_SOURCE = 3
READY_TIMEOUT_S = 20.0
_RETRY_POLL_S = 0.02
_RATE_WINDOW_S = 2.0
_SLOW = 0.8
"""A camera that delivers less than this share of its rate is said to be slow."""


def run(settings: Settings, wire: Wire, stop: StopFlag, wait_for: tuple[str, ...] = (), patient: bool = False) -> int:
    """Publish frames until asked to stop, or to the end of a recording. Returns the exit code.

    A recording starts when the processes in `wait_for` are ready, so that its first strides are not played to nobody.
    A source that cannot be opened ends the process; with `patient` a live one is waited for as if it had been lost.
    """
    cv2.setNumThreads(1)  # One core is ours; the others belong to the pose model.
    health = HealthReporter(wire)
    capture = _Capture(settings, wire, wire.frame_publisher(), health)
    source: Source | None = None
    try:
        source = open_source(settings.capture)
    except SourceError as error:
        if not (patient and is_live(settings.capture.source)):
            return _no_source(error, health)
        health.say("degraded", f"{CAMERA_LOST}: {error}")
    if source is not None and not source.live:
        _await_ready(wire, wait_for, health, stop)
    ready_for_work()
    try:
        with beside(settings, wire, source, health):
            return capture.loop(source, stop)
    finally:
        capture.close()


class _Capture:
    def __init__(self, settings: Settings, wire: Wire, publisher: FramePublisher, health: HealthReporter) -> None:
        self._source: Source | None = None
        """None: lost, being opened again."""
        self._settings = settings.capture
        self._clock = wire.clock
        self._publisher = publisher
        self._health = health
        self._reopening = Reopening(lambda: open_source(settings.capture), wire.clock)
        self._epoch = secrets.randbits(63)
        self._seq = 0
        self._index_base = 0
        """The first index of the present source: one that was opened again counts from 0 anew."""
        self._next_index = 0
        self._last_capture_ns = 0
        self._has_given = False
        """Whether the present source has given a picture."""
        self._window_start_ns = 0
        self._window_frames = 0

    def loop(self, source: Source | None, stop: StopFlag) -> int:
        """Read `source`, or wait for it (None), until the end. Returns the exit code."""
        if source is not None:
            self._use(source)
        while not stop:
            self._health.beat()
            if self._source is None:
                self._look_for_it()
                continue
            try:
                picture = self._source.read()
            except NotYet:
                continue
            except SourceLost as lost:
                self._lose(lost)
                continue
            except SourceError as error:
                return _no_source(error, self._health)
            if picture is None:
                self._health.say("ended", "The recording has ended")
                return EXIT_ENDED
            if not self._has_given:
                self._begin(self._source)
            self._send(picture, self._source)
        return EXIT_ENDED

    def close(self) -> None:
        """Let go of the source, also of one that is just being opened."""
        self._reopening.close()
        if self._source is not None:
            self._source.close()

    def _use(self, source: Source) -> None:
        self._source = source
        self._index_base = self._next_index
        self._health.facts.update(source.facts)
        # It is back with its first picture only: one that opens and gives none must not ring the bell again and again.
        self._has_given = False

    def _begin(self, source: Source) -> None:
        self._has_given = True
        self._reopening.well()
        self._health.say("degraded" if source.warning else "running", source.warning)
        self._window_start_ns = self._clock()
        self._window_frames = 0

    def _lose(self, lost: SourceLost) -> None:
        self._health.say("degraded", f"{CAMERA_LOST}: {lost}")
        self._health.counters["lost"] += 1
        if self._source is not None:
            self._source.close()
        self._source = None
        self._reopening.lost()

    def _look_for_it(self) -> None:
        try:
            source = self._reopening.look()
        except SourceError as error:
            self._health.say("degraded", f"{CAMERA_LOST}: {error}")
            return
        if source is None:
            time.sleep(_RETRY_POLL_S)
        else:
            self._use(source)

    def _send(self, picture: Picture, source: Source) -> None:
        index = self._index_base + picture.index
        self._next_index = index + 1
        if picture.capture_ns <= self._last_capture_ns:
            self._health.counters["disordered"] += 1
            return
        self._last_capture_ns = picture.capture_ns
        image = frame_picture(picture.image, self._settings.zone, self._settings.max_side_px)
        self._seq += 1
        now_ns = self._clock()
        self._publisher.send(
            Frame(
                epoch=self._epoch,
                seq=self._seq,
                index=index,
                capture_ns=picture.capture_ns,
                read_ns=picture.read_ns,
                published_ns=now_ns,
                time_source=picture.time_source,
                image=image,
            )
        )
        self._health.facts["pictures go through"] = self._publisher.way
        self._health.counters["frames"] = self._seq
        self._health.counters["left out"] = index + 1 - self._seq
        self._health.add_ns(stages.CAPTURED_TO_READ, picture.read_ns - picture.capture_ns)
        self._health.add_ns(stages.READ_TO_SENT, now_ns - picture.read_ns)
        self._watch_rate(now_ns, source)

    def _watch_rate(self, now_ns: int, source: Source) -> None:
        self._window_frames += 1
        elapsed_s = (now_ns - self._window_start_ns) / NS_PER_S
        if elapsed_s < _RATE_WINDOW_S:
            return
        rate_fps = self._window_frames / elapsed_s
        self._health.facts["rate"] = f"{rate_fps:.1f} fps delivered"
        if source.live and source.facts.get("source", "").startswith("camera"):
            slow = rate_fps < _SLOW * self._settings.fps
            rate_warning = f"The camera delivers {rate_fps:.0f} instead of {self._settings.fps:g} fps: more light may help"
            warning = rate_warning if slow else source.warning
            self._health.say("degraded" if warning else "running", warning)
        self._window_start_ns, self._window_frames = now_ns, 0


def _no_source(error: SourceError, health: HealthReporter) -> int:
    health.say("failed", str(error))
    print(error, file=sys.stderr)
    return EXIT_NO_SOURCE


def _await_ready(wire: Wire, processes: tuple[str, ...], health: HealthReporter, stop: StopFlag) -> None:
    waiting = set(processes)
    if not waiting:
        return
    others = wire.newest(HEALTH, Health)
    until_ns = wire.clock() + s_to_ns(READY_TIMEOUT_S)
    while waiting and not stop and wire.clock() < until_ns:
        wait(50, others)
        health.beat()
        heard = others.take()
        if heard is not None and heard.state in ("running", "degraded"):
            waiting.discard(heard.process)
