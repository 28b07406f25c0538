"""A lane's last seconds for the replay in its page: what was measured as JSON, then the pictures, in one answer."""

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from console.lane.lane import Lane
from console.lane.picture_watch import PictureWatch
from console.web.rendering import refused

if TYPE_CHECKING:
    from wire.frames.recent_pictures import KeptPicture
    from wire.messages import Point

MOST_FETCHES = 4
"""Most fetches at a time: each holds pictures until its browser has received them."""
MOST_DEG = 180.0
LENGTH_BYTES = 4
"""The answer begins with the length of its JSON, little-endian; then come the JSON and the pictures, in its order."""


class ReplayPages:
    """The addresses of the replay. A viewer may use them, too: like the page, they show and change nothing."""

    def __init__(self, watch: PictureWatch, lane: Lane) -> None:
        self._watch = watch
        self._lane = lane
        self._fetches = 0

    @property
    def routes(self) -> list[BaseRoute]:
        """Their addresses."""
        return [Route("/api/replay/{lane}", self._replay)]

    async def _replay(self, request: Request) -> Response:
        if request.path_params["lane"] != self._lane.name:
            raise HTTPException(404)
        if self._fetches >= MOST_FETCHES:
            return refused("Other devices are fetching the replay; try again in a moment.", 503)
        return StreamingResponse(self._parts(self._watch.pictures), media_type="application/octet-stream")

    async def _parts(self, pictures: "tuple[KeptPicture, ...]") -> AsyncIterator[bytes]:
        self._fetches += 1
        try:
            listed = [described(picture, pictures[0].capture_ns) for picture in pictures]
            head = json.dumps({"band": self._band(), "pictures": listed}, allow_nan=False).encode()
            yield len(head).to_bytes(LENGTH_BYTES, "little") + head
            for picture in pictures:
                yield picture.jpeg
        finally:
            self._fetches -= 1

    def _band(self) -> list[float] | None:
        """The target band, if it applies to the curve."""
        phase = self._lane.read(lambda state: state.phase)
        if phase is None or phase.band is None or phase.measure != "hip_extension":
            return None
        edges = [phase.band.low_deg, phase.band.high_deg]
        return edges if all(abs(edge) <= MOST_DEG for edge in edges) else None


def described(picture: "KeptPicture", first_ns: int) -> dict[str, Any]:
    """Its time since the first picture in ms, its length in bytes, how far the near thigh is behind its zero in degrees,
    and its joints in its pixels, from the shoulder to the ankle.
    """
    near, thigh_deg, zero_deg = picture.sample.near, picture.thigh_deg, picture.sample.standing_thigh_deg or 0.0
    behind_deg = None if thigh_deg is None else zero_deg - thigh_deg

    def at(point: "Point | None") -> list[float] | None:
        # MessagePack also carries infinities and NaN, which JSON does not have.
        if point is None or not all(abs(part) < 1e6 for part in point):
            return None
        return [round(part * picture.scale, 1) for part in point]

    return {
        "t_ms": round((picture.capture_ns - first_ns) / 1e6, 1),
        "bytes": len(picture.jpeg),
        "behind_deg": round(behind_deg, 2) if behind_deg is not None and abs(behind_deg) <= MOST_DEG else None,
        "joints": [at(point) for point in (picture.sample.shoulder_px, near.hip_px, near.knee_px, near.ankle_px)],
    }
