"""The coach process: receives strides, samples, belt speed and commands; publishes cues and the session's phase."""

from config.reload import from_json
from config.settings import Settings
from feedback.coach.engine import Coach
from wire.health import stages
from wire.lifecycle import StopFlag
from wire.messages import Belt, Command, ConfigState, Cue, Sample, Stride
from wire.node import Node
from wire.sockets import Wire
from wire.topics import BELT, COMMAND, CUE, PHASE, SAMPLE, STRIDE


def run(settings: Settings, wire: Wire, stop: StopFlag, restarted: bool = False) -> int:
    """Coach until asked to stop; `restarted`: an earlier coach process of this program crashed. Returns the exit code."""
    node = Node(wire, stop)
    process = _CoachProcess(Coach(settings, restarted=restarted), node)
    node.health.running()
    code = node.run(process.publish_phase)
    process.finish()
    return code


class _CoachProcess:
    """Passes messages to the coach and publishes what it returns."""

    def __init__(self, coach: Coach, node: Node) -> None:
        self._coach = coach
        self._clock = node.clock
        self._health = node.health
        self._cues, self._phases = node.publisher(CUE), node.publisher(PHASE)
        self._published = coach.phase
        self._phases.send(self._published)
        node.subscribe(COMMAND, Command, self._handle_command)
        node.follow_settings(from_json, self._apply)
        node.subscribe(BELT, Belt, self._handle_belt)
        node.subscribe(SAMPLE, Sample, self._handle_sample)
        node.subscribe(STRIDE, Stride, self._handle_stride)

    def publish_phase(self) -> None:
        """The loop body: advance the session, and publish the phase if it has changed."""
        self._coach.tick(self._clock())
        phase = self._coach.phase
        if phase != self._published:
            self._published = phase
            self._phases.send(phase)

    def finish(self) -> None:
        """Publish the summary, for the recorder to save: it ends last."""
        self._coach.finish(self._clock())
        self._phases.send(self._coach.phase)

    def _apply(self, settings: Settings, state: ConfigState) -> None:
        self._coach.apply_settings(settings, state.waiting)

    def _handle_command(self, command: Command) -> None:
        self._coach.handle_command(command, self._clock())

    def _handle_belt(self, belt: Belt) -> None:
        self._coach.handle_belt(belt, self._clock())

    def _handle_sample(self, sample: Sample) -> None:
        tone = self._coach.handle_sample(sample, self._clock())
        if tone is not None:
            self._cues.send(tone)
            self._health.counters["timed tones"] += 1

    def _handle_stride(self, stride: Stride) -> None:
        cue: Cue | None = self._coach.handle_stride(stride, self._clock())
        if cue is not None:
            self._cues.send(cue)
            self._health.counters["cues"] += 1
            self._health.add_ns(stages.STRIDE_TO_CUE, cue.decided_ns - stride.stamps.published_ns)
