"""The door to other machines: CURVE encryption (ZeroMQ RFC 26), a list of allowed keys, and a count of who was turned away."""

from collections import Counter
from collections.abc import Callable
from types import TracebackType

import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

from wire.remote.keys import KeyPair, Keys, KeysError

_FAILURES = {
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "key not allowed",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "no key, or another key than ours expected",
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "handshake broken off",
}
HANDSHAKE_MS = 3000
"""Who has not shown a key by then is sent away."""


def checked_address(address: str) -> str:
    """The address, if it is one of TCP with room for the port beside it. Raises KeysError."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    if address.startswith("tcp://") and host and port.isdecimal() and 0 < int(port) < 65535:
        return address
    raise KeysError(f"{address}: is no address; it looks like tcp://192.168.1.20:7660")


def may_publish(address: str, keys: Keys) -> None:
    """Raises KeysError, one sentence, unless this address may be opened: only with a key and for named machines."""
    checked_address(address)
    try:
        keys.own()
    except KeysError as error:
        raise KeysError(
            f"publish = {address!r} in [network] would open HipCue to the network, and {error}; "
            "then allow each screen: hipcue keys allow NAME KEY"
        ) from None
    if not keys.allowed():
        raise KeysError(
            f"publish = {address!r} in [network] would open HipCue to the network, and nobody is allowed yet; "
            "on the screen's machine run: hipcue keys new, and here: hipcue keys allow NAME KEY"
        )


class Door:
    """Makes sockets that only allowed machines can connect to. All methods belong to one thread."""

    def __init__(self, keys: Keys, context: "zmq.Context[zmq.Socket[bytes]]") -> None:
        self._own = keys.own()
        self._context = context
        self._monitors: list[zmq.Socket[bytes]] = []
        self.turned_away: Counter[str] = Counter()
        self._authenticator = ThreadAuthenticator(context)
        self._authenticator.start()
        self._authenticator.configure_curve_callback(domain="*", credentials_provider=_Provider(keys))

    def open(self, kind: int, address: str, prepare: "Callable[[zmq.Socket[bytes]], None]") -> "zmq.Socket[bytes]":
        """A bound socket behind the door. Raises KeysError when the address cannot be bound."""
        socket = self._context.socket(kind)
        socket.curve_server = True
        socket.curve_secretkey = self._own.secret.encode("ascii")
        socket.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
        prepare(socket)
        self._monitors.append(socket.get_monitor_socket(sum(_FAILURES)))
        try:
            socket.bind(address)
        except zmq.ZMQError as error:
            raise KeysError(f"publish = {address!r} in [network]: this address cannot be opened ({error.strerror})") from None
        return socket

    def count(self) -> None:
        """Count who was turned away since the last call."""
        for monitor in self._monitors:
            while monitor.poll(0):
                event = zmq.Event(recv_monitor_message(monitor, zmq.NOBLOCK)["event"])
                self.turned_away[_FAILURES.get(event, "handshake broken off")] += 1

    def close(self) -> None:
        """Stop the authenticator; the sockets are their owner's."""
        for monitor in self._monitors:
            monitor.close(linger=0)
        self._authenticator.stop()

    def __enter__(self) -> "Door":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Provider:
    """Asked by the authenticator's thread whether a key (Z85) is allowed."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def callback(self, domain: str, key: bytes) -> bool:
        del domain
        try:
            return key.decode("ascii") in self._keys.allowed().values()
        except KeysError:  # a broken file lets nobody in
            return False


def knock(socket: "zmq.Socket[bytes]", own: KeyPair, server_key: str) -> None:
    """Make a socket that is to be connected show our key, and believe only the machine with `server_key`."""
    socket.curve_serverkey = server_key.encode("ascii")
    socket.curve_publickey = own.public.encode("ascii")
    socket.curve_secretkey = own.secret.encode("ascii")
