"""The web server, in a thread of its own."""

import asyncio
import errno
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from config.mistakes import ConfigError
from config.sections.console import ConsoleSettings
from config.small_file import SmallFileError, read_small_text
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
_REMEDIES = {
    errno.EADDRINUSE: "choose another console.port",
    errno.EADDRNOTAVAIL: "set console.listen to an address of this machine",
}


class NotOpenedError(ConfigError):
    """The console cannot be opened; the text says why and how to mend it."""


class _Connection(H11Protocol):
    """A browser's connection. Uvicorn alone would keep one that asks for nothing."""

    def __init__(self, count: Callable[[str], None], **parts: Any) -> None:
        super().__init__(**parts)
        self._count = count
        self._ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
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


class _Listener(socket.socket):
    """Accepts a limited number of connections. They are counted here, because a connection that never ends its TLS handshake
    reaches no protocol."""

    def __init__(self, family: socket.AddressFamily, count: Callable[[str], None]) -> None:
        # Only with the protocol named does asyncio send at once; otherwise each answer waits 40 ms for the browser's.
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._count = count
        self._accepted: WeakKeyDictionary[socket.socket, str] = WeakKeyDictionary()

    def accept(self) -> tuple[socket.socket, Any]:
        connection, address = super().accept()
        hosts = [host for one, host in self._accepted.items() if one.fileno() >= 0]
        if len(hosts) >= MOST_CONNECTIONS or hosts.count(address[0]) >= MOST_OF_ONE_ADDRESS:
            connection.close()
            self._count("connections")
            raise ConnectionAbortedError  # for asyncio, as if the browser had gone
        self._accepted[connection] = address[0]
        return connection, address


class Server:
    """Serves an application. Raises NotOpenedError if the address or the certificate cannot be used."""

    def __init__(self, app: Gate, settings: ConsoleSettings) -> None:
        # What strangers send is counted by the gate, not printed.
        logging.getLogger("uvicorn").disabled = logging.getLogger("uvicorn.error").disabled = True
        certificate, key = _certificate(settings)
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
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        config.load()
        self._socket = _listening(settings.listen, settings.port, app.count)
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


def _certificate(settings: ConsoleSettings) -> tuple[Path | None, Path | None]:
    """The files of the certificate and of its key, which may be in the same file. Raises NotOpenedError."""
    if not settings.certificate_file:
        return None, None
    keys = ("certificate_file", "certificate_key_file") if settings.certificate_key_file else ("certificate_file",)
    files = [Path(getattr(settings, key)).expanduser() for key in keys]
    for key, file in zip(keys, files, strict=True):
        try:
            read_small_text(file)  # of two files, the ssl module does not say which one it cannot read
        except SmallFileError as error:
            raise NotOpenedError(f"console.{key}: {file}: {error}") from None
    try:
        # A key's password would be asked for at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files[0], files[-1], password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        mismatch = getattr(error, "reason", None) == "KEY_VALUES_MISMATCH"
        why = (
            "its private key is another certificate's"
            if mismatch
            else "it must be PEM, with its private key without a password"
        )
        raise NotOpenedError(f"console.certificate_file: {files[0]}: cannot be used; {why}") from None
    return files[0], files[-1]


def _listening(listen: str, port: int, count: Callable[[str], None]) -> socket.socket:
    """A socket that accepts connections. Raises NotOpenedError."""
    opened = _Listener(socket.AF_INET6 if ":" in listen else socket.AF_INET, count)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((listen, port))
        opened.listen(MOST_CONNECTIONS)
    except OSError as error:
        opened.close()
        remedy = _REMEDIES.get(error.errno or 0, "check console.listen and console.port")
        raise NotOpenedError(f"The console cannot be opened at {listen}:{port} ({error.strerror or error}); {remedy}") from None
    return opened
