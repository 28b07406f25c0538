"""The capture process: reads pictures, publishes frames, and reopens a lost camera."""

import secrets
import sys
import time
from contextlib import ExitStack

import cv2

from capture.opening import cue_handler, is_live, open_source
from capture.recording_start import await_main_camera, await_ready
from capture.sources.cropping import framed
from capture.sources.paced import PacedSource
from capture.sources.reopener import Reopener
from capture.sources.slow_motion import StepRhythm
from capture.sources.source import CameraError, CapturedImage, NotYet, Source, SourceError, SourceLost
from capture.sources.webcam import Webcam
from config.secret_address import SecretAddress
from config.settings import Settings
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import CAMERA_AWAY, FaultCode
from wire.frames.frame import Frame
from wire.frames.visible_change import VisibleChange
from wire.health import stages
from wire.health.attendance import ANALYSES
from wire.health.reporter import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Cue, Health, Stride
from wire.node import Node
from wire.sockets import Wire
from wire.topics import CAPTURE, CAPTURE_2, CUE, HEALTH, RESEND_PERIOD_S, STRIDE

EXIT_ENDED = 0
EXIT_NO_SOURCE = 3
_RETRY_POLL_S = 0.02
_RATE_WINDOW_S = 2.0
_SLOW = 0.8
"""A camera that delivers less than this share of the requested rate is slow."""
STILL_PERIOD_NS = s_to_ns(0.5)
"""While nobody is in view and nothing moves, a picture is sent this often."""
REST_LASTS_NS = s_to_ns(3 * RESEND_PERIOD_S)
"""A rest ends this long after the analysis last asked for it, because the analysis may have crashed since."""


def run(settings: Settings, wire: Wire, stop: StopFlag, wait_for: tuple[str, ...] = (), patient: bool = False) -> int:
    """Publish frames until asked to stop or until a recording ends. Returns the exit code.

    A recording starts when the processes in `wait_for` are ready, so that its first strides are not missed.
    That of a second camera starts with the first picture of the main one. A source that cannot be opened ends the process; with
    `patient`, a live one is treated as a lost camera.
    """
    cv2.setNumThreads(1)  # The pose model needs the other cores.
    node = Node(wire, stop)
    source: Source | None = None
    try:
        source = open_source(settings.capture)
    except SourceError as error:
        if not (patient and is_live(settings.capture.source)):
            return _no_source(error, node.health)
        node.health.fault(error.code, error.device, _cause(error))
    if source is not None and not source.live:
        await_ready(wire, wait_for, node.health, stop)
        if wire.process == CAPTURE_2 and isinstance(source, PacedSource):
            await_main_camera(wire, source, node.health, stop)
    with ExitStack() as closing:
        capture = _Capture(settings, node, source)
        closing.callback(capture.close)
        node.subscribe(HEALTH, Health, capture.handle_health, wakes=False)
        if settings.belt.source != "none":
            from capture.belt.belt_publisher import BeltPublisher  # noqa: PLC0415 - it loads asyncio and ssl

            closing.callback(BeltPublisher(settings.belt, node).close)
        if source is not None and not source.live and wire.process == CAPTURE:
            node.subscribe(STRIDE, Stride, _SlowMotionWatch(node.health).add, wakes=False)
        apply_cue = cue_handler(source)
        if apply_cue is not None:
            node.subscribe(CUE, Cue, lambda cue: apply_cue(cue.rule), wakes=False)
        node.health.running()
        return node.run(capture.read_and_send)


