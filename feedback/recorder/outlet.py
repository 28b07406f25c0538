"""The live outlet to a Lab Streaming Layer: angles frame by frame, and strides and cues as markers.

Off unless `session.lsl` is set: the layer announces its streams in the local network, and whoever is in it may read them.
"""

import json
import math
from typing import Any

import msgspec

from config.extras import how_to_install
from config.schema import Settings
from wire.clock import NS_PER_S, Clock
from wire.messages import Cue, Sample, Stride

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
"""Of the stream "HipCue": degrees with the signs of docs/measures.md, quality 0 to 1; nan where there is no measurement."""
MISSING = f"session.lsl: needs one package more: {how_to_install('lsl')}; the session goes on without"


class Outlet:
    """The two streams. Raises OutletError where there is no Lab Streaming Layer."""

    def __init__(self, session: str, clock: Clock) -> None:
        try:
            import pylsl  # noqa: PLC0415 - of the extra "lsl"
        except (ImportError, RuntimeError):  # the package, or the library it loads
            raise OutletError(MISSING) from None
        self._now_s = pylsl.local_clock
        self._clock = clock
        rate, number = pylsl.IRREGULAR_RATE, pylsl.cf_float32
        angles = pylsl.StreamInfo("HipCue", "Angles", len(CHANNELS), rate, number, f"{session}-angles")
        channels = angles.desc().append_child("channels")
        for name in CHANNELS:
            channel = channels.append_child("channel")
            channel.append_child_value("label", name)
            channel.append_child_value("unit", "normalized" if name == "quality" else "degrees")
        events = pylsl.StreamInfo("HipCue events", "Markers", 1, rate, pylsl.cf_string, f"{session}-events")
        self._angles, self._events = pylsl.StreamOutlet(angles), pylsl.StreamOutlet(events)

    def send(self, message: Sample | Stride | Cue) -> None:
        """Pass a message on, at the time at which it was true: the picture's, the peak's, the decision's."""
        if isinstance(message, Sample):
            near, far = message.near, message.far
            legs = (near.thigh_deg, far.thigh_deg, near.knee_deg, far.knee_deg, near.ankle_deg, far.ankle_deg)
            values = [math.nan if value is None else value for value in (*legs, message.trunk_lean_deg, message.quality)]
            self._angles.push_sample(values, self._lsl_s(message.stamps.capture_ns))
            return
        kind, at_ns = ("stride", message.t_peak_ns) if isinstance(message, Stride) else ("cue", message.decided_ns)
        told: dict[str, Any] = {"kind": kind, **msgspec.structs.asdict(message)}
        told.pop("stamps", None)
        self._events.push_sample([json.dumps(told)], self._lsl_s(at_ns))

    def _lsl_s(self, at_ns: int) -> float:
        """Our clock's time on the layer's clock."""
        return float(self._now_s()) - (self._clock() - at_ns) / NS_PER_S


class OutletError(Exception):
    """There can be no outlet; the text is one sentence."""


def open_outlet(settings: Settings, session: str, clock: Clock) -> Outlet | None:
    """The outlet where the settings ask for one. Raises OutletError."""
    return Outlet(session, clock) if settings.session.lsl else None
