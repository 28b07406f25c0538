"""The coach process: strides and commands in, cues and the session's phase out."""

from config.schema import Settings
from feedback.coach.engine import Coach
from wire import stages
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Command, Stride
from wire.sockets import Wire, wait
from wire.topics import COMMAND, CUE, PHASE, STRIDE

_POLL_MS = 50


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Coach until asked to stop. Returns the exit code."""
    health = HealthReporter(wire)
    cues, phases = wire.publisher(CUE), wire.publisher(PHASE)
    strides, commands = wire.every(STRIDE, Stride), wire.every(COMMAND, Command)
    coach = Coach(settings)
    phases.send(coach.phase)
    health.say("running")
    while not stop:
        health.beat()
        phases.resend_if_due()
        wait(_POLL_MS, strides, commands)
        for stride in strides.take_all():
            decision = coach.stride(stride, wire.clock())
            if decision.cue is not None:
                cues.send(decision.cue)
                health.counters["cues"] += 1
                health.add_ns(stages.STRIDE_TO_CUE, decision.cue.decided_ns - stride.stamps.published_ns)
            phases.send(decision.phase)
        for command in commands.take_all():
            phases.send(coach.command(command))
        health.counters["strides missed"] = strides.missed
    return 0
