"""Takes a lane's pictures and what is measured in them, for the console's replay. Loads NumPy and OpenCV."""

from collections.abc import Callable

import cv2

from wire.frames.pairing import Pairing
from wire.frames.recent_pictures import KeptPicture, RecentPictures
from wire.messages import Phase, Sample
from wire.sockets import Wire, wait
from wire.topics import PHASE, SAMPLE

SPAN_S = 10.0
MOST_HZ = 30.0
"""Pictures of a faster camera are left out: a tablet fetches all of them over the air."""
WAIT_MS = 100.0
LONGEST_LINES_AGE_MS = 1000.0
"""A picture that has waited longer for its sample is left out."""


def take_pictures(wire: Wire, goes_on: Callable[[], bool], publish: Callable[[tuple[KeptPicture, ...]], None]) -> None:
    """Keep the last seconds of running while `goes_on`, and publish them when they have changed."""
    cv2.setNumThreads(1)
    recent, pairing, offered = RecentPictures(SPAN_S, MOST_HZ), Pairing(LONGEST_LINES_AGE_MS), None
    frames, samples, phases = wire.frames(), wire.newest(SAMPLE, Sample), wire.newest(PHASE, Phase)
    while goes_on():
        wait(WAIT_MS, frames, samples, phases)
        while (phase := phases.take()) is not None:
            recent.handle_phase(phase)
        while (sample := samples.take()) is not None:
            pairing.add_sample(sample)
        while (frame := frames.take()) is not None:
            pairing.add_frame(frame)
        pair = pairing.newest_pair
        if pair is not None and pair is not offered:
            recent.offer(*pair)
        offered = pair
        recent.keep()
        recent.forget_old(wire.clock())
        publish(recent.pictures())
