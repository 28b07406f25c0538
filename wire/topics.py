"""The topic table: every stream that passes between processes, who sends it, and what readers can rely on."""

from dataclasses import dataclass
from enum import Enum

import msgspec

from wire import messages


class Policy(Enum):
    """What happens to a message that its reader has not yet taken when the next one arrives."""

    NEWEST_WINS = "newest wins"
    """Replaced by the newer one: a late reader gets only the newest."""
    EVERY_ONE_COUNTS = "every one counts"
    """Queued; each carries a sequence number, so that gaps are detected and counted."""
    LAST_VALUE_CACHED = "last value cached"
    """Newest wins, and it is sent again every `RESEND_PERIOD_S` for late joiners."""
    ON_SUBSCRIPTION = "on subscription"
    """Sent to each new subscriber: for large messages that only a restarted process needs."""


RESEND_PERIOD_S = 0.5
_RESEND_HZ = 1 / RESEND_PERIOD_S
LATE_PERIODS = 6
"""A message that is missing for this many periods is late: a few may be lost on a busy machine."""
SLOWEST_CAMERA_HZ = 5.0
"""The lowest rate that the settings allow (capture.fps)."""


@dataclass(frozen=True)
class Topic:
    """One stream. `producers` are process names; each binds an endpoint of its own.

    `other_side` are the producers for a second camera. Readers connect to them only on a lane that has one: a producer that
    never starts costs a reader an attempt to connect every few milliseconds.
    """

    number: int
    name: str
    message: type[msgspec.Struct] | None
    producers: tuple[str, ...]
    policy: Policy
    least_hz: float | None = None
    """Each producer sends at least so often while all is well (a resting camera less often, but never late); None: whenever
    there is something to send."""
    other_side: tuple[str, ...] = ()

    @property
    def late_after_s(self) -> float | None:
        """A producer that has sent nothing for this long is late; None: it may be silent."""
        return None if self.least_hz is None else LATE_PERIODS / self.least_hz


PROCESSES = ("capture", "analysis", "coach", "audio", "display", "recorder")
CAPTURE, ANALYSIS, COACH, AUDIO, DISPLAY, RECORDER = PROCESSES
CAPTURE_2, ANALYSIS_2 = OTHER_SIDE = ("capture2", "analysis2")
"""The processes of a second camera, on the other side of the treadmill."""
SUPERVISOR = "supervisor"
RUNS = "processes"
"""The supervisor's fact that lists the processes of its program, separated by commas."""
SHARE, FOLLOW = "share", "follow"
"""With two machines: the serving process on the camera's machine, and the receiving one on the screen's."""
CONSOLE = "console"
"""The coach's console in the browser; runs only where [console] is enabled."""

# Frames have a binary header of their own (wire/frames/frame.py) and therefore no message type here.
FRAME = Topic(1, "frame", None, (CAPTURE,), Policy.NEWEST_WINS, SLOWEST_CAMERA_HZ, (CAPTURE_2,))
SAMPLE = Topic(2, "sample", messages.Sample, (ANALYSIS,), Policy.NEWEST_WINS, SLOWEST_CAMERA_HZ, (ANALYSIS_2,))
SAMPLE_LOG = Topic(3, "sample-log", messages.Sample, (ANALYSIS,), Policy.EVERY_ONE_COUNTS, None, (ANALYSIS_2,))
STRIDE = Topic(4, "stride", messages.Stride, (ANALYSIS,), Policy.EVERY_ONE_COUNTS, None, (ANALYSIS_2,))
CUE = Topic(5, "cue", messages.Cue, (COACH,), Policy.EVERY_ONE_COUNTS)
PLAYED = Topic(6, "played", messages.Played, (AUDIO,), Policy.EVERY_ONE_COUNTS)
PHASE = Topic(7, "phase", messages.Phase, (COACH,), Policy.LAST_VALUE_CACHED, _RESEND_HZ)
HEALTH = Topic(
    8,
    "health",
    messages.Health,
    (*PROCESSES, SUPERVISOR, SHARE, FOLLOW, CONSOLE),
    Policy.LAST_VALUE_CACHED,
    _RESEND_HZ,
    OTHER_SIDE,
)
COMMAND = Topic(9, "command", messages.Command, (DISPLAY, SHARE, CONSOLE), Policy.EVERY_ONE_COUNTS)
BELT = Topic(10, "belt", messages.Belt, (CAPTURE,), Policy.LAST_VALUE_CACHED, _RESEND_HZ)
CONFIG = Topic(11, "config", messages.ConfigState, (SUPERVISOR,), Policy.LAST_VALUE_CACHED, _RESEND_HZ)
RECENT_STRIDES = Topic(12, "recent-strides", messages.RecentStrides, (ANALYSIS,), Policy.ON_SUBSCRIPTION, None, (ANALYSIS_2,))
PAIRING = Topic(13, "pairing", messages.PairingCode, (CONSOLE,), Policy.LAST_VALUE_CACHED)
REPORT_LINK = Topic(14, "report-link", messages.ReportLink, (CONSOLE,), Policy.LAST_VALUE_CACHED)

TOPICS = (
    FRAME,
    SAMPLE,
    SAMPLE_LOG,
    STRIDE,
    CUE,
    PLAYED,
    PHASE,
    HEALTH,
    COMMAND,
    BELT,
    CONFIG,
    RECENT_STRIDES,
    PAIRING,
    REPORT_LINK,
)
BY_NUMBER = {topic.number: topic for topic in TOPICS}
