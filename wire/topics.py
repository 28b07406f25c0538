"""The topic table: every stream that passes between processes, who sends it, and what a reader may rely on."""

from dataclasses import dataclass
from enum import Enum

import msgspec

from wire import messages


class Policy(Enum):
    """What happens to a message that its reader has not yet taken when the next one arrives."""

    NEWEST_WINS = "newest wins"
    """Replaced by the newer one: a reader that wakes late reads the present, never the past."""
    EVERY_ONE_COUNTS = "every one counts"
    """Queued; each carries a sequence number, so that a gap is noticed and counted."""
    LAST_VALUE_CACHED = "last value cached"
    """Newest wins, and it is sent again every `RESEND_PERIOD_S`, so that a late joiner has it too."""


RESEND_PERIOD_S = 0.5


@dataclass(frozen=True)
class Topic:
    """One stream. `producers` are process names; each binds an endpoint of its own."""

    number: int
    name: str
    message: type[msgspec.Struct] | None
    producers: tuple[str, ...]
    policy: Policy


PROCESSES = ("capture", "analysis", "coach", "audio", "display", "recorder")
CAPTURE, ANALYSIS, COACH, AUDIO, DISPLAY, RECORDER = PROCESSES
SUPERVISOR = "supervisor"
SHARE, FOLLOW = "share", "follow"
"""With two machines: the process that lets others see, on the camera's, and the one that brings it here, on the screen's."""

# Frames have a binary header of their own (wire/frames.py) and therefore no message type here.
FRAME = Topic(1, "frame", None, (CAPTURE,), Policy.NEWEST_WINS)
SAMPLE = Topic(2, "sample", messages.Sample, (ANALYSIS,), Policy.NEWEST_WINS)
SAMPLE_LOG = Topic(3, "sample-log", messages.Sample, (ANALYSIS,), Policy.EVERY_ONE_COUNTS)
STRIDE = Topic(4, "stride", messages.Stride, (ANALYSIS,), Policy.EVERY_ONE_COUNTS)
CUE = Topic(5, "cue", messages.Cue, (COACH,), Policy.EVERY_ONE_COUNTS)
PLAYED = Topic(6, "played", messages.Played, (AUDIO,), Policy.EVERY_ONE_COUNTS)
PHASE = Topic(7, "phase", messages.Phase, (COACH,), Policy.LAST_VALUE_CACHED)
HEALTH = Topic(8, "health", messages.Health, (*PROCESSES, SUPERVISOR, SHARE, FOLLOW), Policy.LAST_VALUE_CACHED)
COMMAND = Topic(9, "command", messages.Command, (DISPLAY, SHARE), Policy.EVERY_ONE_COUNTS)
BELT = Topic(10, "belt", messages.Belt, (CAPTURE,), Policy.LAST_VALUE_CACHED)
CONFIG = Topic(11, "config", messages.ConfigState, (SUPERVISOR,), Policy.LAST_VALUE_CACHED)
RECENT_STRIDES = Topic(12, "recent-strides", messages.RecentStrides, (ANALYSIS,), Policy.LAST_VALUE_CACHED)

TOPICS = (FRAME, SAMPLE, SAMPLE_LOG, STRIDE, CUE, PLAYED, PHASE, HEALTH, COMMAND, BELT, CONFIG, RECENT_STRIDES)
BY_NUMBER = {topic.number: topic for topic in TOPICS}
