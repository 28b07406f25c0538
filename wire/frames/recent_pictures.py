"""The last seconds of a runner for a replay: small pictures, each with its own sample. In memory only, and bounded.

Pure except for the compression: time is the frames'. Each frame is offered with its sample, and compressed by `keep` when
there is time. Screen and console both use these rules.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from wire.clock import NS_PER_S, s_to_ns
from wire.faults import SampleState
from wire.frames.frame import Frame, Image
from wire.messages import Phase, Sample

USUAL_HEIGHT_PX = 400
"""Pictures are scaled down by the whole number that comes closest to this height: 720 and 1080 become 360. On a screen of 1080
lines a replay's picture has 570."""
JPEG_QUALITY = 75
MOST_BYTES = 24_000_000
"""Limit of all pictures together; the oldest are discarded first. Eight seconds at 60 pictures a second are about 9 MB
(python -m bench.latency.draw_time)."""
LONGEST_GAP_S = 1.0
"""After a longer time without a measured picture, the earlier ones are discarded: a replay shows uninterrupted running."""
KEPT_AFTER_S = 60.0
"""How long the last seconds stay after the runner has stopped: long enough to step off, walk to the screen and look."""
SETTLED_WITHIN = 30
"""The settled angle of a frame arrives within this many pictures."""


@dataclass(frozen=True)
class KeptPicture:
    """One small picture and what was measured in it. Points of the sample are in pixels of the frame, not of this picture."""

    jpeg: bytes
    width_px: int
    height_px: int
    frame_size_px: tuple[int, int]
    """Width and height of the frame that it shows."""
    capture_ns: int
    sample: Sample
    thigh_deg: float | None
    """The near thigh's angle; the settled one once it is known."""

    @property
    def scale(self) -> float:
        """Pixels of this picture per pixel of its frame."""
        return self.width_px / self.frame_size_px[0]


def small_jpeg(image: Image) -> tuple[bytes, int, int]:
    """The picture as JPEG, scaled down to about `USUAL_HEIGHT_PX`: (bytes, width, height)."""
    height_px, width_px = image.shape[:2]
    # By a whole number: several times as fast as by any other.
    times = max(1, min(round(height_px / USUAL_HEIGHT_PX), width_px))
    if times > 1:
        height_px, width_px = height_px // times, width_px // times
        whole = image[: height_px * times, : width_px * times]
        image = np.asarray(cv2.resize(whole, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)
    _, jpeg = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return jpeg.tobytes(), width_px, height_px


Compress = Callable[[Image], tuple[bytes, int, int]]


class RecentPictures:
    """The last `span_s` seconds of measured running.

    >>> RecentPictures(8.0).pictures()
    ()
    """

    def __init__(self, span_s: float, most_hz: float = 60.0, compress: Compress = small_jpeg) -> None:
        """`most_hz`: pictures of a faster camera are left out."""
        self._span_ns = s_to_ns(span_s)
        self._least_apart_ns = round(0.9 * NS_PER_S / most_hz)
        self._compress = compress
        self._phase: Phase | None = None
        self.forget()

    @property
    def size_bytes(self) -> int:
        """Size of all pictures."""
        return self._size_bytes

    def forget(self) -> None:
        """Discard all pictures."""
        self._kept: deque[KeptPicture] = deque()
        self._waiting: tuple[Frame, Sample] | None = None
        self._last: tuple[int, int] | None = None
        """Epoch and time of the last frame that was taken."""
        self._size_bytes = 0

    def handle_phase(self, phase: Phase) -> bool:
        """Handle a phase. Returns whether the pictures were discarded: the session is over, or somebody else runs."""
        before, self._phase = self._phase, phase
        over = phase.name in ("idle", "summary")
        other = before is not None and before.runner != phase.runner
        if over or other:
            self.forget()
        return over or other

    def offer(self, frame: Frame, sample: Sample) -> None:
        """A frame with its own sample, in the order of time; it is kept at the next `keep`, unless a newer one comes before."""
        if self._phase is not None and self._phase.name in ("idle", "summary"):
            return
        self._settle(sample)
        if sample.state is not SampleState.MEASURING:
            return
        if self._last is not None:
            epoch, last_ns = self._last
            apart_ns = frame.capture_ns - last_ns
            if epoch != frame.epoch or not -s_to_ns(LONGEST_GAP_S) <= apart_ns <= s_to_ns(LONGEST_GAP_S):
                self.forget()
            elif apart_ns < self._least_apart_ns:
                return
        self._last = frame.epoch, frame.capture_ns
        self._waiting = frame, sample

    def keep(self) -> bool:
        """Compress and keep the frame that waits. Returns whether there was one."""
        if self._waiting is None:
            return False
        (frame, sample), self._waiting = self._waiting, None
        jpeg, width_px, height_px = self._compress(frame.image)
        size_px = frame.width_px, frame.height_px
        self._kept.append(KeptPicture(jpeg, width_px, height_px, size_px, frame.capture_ns, sample, sample.near.thigh_deg))
        self._size_bytes += len(jpeg)
        while frame.capture_ns - self._kept[0].capture_ns > self._span_ns or self._size_bytes > MOST_BYTES:
            self._size_bytes -= len(self._kept.popleft().jpeg)
            if not self._kept:
                break
        return True

    def forget_old(self, now_ns: int) -> None:
        """Discard the pictures if nobody has run for `KEPT_AFTER_S`."""
        if self._last is not None and now_ns - self._last[1] > s_to_ns(KEPT_AFTER_S):
            self.forget()

    def pictures(self) -> tuple[KeptPicture, ...]:
        """All kept pictures, oldest first; times increase."""
        return tuple(self._kept)

    def _settle(self, sample: Sample) -> None:
        """Replace the angle measured at once by the settled one."""
        index, thigh_deg = sample.settled_frame_index, sample.near_thigh_settled_deg
        if index is None or thigh_deg is None:
            return
        for place in range(len(self._kept) - 1, max(-1, len(self._kept) - 1 - SETTLED_WITHIN), -1):
            if self._kept[place].sample.frame_index == index and self._kept[place].sample.epoch == sample.epoch:
                self._kept[place] = replace(self._kept[place], thigh_deg=thigh_deg)
                return
