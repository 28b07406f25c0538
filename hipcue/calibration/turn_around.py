"""Guides a runner through the turn-around, with live cameras or clips: stand, run, turn round, stand, run."""

from collections.abc import Callable, Iterable
from math import inf

from analysis.side_calibration import CAMERAS, NEEDED_STRIDES, WAYS, SideCalibration, TurnAround, way_of
from wire.clock import NS_PER_S
from wire.messages import CameraName, Facing, Sample, Stride, opposite
from wire.texts import digits

START = "Stand on the treadmill for four seconds, side-on to the cameras and without moving. Then run as usual."
TURN = "Good. Stop, turn round, and stand still for four seconds. Then run as before, facing the other way."
LOOK_AGAIN_S = 1.0
"""Once a way is complete, a camera that still sees the runner face that way starts again after this long."""
_TOLD_EVERY = 10
_NOT_STILL = "The runner was not seen standing still: stand for four seconds in view of both cameras before each run"
Measured = tuple[Sample, list[Stride]]


class CalibrationError(Exception):
    """The protocol was not completed. The text says what was missing, and what to do."""


def lead(
    measured: Iterable[Measured], start_over: Callable[[CameraName], None], min_quality: float, say: Callable[[str], None]
) -> SideCalibration:
    """Collect both ways from the measurements of both cameras, each in order of time.

    `start_over` makes a camera's measurement forget the runner, so that it sees which way they face now and takes a new zero.
    Raises CalibrationError if the measurements end before both ways are complete, one camera measures nothing that counts while
    the other one has all its strides, or the pace has changed.
    """
    seen = TurnAround(min_quality)
    begun_s = dict.fromkeys(CAMERAS, -inf)
    told: set[str] = set()

    def tell(text: str) -> None:
        if text not in told:
            told.add(text)
            say(text)

    tell(START)
    for sample, strides in measured:
        for stride in strides:
            seen.add(stride)
        for way in WAYS:
            _tell_progress(seen, way, tell)
        if seen.complete:
            return _checked(seen.result())
        if strides and _is_one_sided(seen):
            break
        done = next((way for way in WAYS if seen.is_complete(way)), None)
        if done is None:
            continue
        tell(TURN)
        at_s = sample.stamps.capture_ns / NS_PER_S
        faces_as_before = sample.facing is not None and way_of(sample.camera, sample.facing) == done
        if faces_as_before and at_s - begun_s[sample.camera] >= LOOK_AGAIN_S:
            begun_s[sample.camera] = at_s
            start_over(sample.camera)
    raise CalibrationError(_missing(seen))


def _is_one_sided(seen: TurnAround) -> bool:
    """Whether a camera has seen no leg that counts for as long as it takes: waiting longer does not help."""
    counts = [seen.counts(way) for way in WAYS]
    return seen.without_zero >= 4 * NEEDED_STRIDES or any(max(pair) > NEEDED_STRIDES and not min(pair) for pair in counts)


def _tell_progress(seen: TurnAround, way: Facing, tell: Callable[[str], None]) -> None:
    fewest = min(*seen.counts(way), NEEDED_STRIDES)
    if fewest >= _TOLD_EVERY:
        tell(f"Facing {way}: {fewest // _TOLD_EVERY * _TOLD_EVERY} of {NEEDED_STRIDES} strides of each leg")


def _checked(found: SideCalibration) -> SideCalibration:
    if not found.same_pace:
        raise CalibrationError(
            f"The cadence changed by {digits(found.cadence_change_pct, '+.0f')} % after the turn, which alone changes the "
            "strides: run both ways at the same speed"
        )
    return found


def _missing(seen: TurnAround) -> str:
    """Why the two ways are not complete."""
    counts = {way: seen.counts(way) for way in WAYS}
    by_main, by_other = (sum(count[camera] for count in counts.values()) for camera in (0, 1))
    if seen.without_zero and (0, 0) in counts.values():
        return _NOT_STILL
    for camera, strides in (("The camera", by_main), ("The camera on the other side", by_other)):
        if not strides:
            return f"{camera} saw no strides: check it with `hipcue doctor`, and stand still for four seconds before each run"
    for way in WAYS:
        if counts[way][0] and not counts[way][1] and counts[opposite(way)][1] and not counts[opposite(way)][0]:
            return (
                f"Both cameras show the runner's {way} side: move one of them to the other side of the treadmill, and switch "
                "mirroring off"
            )
    if seen.without_zero >= _TOLD_EVERY and any(0 in pair for pair in counts.values()):
        return _NOT_STILL
    fewest = ", ".join(f"facing {way} {min(counts[way])}" for way in WAYS)
    return f"{NEEDED_STRIDES} strides of each leg are needed facing each way, about 25 s of running; there were {fewest}"