class _Capture:
    """The loop body: one picture a round."""

    def __init__(self, settings: Settings, node: Node, source: Source | None) -> None:
        self._source: Source | None = None
        """None: lost, and being reopened."""
        self._settings = settings.capture
        self._node = node
        self._clock = node.clock
        self._publisher = node.wire.frame_publisher()
        self._health = node.health
        self._reopener = Reopener(self._open_again, node.clock)
        self._lasting_name = ""
        """Lasting name of the camera that was open, if it has one."""
        self._seq = 0
        self._epoch = 0
        self._index_base = 0
        """The first index of the current source, since each source counts from 0."""
        self._next_index = 0
        self._last_capture_ns = 0
        self._has_delivered = False
        """Whether the current source has delivered a picture."""
        self._window_start_ns = 0
        self._window_frames = 0
        self._rest_until_ns: dict[str, int] = {}
        """For each analysis of the lane, the time until which it reports that nobody is in view."""
        self._change = VisibleChange()
        if source is not None:
            self._use(source)

    @property
    def _rests(self) -> bool:
        return bool(self._rest_until_ns) and self._clock() < min(self._rest_until_ns.values())

    def handle_health(self, health: Health) -> None:
        """Rest only while every analysis of the lane does: a person whom one camera sees may soon be in view of the other."""
        if health.process in ANALYSES:
            self._rest_until_ns[health.process] = self._clock() + REST_LASTS_NS if health.resting else 0

    def read_and_send(self) -> float:
        """Send the next picture, or try to reopen a lost camera. Reading waits, so the round need not."""
        self._health.rest(self._rests)
        if self._source is None:
            self._reopen()
            return 0.0
        self._source.rest(self._rests)
        try:
            picture = self._source.read()
        except NotYet:
            return 0.0
        except SourceLost as lost:
            self._lose(lost)
            return 0.0
        except SourceError as error:
            self._node.end(_no_source(error, self._health))
            return 0.0
        if picture is None:
            self._health.ended()
            self._node.end(EXIT_ENDED)
            return 0.0
        if not self._has_delivered:
            self._begin(self._source)
        self._send(picture, self._source)
        return 0.0

    def close(self) -> None:
        """Close the source, including one that is being opened."""
        self._reopener.close()
        if self._source is not None:
            self._source.close()

    def _open_again(self) -> Source:
        """Open the camera again; if its number fails, by its lasting name, since it may have returned under another number."""
        try:
            return open_source(self._settings)
        except CameraError:
            if not self._lasting_name:
                raise
            return open_source(self._settings.model_copy(update={"source": SecretAddress(self._lasting_name)}))

    def _use(self, source: Source) -> None:
        if isinstance(source, Webcam):
            self._lasting_name = source.lasting_name
        self._source = source
        self._index_base = self._next_index
        # A reopened camera may be another one, or stand elsewhere: the analysis must forget what it has learnt of the picture.
        self._epoch = secrets.randbits(63)
        self._health.facts.update(source.facts)
        # The fault is cleared by the first picture: a camera that opens but delivers nothing must not repeat the tone.
        self._has_delivered = False

    def _begin(self, source: Source) -> None:
        self._has_delivered = True
        self._reopener.reset_delay()
        self._health.clear(*CAMERA_AWAY, FaultCode.CAMERA_SLOW, FaultCode.CAMERA_MODE)
        if source.mode_difference:
            self._health.fault(FaultCode.CAMERA_MODE, cause=source.mode_difference)
        self._window_start_ns = self._clock()
        self._window_frames = 0

    def _lose(self, lost: SourceLost) -> None:
        self._health.clear(*(CAMERA_AWAY - {lost.code}))
        self._health.fault(lost.code, lost.device, value=lost.after_s)
        self._health.counters["lost"] += 1
        if self._source is not None:
            self._source.close()
        self._source = None
        self._reopener.retry_later()

    def _reopen(self) -> None:
        try:
            source = self._reopener.poll()
        except SourceError as error:
            self._health.clear(*(CAMERA_AWAY - {error.code}))
            self._health.fault(error.code, error.device, _cause(error))
            return
        if source is None:
            time.sleep(_RETRY_POLL_S)
        else:
            self._use(source)

    def _send(self, picture: CapturedImage, source: Source) -> None:
        index = self._index_base + picture.index
        self._next_index = index + 1
        if picture.capture_ns <= self._last_capture_ns:
            self._health.counters["disordered"] += 1
            return
        image = framed(picture.image, self._settings)
        if self._rests and not self._change.update(image) and picture.capture_ns - self._last_capture_ns < STILL_PERIOD_NS:
            return
        self._last_capture_ns = picture.capture_ns
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
        if self._publisher.problem:
            self._health.fault(FaultCode.SHARED_MEMORY_MISSING, cause=self._publisher.problem)
        self._health.counters["frames"] = self._seq
        self._health.counters["left out"] = index + 1 - self._seq
        self._health.add_ns(stages.CAPTURED_TO_READ, picture.read_ns - picture.capture_ns)
        self._health.add_ns(stages.READ_TO_SENT, now_ns - picture.read_ns)
        self._measure_rate(now_ns, source)

    def _measure_rate(self, now_ns: int, source: Source) -> None:
        if self._rests:
            # The camera is as fast as before; how fast is measured again after the rest.
            self._window_start_ns, self._window_frames = now_ns, 0
            return
        self._window_frames += 1
        elapsed_s = (now_ns - self._window_start_ns) / NS_PER_S
        if elapsed_s < _RATE_WINDOW_S:
            return
        rate_fps = self._window_frames / elapsed_s
        self._health.facts["rate"] = f"{rate_fps:.1f} fps delivered"
        if source.asked_fps is not None and rate_fps < _SLOW * source.asked_fps:
            self._health.fault(FaultCode.CAMERA_SLOW, value=rate_fps, expected=source.asked_fps)
        else:
            self._health.clear(FaultCode.CAMERA_SLOW)
        self._window_start_ns, self._window_frames = now_ns, 0


class _SlowMotionWatch:
    """Reports a recording whose cadence is too low for running."""

    def __init__(self, health: HealthReporter) -> None:
        self._health = health
        self._rhythm = StepRhythm()

    def add(self, stride: Stride) -> None:
        """Add a stride of this camera."""
        if stride.camera != "main":
            return
        self._rhythm.add(stride.leg, stride.t_peak_ns / NS_PER_S)
        if self._rhythm.looks_slow:
            self._health.fault(FaultCode.LOOKS_LIKE_SLOW_MOTION, value=self._rhythm.cadence_spm)
        else:
            self._health.clear(FaultCode.LOOKS_LIKE_SLOW_MOTION)


def _cause(error: SourceError) -> str:
    """The cause to report: a camera's fault needs none, any other error has only its text."""
    return "" if isinstance(error, CameraError) else str(error)


def _no_source(error: SourceError, health: HealthReporter) -> int:
    health.failed(error.code, error.device, _cause(error))
    print(error, file=sys.stderr)
    return EXIT_NO_SOURCE
