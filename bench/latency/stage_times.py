"""The duration of each stage in part of a run, from the times in the messages themselves."""

from collections.abc import Iterable, Sequence

import numpy as np

from wire.clock import NS_PER_MS
from wire.health import stages
from wire.messages import Cue, Latency, Played, Sample

Durations = dict[str, list[float]]
"""Milliseconds by stage (wire/health/stages.py)."""


def of_samples(samples: Iterable[Sample]) -> Durations:
    """Stages of the frames from capture to sample."""
    found: Durations = {}
    for one in (sample.stamps for sample in samples):
        pose_ns = one.pose_ended_ns - one.pose_started_ns
        whole_ns = one.published_ns - one.capture_ns
        for stage, duration_ns in (
            (stages.CAPTURED_TO_READ, one.read_ns - one.capture_ns),
            (stages.READ_TO_SENT, one.frame_published_ns - one.read_ns),
            (stages.SENT_TO_RECEIVED, one.frame_received_ns - one.frame_published_ns),
            (stages.RECEIVED_TO_POSE, one.pose_started_ns - one.frame_received_ns),
            (stages.POSE, pose_ns),
            (stages.POSE_TO_SAMPLE, one.published_ns - one.pose_ended_ns),
            (stages.CAPTURED_TO_SAMPLE, whole_ns),
            (stages.AROUND_POSE, whole_ns - pose_ns),
        ):
            found.setdefault(stage, []).append(duration_ns / NS_PER_MS)
    return found


def of_sounds(cues: Iterable[Cue], played: Iterable[Played]) -> Durations:
    """Stages of the strides that caused a sound, to the sound card's output."""
    found: Durations = {}
    asked = {(cue.rule, cue.decided_ns): cue for cue in cues}
    for sound in played:
        cue = asked.get((sound.rule, sound.requested_ns))
        if cue is None or cue.stamps is None or cue.play_at_ns is not None or sound.silent:
            continue
        for stage, duration_ns in (
            (stages.STRIDE_TO_CUE, cue.decided_ns - cue.stamps.published_ns),
            (stages.CUE_TO_SOUND, sound.dac_ns - cue.decided_ns),
            (stages.STRIDE_TO_SOUND, sound.dac_ns - cue.stamps.published_ns),
            (stages.CAPTURED_TO_SOUND, sound.dac_ns - cue.stamps.capture_ns),
        ):
            found.setdefault(stage, []).append(duration_ns / NS_PER_MS)
    return found


def percentiles(durations_ms: Sequence[float]) -> Latency:
    """Percentiles of one stage."""
    p50, p95, p99 = np.percentile(durations_ms, (50, 95, 99))
    return Latency(len(durations_ms), float(p50), float(p95), float(p99), max(durations_ms))
