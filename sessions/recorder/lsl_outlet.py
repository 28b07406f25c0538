"""Publishes angles frame by frame to a Lab Streaming Layer, and strides and cues as markers.

Off unless `session.lsl` is set: the layer announces its streams on the local network, where anyone may read them.
"""

import json
import math
from typing import Any

import msgspec

from config.extras import how_to_install
from config.settings import Settings
from sessions.format.columns import CAMERA_SUFFIXES
from wire.clock import NS_PER_S, Clock
from wire.messages import CameraName, Cue, Sample, Stride

CHANNELS = (
    "near_thigh",
    "far_thigh",
    "near_knee",
    "far_knee",
    "near_ankle",
    "far_ankle",
    "trunk_lean",
    "quality",
)
"""Channels of "HipCue", and with a second camera of "HipCue other side": degrees with the signs of docs/measures.md, quality 0
to 1; NaN where there is no measurement."""
MISSING = f"session.lsl: needs one more package: {how_to_install('lsl')}; the session continues without it"


class LslOutlet:
    """The two streams, and one for each further camera. Raises OutletError if there is no Lab Streaming Layer."""

    def __init__(self, session: str, clock: Clock, cameras: tuple[CameraName, ...] = ("main",)) -> None:
        try:
            import pylsl  # noqa: PLC0415 - of the extra "lsl"
        except (ImportError, RuntimeError):  # the package, or the library it loads
            raise OutletError(MISSING) from None
        self._now_s = pylsl.local_clock
        self._clock = clock
        rate, number = pylsl.IRREGULAR_RATE, pylsl.cf_float32
        self._angles: dict[CameraName, Any] = {}
        for camera in cameras:
            ending = CAMERA_SUFFIXES[camera]
            angles = pylsl.StreamInfo(
                f"HipCue{ending.replace('_', ' ')}", "Angles", len(CHANNELS), rate, number, f"{session}-angles{ending}"
            )
            channels = angles.desc().append_child("channels")
            for name in CHANNELS:
                channel = channels.append_child("channel")
                channel.append_child_value("label", name)
                channel.append_child_value("unit", "normalized" if name == "quality" else "degrees")
            self._angles[camera] = pylsl.StreamOutlet(angles)
        events = pylsl.StreamInfo("HipCue events", "Markers", 1, rate, pylsl.cf_string, f"{session}-events")
        self._events = pylsl.StreamOutlet(events)

    def send(self, message: Sample | Stride | Cue) -> None:
        """Publish a message with the time it describes: the picture's, the peak's, the decision's."""
        if isinstance(message, Sample):
            near, far = message.near, message.far
            legs = (near.thigh_deg, far.thigh_deg, near.knee_deg, far.knee_deg, near.ankle_deg, far.ankle_deg)
            values = [math.nan if value is None else value for value in (*legs, message.trunk_lean_deg, message.quality)]
            if (angles := self._angles.get(message.camera)) is not None:
                angles.push_sample(values, self._lsl_s(message.stamps.capture_ns))
            return
        kind, at_ns = ("stride", message.t_peak_ns) if isinstance(message, Stride) else ("cue", message.decided_ns)
        marker: dict[str, Any] = {"kind": kind, **msgspec.structs.asdict(message)}
        marker.pop("stamps", None)
        marker.update(marker.pop("measures", {}))
        self._events.push_sample([json.dumps(marker)], self._lsl_s(at_ns))

    def _lsl_s(self, at_ns: int) -> float:
        """A time of our clock on the layer's clock."""
        return float(self._now_s()) - (self._clock() - at_ns) / NS_PER_S


class OutletError(Exception):
    """Nothing can be published; the text is one sentence."""


def open_outlet(settings: Settings, session: str, clock: Clock) -> LslOutlet | None:
    """The outlet if the settings ask for one. Raises OutletError."""
    cameras: tuple[CameraName, ...] = ("main", "other_side") if settings.capture.has_other_side else ("main",)
    return LslOutlet(session, clock, cameras) if settings.session.lsl else None
