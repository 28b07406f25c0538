"""The coach process: strides, samples, belt and commands in, cues and the session's phase out."""

from config.reload import from_json
from config.schema import Settings
from feedback.coach.engine import Coach
from wire import stages
from wire.health import HealthReporter
from wire.lifecycle import StopFlag, ready_for_work
from wire.messages import Belt, Command, ConfigState, Phase, Sample, Stride
from wire.sockets import Wire, wait
from wire.topics import BELT, COMMAND, CONFIG, CUE, PHASE, SAMPLE, STRIDE

_POLL_MS = 50


def run(settings: Settings, wire: Wire, stop: StopFlag, again: bool = False) -> int:
    """Coach until asked to stop; `again`: a coach before this one has fallen. Returns the exit code."""
    health = HealthReporter(wire)
    cues, phases = wire.publisher(CUE), wire.publisher(PHASE)
    strides, commands = wire.every(STRIDE, Stride), wire.every(COMMAND, Command)
    samples, belts = wire.newest(SAMPLE, Sample), wire.newest(BELT, Belt)
    changes = wire.newest(CONFIG, ConfigState)
    known: ConfigState | None = None
    coach = Coach(settings, again=again)
    told: Phase | None = None
    ready_for_work()
    health.say("running")
    while not stop:
        if coach.phase != told:
            told = coach.phase
            phases.send(told)
        health.beat()
        phases.resend_if_due()
        wait(_POLL_MS, strides, commands, samples, belts)
        for command in commands.take_all():
            coach.command(command, wire.clock())
        if (state := changes.take()) is not None and state != known:
            known = state
            coach.configure(from_json(state.settings_json), state.notice)
        if (belt := belts.take()) is not None:
            coach.belt(belt, wire.clock())
        if (sample := samples.take()) is not None:
            tone = coach.sample(sample, wire.clock())
            if tone is not None:
                cues.send(tone)
                health.counters["timed tones"] += 1
        for stride in strides.take_all():
            cue = coach.stride(stride, wire.clock())
            if cue is not None:
                cues.send(cue)
                health.counters["cues"] += 1
                health.add_ns(stages.STRIDE_TO_CUE, cue.decided_ns - stride.stamps.published_ns)
        coach.tick(wire.clock())
        health.counters["strides missed"] = strides.missed
    # What was run so far is summed up, so that the recorder, which ends last, can save it.
    coach.finish(wire.clock())
    phases.send(coach.phase)
    return 0
