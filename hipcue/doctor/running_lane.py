"""The doctor beside a running program: the same checks, on the lane's own pictures and reports, without opening its devices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from config.settings import Settings
from hipcue.doctor.camera_check import KEPT, LOOK_S, TimedPicture, level_findings, light_findings, rate_finding
from hipcue.doctor.machine_check import check_sessions
from hipcue.doctor.person_check import check_person
from hipcue.doctor.pose_model_check import FAST_ENOUGH_MS
from wire.clock import NS_PER_MS, NS_PER_S, s_to_ns
from wire.faults import FindingCode
from wire.health.stages import CAPTURED_TO_SOUND, POSE
from wire.messages import Health
from wire.quiet import keep_native_notes_off_stderr
from wire.sockets import Wire, wait
from wire.texts import Finding, finding, problem, remedy
from wire.topics import ANALYSIS, AUDIO, CAPTURE, DISPLAY, HEALTH, RESEND_PERIOD_S

_DEVICES = {
    CAPTURE: ("camera", ("source", "mode")),
    DISPLAY: ("screen", ("screen",)),
    AUDIO: ("sound", ("sound device", "latency")),
}
"""For each process, the doctor's name for its device, and the facts in its report that describe it."""
_LATE_SOUND_MS = 200.0


@dataclass
class Seen:
    """The lane's pictures and reports while it was watched."""

    seconds: float
    pictures: list[TimedPicture] = field(default_factory=list)
    """Up to `KEPT` of them, with their times in seconds."""
    rate_fps: float = 0.0
    """From the pictures' numbers and the camera's clock, so that pictures missed here do not matter."""
    repeated: float = 0.0
    """The share of pictures that were the same as the one before."""
    healths: dict[str, Health] = field(default_factory=dict)


def examine_running(settings: Settings, folder: Path) -> list[Finding]:
    """Run the checks on the program with these settings whose sockets are in `folder`."""
    keep_native_notes_off_stderr()
    seen = watch(folder)
    found = [finding(FindingCode.SOCKETS, folder=folder), check_sessions(settings), *findings(settings, seen)]
    if seen.pictures:
        found.append(check_person(settings, seen.pictures))
    return found


def watch(folder: Path, seconds: float = LOOK_S) -> Seen:
    """Collect the lane's pictures and reports for this long."""
    seen = Seen(seconds)
    with Wire(folder, "doctor", both_sides=True) as wire:
        healths, frames = wire.newest(HEALTH, Health), wire.frames()
        began_ns = wire.clock()
        until_ns = began_ns + s_to_ns(max(seconds, 3 * RESEND_PERIOD_S))
        first = before = None
        pairs = repeated = 0
        while (left_ns := until_ns - wire.clock()) > 0:
            wait(left_ns / NS_PER_MS, healths, frames)
            while (health := healths.take()) is not None:
                seen.healths[health.process] = health
            if (frame := frames.take()) is None:
                continue
            if before is not None and (before.epoch, before.seq + 1) == (frame.epoch, frame.seq):
                pairs += 1
                repeated += np.array_equal(before.image, frame.image)
            first = frame if first is None or first.epoch != frame.epoch else first
            before = frame
            if len(seen.pictures) < KEPT * (wire.clock() - began_ns) / (until_ns - began_ns):
                seen.pictures.append((frame.capture_ns / NS_PER_S, frame.image))
        seen.seconds = (wire.clock() - began_ns) / NS_PER_S
        seen.repeated = repeated / max(1, pairs)
        if first is not None and before is not None and before.capture_ns > first.capture_ns:
            seen.rate_fps = (before.seq - first.seq) * NS_PER_S / (before.capture_ns - first.capture_ns)
    return seen


def findings(settings: Settings, seen: Seen) -> list[Finding]:
    """The findings from pictures and reports. Pure."""
    found = []
    for process, (subject, facts) in _DEVICES.items():
        health = seen.healths.get(process)
        if health is not None:
            found += _of_process(subject, health, ", ".join(text for name in facts if (text := health.facts.get(name, ""))))
        elif process != AUDIO or settings.audio.enabled:
            found.append(finding(FindingCode.NOT_REPORTED, device=subject, process=process))
        if process == CAPTURE:
            found += _of_pictures(settings, seen)
    for process, health in sorted(seen.healths.items()):
        if process not in _DEVICES:
            found += _of_process(process, health, "")
    return found + _pose_model(seen.healths) + _delay(seen.healths)


def _of_process(subject: str, health: Health, found: str) -> list[Finding]:
    """The process's faults in words; without any, the `found` device ("": nothing)."""
    if health.faults:
        return [Finding(subject, False, problem(fault), remedy(fault)) for fault in health.faults]
    return [Finding(subject, True, found)] if found else []


def _of_pictures(settings: Settings, seen: Seen) -> list[Finding]:
    if not seen.pictures:
        return [finding(FindingCode.NO_PICTURES, seconds=seen.seconds)]
    newest = seen.pictures[-1][1]
    # While nobody is in view, the camera is read a few times a second only.
    resting = seen.healths[CAPTURE].resting if CAPTURE in seen.healths else False
    rate = [] if resting else [rate_finding(settings, seen.rate_fps, seen.repeated)]
    return [*rate, *light_findings(newest), *level_findings(settings, newest)]


def _pose_model(healths: Mapping[str, Health]) -> list[Finding]:
    """The time measured by the lane itself in the last seconds: a second model beside it would be slow and slow it down."""
    analysis = healths.get(ANALYSIS)
    measured = None if analysis is None else analysis.recent.get(POSE)
    if analysis is None or measured is None or not measured.count:
        return []
    code = FindingCode.POSE_MODEL if measured.p50_ms <= FAST_ENOUGH_MS else FindingCode.POSE_MODEL_SLOW
    return [finding(code, backend=analysis.facts.get("pose backend", "as set"), took_ms=measured.p50_ms)]


def _delay(healths: Mapping[str, Health]) -> list[Finding]:
    """From picture to sound, as measured with the cues so far."""
    measured = healths[AUDIO].latency.get(CAPTURED_TO_SOUND) if AUDIO in healths else None
    if measured is None or not measured.count:
        return []
    code = FindingCode.DELAY_MEASURED_LONG if measured.p50_ms > _LATE_SOUND_MS else FindingCode.DELAY_MEASURED
    return [finding(code, delay_ms=measured.p50_ms, count=measured.count)]
