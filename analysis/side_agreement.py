"""Whether two cameras are on opposite sides of the runner and agree on which leg is which. Pure.

Both see both legs, so a leg's push-offs must come at the same times in either view. If the times of one camera's right leg are
those of the other camera's left leg, one of the two confuses the legs, and it is not known which: the quality of a stride, the
probability that it is of the leg it says, is halved until they agree again. The same holds while both see the same leg near:
then both are on one side, or one is mirrored.
"""

from collections import deque

from msgspec import structs

from wire.clock import s_to_ns
from wire.messages import Side, Stride, opposite

ONE_OF_TWO = 0.5
"""Probability that either of two contradicting cameras is right."""
_COMPARED_STRIDES = 3
_VOTES, _AGAINST = 4, 3
"""`_AGAINST` of the last `_VOTES` strides must contradict the other camera: one late or missed stride is not enough."""
_FORGOTTEN_NS = s_to_ns(3.0)
"""A camera that has seen no stride for this long is not compared."""


class SideAgreement:
    """Compares the strides of one camera with those of the other one."""

    def __init__(self) -> None:
        self._others_ns: dict[Side, deque[int]] = {side: deque(maxlen=_COMPARED_STRIDES) for side in ("left", "right")}
        """Peaks seen by the other camera."""
        self._votes: deque[bool] = deque(maxlen=_VOTES)
        self._near: dict[bool, deque[Stride]] = {mine: deque(maxlen=_COMPARED_STRIDES) for mine in (True, False)}
        """The last near strides by this camera (True) and by the other one."""

    @property
    def disagrees(self) -> bool:
        """Whether the last strides contradict the other camera."""
        return self._votes.count(False) >= _AGAINST

    @property
    def one_side(self) -> Side | None:
        """The side that both cameras show; None: they are on two sides, or it is not known."""
        both = [*self._near[True], *self._near[False]]
        times_ns = [one.t_peak_ns for one in both]
        together = len(both) == 2 * _COMPARED_STRIDES and max(times_ns) - min(times_ns) <= _FORGOTTEN_NS
        return both[0].side if together and len({one.side for one in both}) == 1 else None

    def add_other(self, stride: Stride) -> None:
        """Add a stride by the other camera."""
        if stride.side is not None:
            self._others_ns[stride.side].append(stride.t_peak_ns)
            if stride.leg == "near":
                self._near[False].append(stride)

    def weighed(self, stride: Stride) -> Stride:
        """A stride by this camera, of half the quality while the cameras disagree or show one side."""
        if stride.side is None or stride.stride_time_s is None:
            return stride
        if stride.leg == "near":
            self._near[True].append(stride)
        same = self._off_ns(stride.side, stride.t_peak_ns, s_to_ns(stride.stride_time_s))
        other = self._off_ns(opposite(stride.side), stride.t_peak_ns, s_to_ns(stride.stride_time_s))
        if same is None or other is None:
            self._votes.clear()
        else:
            self._votes.append(same <= other)
        doubtful = self.disagrees or self.one_side is not None
        return structs.replace(stride, quality=ONE_OF_TWO * stride.quality) if doubtful else stride

    def _off_ns(self, side: Side, peak_ns: int, stride_ns: int) -> float | None:
        """Distance of the other camera's last peaks of a leg from this one, modulo whole strides; None: there are none."""
        recent = [at_ns for at_ns in self._others_ns[side] if abs(peak_ns - at_ns) <= _FORGOTTEN_NS]
        if not recent:
            return None
        return sum(abs((peak_ns - at_ns + stride_ns / 2) % stride_ns - stride_ns / 2) for at_ns in recent) / len(recent)
