"""A runner's own push-off as a figure of sticks: before and after, against the target band as a wedge at the hip.

Lengths of the limbs are shares of the leg (hip to ankle), from Drillis & Contini 1966; all angles of the near leg and the trunk
are the runner's own means at the peak of hip extension.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sessions.charts.plot import Key, legend, legend_height
from sessions.charts.svg import Anchor, Size, circle, drawing, group, line, polygon, polyline, text, text_width

Point = tuple[float, float]

SIZE = Size(350, 478)
_LEG_PX = 172.0
_LABEL_PX = 16.0
_THIGH, _SHANK, _TOE, _HEEL, _SOLE = 0.5, 0.5, 0.2, 0.09, 0.06
_TRUNK, _NECK, _HEAD, _UPPER_ARM, _FOREARM = 0.59, 0.26, 0.125, 0.36, 0.36
_ARC, _RING, _TICK_LABEL, _LABEL = 1.32, 1.19, 1.38, 1.5
"""Radii of the degree scale and of its labels, in leg lengths: beyond the foot, where two degrees are seen best."""


@dataclass(frozen=True)
class Posture:
    """Angles at the peak of hip extension, degrees, with the signs of docs/measures.md; the thigh is against vertical."""

    thigh_deg: float
    knee_deg: float
    ankle_deg: float
    trunk_lean_deg: float


@dataclass(frozen=True)
class FarLeg:
    """The other leg at the same moment, degrees."""

    thigh_deg: float
    knee_deg: float
    ankle_deg: float


@dataclass(frozen=True)
class PushOff:
    """The content of the figure."""

    before: Posture | None
    """Drawn in grey; None: only `after` is known."""
    after: Posture
    """Drawn in blue."""
    before_words: str
    after_words: str
    """Labels of the two on the scale, such as "before 15.0°"."""
    zero_deg: float
    """The thigh against vertical that counts as 0 on the scale: quiet standing."""
    far: FarLeg
    band_deg: tuple[float, float] | None = None
    """Hip extension, lowest and highest; None: there was no target."""
    facing: Literal["right", "left"] = "right"


def push_off(data: PushOff) -> str:
    """The figure."""
    keys = _legend(data)
    size = Size(SIZE.width, SIZE.height - 18 + legend_height(keys, SIZE.width, 12))
    draw = _Figure(data.facing)
    after = _clipped(data.after)
    before = None if data.before is None else _clipped(data.before)
    parts = [
        _scale(draw, data),
        draw.leg(data.far.thigh_deg, data.far.knee_deg, data.far.ankle_deg, "line-limb", "fill-limb"),
        draw.arm(after.trunk_lean_deg, -42.0, 72.0, "line-limb"),
        draw.trunk(after.trunk_lean_deg),
        "" if before is None else draw.leg(before.thigh_deg, before.knee_deg, before.ankle_deg, "line-before", "fill-before"),
        draw.leg(after.thigh_deg, after.knee_deg, after.ankle_deg, "line-good", "fill-good"),
        draw.arm(after.trunk_lean_deg, 30.0, 95.0, "line-body"),
        circle(*draw.hip, 5, "fill-ground"),
        _needles(draw, data),
        legend(keys, SIZE.width, 12, SIZE.height - 8)[0],
    ]
    return drawing(size, _sentence(data), parts, "push-off")


class _Figure:
    """Places points given forward and down from the hip, in leg lengths."""

    def __init__(self, facing: str) -> None:
        self.forward = 1.0 if facing == "right" else -1.0
        self.hip: Point = (SIZE.width / 2 + 12 * self.forward, 186.0)

    def at(self, angle_deg: float, length: float, start: Point | None = None) -> Point:
        """The point `length` away from `start` at an angle against downward vertical, + forward."""
        x, y = start or self.hip
        turn = math.radians(angle_deg)
        return x + self.forward * _LEG_PX * length * math.sin(turn), y + _LEG_PX * length * math.cos(turn)

    def leg(self, thigh_deg: float, knee_deg: float, ankle_deg: float, css: str, fill: str) -> str:
        """Thigh, shank and foot, as one limb."""
        shank_deg = thigh_deg - knee_deg
        foot_deg = shank_deg + 90.0 + ankle_deg
        knee = self.at(thigh_deg, _THIGH)
        ankle = self.at(shank_deg, _SHANK, knee)
        heel = self.at(foot_deg - 90.0, _SOLE, self.at(foot_deg + 180.0, _HEEL, ankle))
        toe = self.at(foot_deg - 90.0, _SOLE, self.at(foot_deg, _TOE, ankle))
        return (
            polyline([self.hip, knee], css, 25)
            + polyline([knee, ankle], css, 18)
            + polygon([ankle, heel, toe], f"{fill} {css} foot")
        )

    def trunk(self, lean_deg: float) -> str:
        """Trunk and head."""
        up_deg = 180.0 - lean_deg
        shoulder = self.at(up_deg, _TRUNK)
        head = self.at(180.0 - lean_deg / 2 - 4.0, _NECK, shoulder)
        return polyline([self.hip, shoulder], "line-body", 36) + circle(*head, _HEAD * _LEG_PX, "fill-body")

    def arm(self, lean_deg: float, upper_deg: float, bend_deg: float, css: str) -> str:
        """An arm as runners carry it: it is not measured."""
        shoulder = self.at(180.0 - lean_deg, _TRUNK * 0.96)
        elbow = self.at(upper_deg, _UPPER_ARM, shoulder)
        hand = self.at(upper_deg + bend_deg, _FOREARM, elbow)
        return polyline([shoulder, elbow, hand], css, 13)


def _scale(draw: _Figure, data: PushOff) -> str:
    """The band as a wedge at the hip, and degrees of extension along an arc."""
    ends = [-(posture.thigh_deg - data.zero_deg) for posture in (data.before, data.after) if posture is not None]
    ends += data.band_deg or ()
    low, high = min(0.0, *ends), max(0.0, *ends)
    if high - low > 80:  # beyond any runner: no labels needed
        return ""
    first, last = math.floor(low / 5) * 5, math.ceil(high / 5 + 0.4) * 5

    def on_arc(extension_deg: float, radius: float) -> Point:
        return draw.at(data.zero_deg - extension_deg, radius)

    def arc(from_deg: float, to_deg: float, radius: float) -> list[Point]:
        steps = max(2, math.ceil(abs(to_deg - from_deg)))
        return [on_arc(from_deg + (to_deg - from_deg) * step / steps, radius) for step in range(steps + 1)]

    parts = []
    if data.band_deg is not None:
        outer = arc(*data.band_deg, _ARC)
        parts.append(polygon([draw.hip, *outer], "fill-band soft"))
        parts.append(polygon([*arc(*data.band_deg, _RING), *reversed(outer)], "fill-band half"))
        parts += [line(*draw.hip, *on_arc(end, _ARC), "line-good thin see-through") for end in data.band_deg]
    parts.append(line(*draw.hip, *on_arc(0, _ARC), "line-axis thin dotted"))
    parts.append(polyline(arc(first, last, _ARC), "line-axis thin"))
    for degree in range(first, last + 1):
        long = degree % 5 == 0
        parts.append(line(*on_arc(degree, _ARC), *on_arc(degree, _ARC - (0.03 if long else 0.014)), "line-axis thin"))
        if degree % 10 == 0:
            x, y = on_arc(degree, _TICK_LABEL)
            parts.append(text(x, y + 4, f"{degree}°", anchor="middle", size_px=11))
    return group("scale", parts)


def _needles(draw: _Figure, data: PushOff) -> str:
    """From the hip through each thigh to the scale, with the number at its end."""
    found: list[tuple[float, str, str, str]] = []
    if data.before is not None:
        found.append((data.before.thigh_deg, data.before_words, "line-before line dashed", "fill-before"))
    found.append((data.after.thigh_deg, data.after_words, "line-good thick", "fill-good"))
    furthest = min(angle for angle, *_ in found)
    parts = []
    labels: list[tuple[float, float, Anchor, str, str]] = []
    for thigh_deg, words, css, fill in found:
        parts.append(line(*draw.at(thigh_deg, _THIGH * 0.2), *draw.at(thigh_deg, _LABEL - 0.055), css))
        # The label of the one further behind is outside, that of the other one towards the front.
        behind = len(found) == 1 or thigh_deg == furthest
        x, y = draw.at(thigh_deg, _LABEL)
        anchor: Anchor = "end" if behind == (draw.forward > 0) else "start"
        labels.append((x + (-3 if anchor == "end" else 3), y + 8, anchor, words, fill))
    # Both are moved alike, so that they stay beside each other.
    ends = [x + (-1 if anchor == "end" else 1) * text_width(words, _LABEL_PX) for x, _, anchor, words, _ in labels]
    shift = max(0.0, 8.0 - min(ends)) + min(0.0, SIZE.width - 8.0 - max(ends))
    parts += [text(x + shift, y, words, fill, anchor, bold=True, size_px=_LABEL_PX) for x, y, anchor, words, fill in labels]
    return "".join(parts)


def _legend(data: PushOff) -> list[tuple[Key, str, str]]:
    band: Sequence[tuple[Key, str, str]] = [("area", "fill-band half", "target band")] if data.band_deg is not None else []
    return [*band, ("dots", "line-axis", "zero of the scale")]


def _clipped(posture: Posture) -> Posture:
    """The angles limited to what a body can do: a figure with impossible angles is useless."""
    return Posture(
        min(max(posture.thigh_deg, -70.0), 110.0),
        min(max(posture.knee_deg, -10.0), 150.0),
        min(max(posture.ankle_deg, -60.0), 40.0),
        min(max(posture.trunk_lean_deg, -40.0), 50.0),
    )


def _sentence(data: PushOff) -> str:
    band = "" if data.band_deg is None else f"; the target band is {data.band_deg[0]:.1f} to {data.band_deg[1]:.1f}°"
    both = data.after_words if data.before is None else f"{data.before_words}, {data.after_words}"
    return f"The push-off seen from the side: {both}{band}"
