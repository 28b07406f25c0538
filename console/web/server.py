"""The web server, in a thread of its own."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from console.access.gate import Gate

MOST_CONNECTIONS = 100
MOST_OF_ONE_ADDRESS = 40
"""Connections. A page takes six and its websocket; one stranger alone must not be able to take all."""
LONGEST_HEAD_S = 10.0
"""A connection that has sent no whole head of a request for so long is closed."""
KEEP_OPEN_S = 15
LONGEST_END_S = 1.0
MOST_SOCKET_BYTES = 4096
"""Largest message from a page's websocket; none is expected."""


class _Connection(H11Protocol):
    """A browser's connection. Uvicorn alone would keep one that asks for nothing, and any number of them."""

    def __init__(self, count: Callable[[str], None], **parts: Any) -> None:
        super().__init__(**parts)
        self._count = count
        self._ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        own = sum(_address(one) == _address(self) for one in self.connections)
        if own > MOST_OF_ONE_ADDRESS or len(self.connections) > MOST_CONNECTIONS:
            self._end("connections")
            return
        self._ending = self.loop.call_later(LONGEST_HEAD_S, self._end, "slow")

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._cancel()
        elif self._ending is None:
            self._ending = self.loop.call_later(LONGEST_HEAD_S, self._end, "slow")

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        super().connection_lost(exc)

    def _end(self, reason: str) -> None:
        self._count(reason)
        self.transport.abort()

    def _cancel(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None


def _address(connection: Any) -> str:
    """Of a connection or of a websocket."""
    return connection.client[0] if connection.client else ""


class Server:
    """Serves an application. Raises OSError if the address or the certificate cannot be used."""

    def __init__(self, app: Gate, listen: str, port: int, certificate: tuple[str, str] | None) -> None:
        # What strangers send is counted by the gate, not printed.
        logging.getLogger("uvicorn").disabled = logging.getLogger("uvicorn.error").disabled = True
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            lifespan="off",
            loop="asyncio",
            http=partial(_Connection, app.count),  # type: ignore[arg-type]  # called as the class is
            ws="websockets-sansio",
            ws_max_size=MOST_SOCKET_BYTES,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_OPEN_S,
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate[0] if certificate else None,
            ssl_keyfile=certificate[1] if certificate else None,
        )
        config.load()
        self._socket = _listening(listen, port)
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._serve, name="console", daemon=True)
        self._thread.start()

    @property
    def has_ended(self) -> bool:
        """Whether it has stopped serving."""
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, at most this long."""
        self._thread.join(seconds)

    def call(self, act: Callable[[], None]) -> None:
        """Call this in the server's loop, unless that has ended."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(act)

    def close(self) -> None:
        """Stop; open pages are closed."""
        self._server.should_exit = True
        self._thread.join(LONGEST_END_S)
        self._socket.close()

    def _serve(self) -> None:
        asyncio.run(self._serve_in_loop())

    async def _serve_in_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])


def _listening(listen: str, port: int) -> socket.socket:
    """A socket that accepts connections. Raises OSError."""
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    # Only with the protocol named does asyncio send at once; otherwise each answer waits 40 ms for the browser's.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((listen, port))
        opened.listen(MOST_CONNECTIONS)
    except OSError:
        opened.close()
        raise
    return opened
