"""The stages between camera, sound and screen: their names, and the process that measures each.

Every process counts its stages with `HealthReporter.add_ns`; health messages, the screen's overlay (key l), `hipcue run
--latency` and session.json show them under these names. Times are of the one monotonic clock (wire/clock.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wire.messages import Health, Latency
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY

CAPTURED_TO_READ = "captured to read"
READ_TO_SENT = "read to sent"
SENT_TO_RECEIVED = "sent to received"
RECEIVED_TO_POSE = "received to pose"
POSE = "pose"
POSE_TO_SAMPLE = "pose to sample"
CAPTURED_TO_SAMPLE = "captured to sample"
AROUND_POSE = "around pose"
SAMPLE_TO_FLIP = "sample to flip"
CAPTURED_TO_FLIP = "captured to flip"
STRIDE_TO_CUE = "stride to cue"
CUE_TO_SOUND = "cue to sound"
STRIDE_TO_SOUND = "stride to sound"
CAPTURED_TO_SOUND = "captured to sound"
AROUND_POSE_AND_BUFFER = "around pose and buffer"
PEAK_PREDICTION = "peak prediction off"


@dataclass(frozen=True)
class Stage:
    """One stage of the latency."""

    name: str
    process: str
    """The process that measures it."""
    what: str


STAGES = (
    Stage(CAPTURED_TO_READ, CAPTURE, "a picture's capture time to the picture in memory: transfer and decoding"),
    Stage(READ_TO_SENT, CAPTURE, "cut and scaled"),
    Stage(
        SENT_TO_RECEIVED,
        ANALYSIS,
        "put into shared memory, announced, copied, and waiting while the previous picture is measured",
    ),
    Stage(RECEIVED_TO_POSE, ANALYSIS, "checked and handed to the pose model"),
    Stage(POSE, ANALYSIS, "the pose model"),
    Stage(POSE_TO_SAMPLE, ANALYSIS, "legs, angles and strides; handed to the wire"),
    Stage(CAPTURED_TO_SAMPLE, ANALYSIS, "all of the above"),
    Stage(AROUND_POSE, ANALYSIS, "all of the above without the pose model"),
    Stage(SAMPLE_TO_FLIP, DISPLAY, "a sample sent to its picture, with its lines, on the screen"),
    Stage(CAPTURED_TO_FLIP, DISPLAY, "age of a picture when it is first seen with its own lines"),
    Stage(STRIDE_TO_CUE, COACH, "a settled stride sent to the cue that it causes"),
    Stage(CUE_TO_SOUND, AUDIO, "a cue decided to its first sample at the sound card's output"),
    Stage(STRIDE_TO_SOUND, AUDIO, "a settled stride sent to its sound at the sound card's output"),
    Stage(CAPTURED_TO_SOUND, AUDIO, "capture of the picture that settled a stride to its sound"),
    Stage(AROUND_POSE_AND_BUFFER, AUDIO, "the same without the pose model and the sound card's buffer"),
    Stage(PEAK_PREDICTION, ANALYSIS, "error of the last prediction of a peak that is early enough to time a sound by"),
)


def measured(heard: Mapping[str, Health], recent: bool) -> list[tuple[Stage, Latency]]:
    """The stages that these processes have measured, in order; `recent`: only the last seconds."""
    found = []
    for stage in STAGES:
        health = heard.get(stage.process)
        latency = None if health is None else (health.recent if recent else health.latency).get(stage.name)
        if latency is not None and latency.count:
            found.append((stage, latency))
    return found
