"""One websocket per page: sends each stride and cue as it arrives, and the rest of the state at most four times a second."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from console.lane.lane import Lane
from wire.clock import Clock

STATE_PERIOD_S = 0.25
MOST_SOCKETS = 40
LONGEST_SEND_S = 10.0
"""A browser that accepts nothing for this long is gone."""
_PAIRED_CHECK_S = 1.0


class LiveSockets:
    """Sends a lane's state to every open page."""

    def __init__(self, clock: Clock, is_paired: Callable[[str], bool]) -> None:
        self._clock = clock
        self._is_paired = is_paired
        self.open = 0

    async def serve(self, socket: WebSocket, lanes: list[Lane], secret: str) -> None:
        """Send until the page is closed, or its device is revoked."""
        if self.open >= MOST_SOCKETS:
            await socket.close(1013)
            return
        self.open += 1
        try:
            await socket.accept()
            closed = asyncio.ensure_future(_closed(socket))
            sender = asyncio.ensure_future(self._send(socket, lanes, secret))
            done, pending = await asyncio.wait({closed, sender}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            await asyncio.gather(*done, *pending, return_exceptions=True)
        finally:
            self.open -= 1

    async def _send(self, socket: WebSocket, lanes: list[Lane], secret: str) -> None:
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def wake() -> None:
            # The lane's thread may announce a stride while this loop ends.
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)

        for lane in lanes:
            lane.listen(wake)
        try:
            seen = {lane.name: 0 for lane in lanes}
            state_due_s = checked_due_s = loop.time()
            while True:
                now_s = loop.time()
                woken.clear()
                if now_s >= checked_due_s:
                    checked_due_s = now_s + _PAIRED_CHECK_S
                    if not self._is_paired(secret):
                        await socket.close(1008)
                        return
                with_state = now_s >= state_due_s
                if with_state:
                    state_due_s = now_s + STATE_PERIOD_S
                message = {lane.name: self._news(lane, seen, with_state) for lane in lanes}
                if with_state or any(news["strides"] or news["cues"] for news in message.values()):
                    await asyncio.wait_for(socket.send_text(json.dumps({"lanes": message}, allow_nan=False)), LONGEST_SEND_S)
                try:
                    await asyncio.wait_for(woken.wait(), max(0.0, state_due_s - loop.time()))
                except asyncio.TimeoutError:
                    continue
        finally:
            for lane in lanes:
                lane.unlisten(wake)

    def _news(self, lane: Lane, seen: dict[str, int], with_state: bool) -> dict[str, Any]:
        since, now_ns = seen[lane.name], self._clock()
        news = lane.read(lambda state: {**state.since(since), **({"state": state.state(now_ns)} if with_state else {})})
        seen[lane.name] = news["seq"]
        return news


async def _closed(socket: WebSocket) -> None:
    """Wait until the page closes the connection. Its messages are ignored."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError):
        return
