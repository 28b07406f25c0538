"""Encrypted sockets between machines: CURVE (ZeroMQ RFC 26), a list of allowed keys, and counts of refused connections."""

import re
from collections import Counter
from collections.abc import Callable
from types import TracebackType

import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

from wire.faults import FaultCode
from wire.remote.keys import KeyPair, Keys, KeysError

_FAILURES = {
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "key not allowed",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "no key, or it expects another server key",
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "handshake aborted",
}
_CLIENT_FAULTS = {
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: FaultCode.CAMERA_MACHINE_REFUSES_KEY,
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: FaultCode.CAMERA_MACHINE_HAS_OTHER_KEY,
    # A server that cannot read the greeting, which is for another key, closes the connection.
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: FaultCode.CAMERA_MACHINE_HAS_OTHER_KEY,
}
"""The fault that a failed handshake means for the client."""
CERTAIN_AFTER = 3
"""After this many consecutive handshakes cut off by the server, it certainly has another key."""
HANDSHAKE_MS = 3000
"""A connection without a valid key after this time is closed."""


def checked_address(address: str) -> str:
    """The address, if it is a TCP address whose next port is valid too. Raises KeysError."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    has_more = re.search(r"[@/?#\s]", host)  # perhaps a password
    if address.startswith("tcp://") and host and not has_more and re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65535:
        return address
    raise KeysError(f"{'tcp://…' if has_more else address}: not a valid address; it should look like tcp://192.168.1.20:7660")


def check_publishing(address: str, keys: Keys) -> None:
    """Raises KeysError, one sentence, unless this machine has a key and allows at least one other."""
    checked_address(address)
    try:
        keys.own()
    except KeysError as error:
        raise KeysError(
            f"publish = {address!r} in [network] would open HipCue to the network, but {error}; "
            "then allow each screen: hipcue keys allow NAME KEY"
        ) from None
    if not keys.allowed():
        raise KeysError(
            f"publish = {address!r} in [network] would open HipCue to the network, but no key is allowed yet; "
            "on the screen's machine run: hipcue keys new, and here: hipcue keys allow NAME KEY"
        )


class CurveServer:
    """Binds sockets that only machines with allowed keys can connect to. Use all methods from one thread."""

    def __init__(self, keys: Keys, context: "zmq.Context[zmq.Socket[bytes]]") -> None:
        self._own = keys.own()
        self._context = context
        self._monitors: list[zmq.Socket[bytes]] = []
        self.refused: Counter[str] = Counter()
        """Connections refused so far, by reason."""
        self._authenticator = ThreadAuthenticator(context)
        self._authenticator.start()
        self._authenticator.configure_curve_callback(domain="*", credentials_provider=_Provider(keys))

    def bind(self, kind: int, address: str, configure: "Callable[[zmq.Socket[bytes]], None]") -> "zmq.Socket[bytes]":
        """A bound socket. `configure` sets further options before it is bound. Raises KeysError if that fails."""
        socket = self._context.socket(kind)
        socket.curve_server = True
        socket.curve_secretkey = self._own.secret.encode("ascii")
        socket.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
        configure(socket)
        self._monitors.append(socket.get_monitor_socket(sum(_FAILURES)))
        try:
            socket.bind(address)
        except zmq.ZMQError as error:
            raise KeysError(f"publish = {address!r} in [network]: this address cannot be opened ({error.strerror})") from None
        return socket

    def count_refused(self) -> None:
        """Add the connections refused since the last call to `refused`."""
        for monitor in self._monitors:
            while monitor.poll(0):
                event = zmq.Event(recv_monitor_message(monitor, zmq.NOBLOCK)["event"])
                self.refused[_FAILURES.get(event, "handshake aborted")] += 1

    def close(self) -> None:
        """Stop the authenticator. The sockets close with their context."""
        for monitor in self._monitors:
            monitor.close(linger=0)
        self._authenticator.stop()

    def __enter__(self) -> "CurveServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Provider:
    """The authenticator's thread calls this with each client's key (Z85)."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def callback(self, domain: str, key: bytes) -> bool:
        del domain
        try:
            return key.decode("ascii") in self._keys.allowed().values()
        except KeysError:  # an unreadable file allows nobody
            return False


class ClientRefusals:
    """Why a client's connections fail: which handshakes were refused. Use from the sockets' thread."""

    def __init__(self, *sockets: "zmq.Socket[bytes]") -> None:
        """Watch these sockets; call it before they connect."""
        events = sum(_FAILURES) + zmq.EVENT_HANDSHAKE_SUCCEEDED
        self._watched = [(socket, socket.get_monitor_socket(events)) for socket in sockets]
        self.fault: FaultCode | None = None
        """Why handshakes fail; None: the last one succeeded, there was no answer, or too few have failed to be certain."""
        self._cut_off = 0

    def update(self) -> Counter[FaultCode]:
        """Process the handshakes that have failed since the last call."""
        failed: Counter[FaultCode] = Counter()
        for _, monitor in self._watched:
            while monitor.poll(0):
                event = zmq.Event(recv_monitor_message(monitor, zmq.NOBLOCK)["event"])
                code = _CLIENT_FAULTS.get(event)
                if code is None:
                    self.fault, self._cut_off = None, 0
                    continue
                failed[code] += 1
                self._cut_off += 1
                # A machine that has just been switched off also cuts a handshake short, but not repeatedly.
                if code is FaultCode.CAMERA_MACHINE_REFUSES_KEY or self._cut_off >= CERTAIN_AFTER:
                    self.fault = code
        return failed

    def close(self) -> None:
        """Stop watching; call it before the sockets are closed."""
        for socket, monitor in self._watched:
            socket.disable_monitor()
            monitor.close(linger=0)


def set_client_keys(socket: "zmq.Socket[bytes]", own: KeyPair, server_key: str) -> None:
    """Identify with our key, and accept only the server with `server_key`; call it before connecting."""
    socket.curve_serverkey = server_key.encode("ascii")
    socket.curve_publickey = own.public.encode("ascii")
    socket.curve_secretkey = own.secret.encode("ascii")
