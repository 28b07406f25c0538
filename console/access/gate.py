"""The gate that every request passes before a page is made. Refusals are counted by reason.

It checks the rate, the Host, the Origin, the size, the device and its role, and the token against forged requests; and it adds
the headers that keep a page to itself.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import anyio

from config.sections.console import ConsoleSettings
from console.access.addresses import is_own_name
from console.access.cookie import forgery_token, secret_in
from console.access.devices import AccessError, Device, Devices
from console.access.rates import Rates
from console.access.report_links import PATH as REPORT_PATH
from wire.clock import Clock

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY_BYTES = 1_200_000
"""A settings file has at most 1 MB (config/small_file.py)."""
LONGEST_ADDRESS = 2000
LONGEST_BODY_S = 10.0
OPEN_PATHS = ("/pair", "/static/", REPORT_PATH)
"""Paths open to devices that are not paired. A token after the last one opens one report."""
SAFE_METHODS = ("GET", "HEAD")
FORGERY_HEADER = "x-hipcue-token"
PAIRINGS = 10
"""Attempts a minute of each address. Tokens cannot be guessed, so there is no limit for all together, with which one stranger
would keep the others' tablets out."""
DEVICE_RATE = (60.0, 200.0)
"""Requests a second in the long run, and at once, of a paired device."""
STRANGER_RATE = (10.0, 40.0)
"""The same for each address without a paired device."""
_PLAIN = "text/plain; charset=utf-8"
_REASONS = {
    "rate": (429, "Too many requests; wait a moment."),
    "host": (421, "This machine has no such name; open the console by its address, or set console.name."),
    "origin": (403, "This request comes from a page of another site."),
    "size": (413, "The request is too large."),
    "slow": (408, "The request took too long to arrive."),
    "method": (405, "This method is not supported here."),
    "not paired": (401, "This device is not paired."),
    "role": (403, "A viewer's device cannot change anything."),
    "forged": (403, "This page is out of date; reload it."),
}


class RefusedError(Exception):
    """A request is refused. `reason` is the counter's name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status, self.sentence = _REASONS[reason]


class Gate:
    """Wraps the console's pages (ASGI). The pages find the device in `scope["device"]`; strangers have None."""

    def __init__(
        self, app: App, settings: ConsoleSettings, devices: Devices, refused: Counter[str], clock: Clock, stranger: App
    ) -> None:
        self._app = app
        self._stranger = stranger
        """Answers a stranger's request for a page, with how to pair."""
        self._settings = settings
        self._devices = devices
        self._clock = clock
        self._rates = Rates()
        self._refused = refused

    def count(self, reason: str) -> None:
        """Count what the server has refused before there was a request."""
        self._refused[reason] += 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        secure = _with_headers(send, headers.get("host", ""))
        try:
            device = self._admit(scope, headers)
            scope["device"], scope["forgery_token"] = device, forgery_token(secret_in(headers, self._settings.port))
            if scope["type"] == "http":
                receive = _buffered(await _body(receive), receive)
            await self._app(scope, receive, secure)
        except RefusedError as refusal:
            self._refused[refusal.reason] += 1
            await self._refuse(refusal, scope, receive, secure)
        except Exception as error:
            # A defect of the console itself. The server would print it; the connection ends either way.
            self._refused[f"failed ({type(error).__name__})"] += 1

    def _admit(self, scope: Scope, headers: dict[str, str]) -> Device | None:
        """The device of an admitted request. Raises RefusedError."""
        path, now_ns = scope["path"], self._clock()
        device = self._device(headers)
        address = scope["client"][0] if scope.get("client") else ""
        limits = STRANGER_RATE if device is None else DEVICE_RATE
        if not self._rates.spend(f"device {device.name}" if device else f"address {address}", now_ns, *limits):
            raise RefusedError("rate")
        if not is_own_name(headers.get("host", ""), self._settings):
            raise RefusedError("host")
        method = scope.get("method", "")
        writes = scope["type"] == "http" and method not in SAFE_METHODS
        if writes or scope["type"] == "websocket":
            self._check_origin(headers)
        if writes and method != "POST":
            raise RefusedError("method")
        if len(path) + len(scope.get("query_string", b"")) > LONGEST_ADDRESS or _length(headers) > MOST_BODY_BYTES:
            raise RefusedError("size")
        if path == "/pair" and writes and not self._rates.spend(f"pairing {address}", now_ns, PAIRINGS / 60, PAIRINGS):
            raise RefusedError("rate")
        if device is None and not path.startswith(OPEN_PATHS):
            raise RefusedError("not paired")
        if writes and path != "/pair":
            if device is None or device.role != "coach":
                raise RefusedError("role")
            if headers.get(FORGERY_HEADER) != forgery_token(secret_in(headers, self._settings.port)):
                raise RefusedError("forged")
        return device

    def _device(self, headers: dict[str, str]) -> Device | None:
        try:
            return self._devices.device_of(secret_in(headers, self._settings.port))
        except AccessError:
            self._refused["devices unreadable"] += 1
            return None

    def _check_origin(self, headers: dict[str, str]) -> None:
        scheme = "https" if self._settings.certificate_file else "http"
        if headers.get("origin") != f"{scheme}://{headers.get('host', '')}":
            raise RefusedError("origin")

    async def _refuse(self, refusal: RefusedError, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.reason})
            return
        page = refusal.reason == "not paired" and scope.get("method") == "GET"
        if page and "text/html" in _header(scope, "accept"):
            scope["device"], scope["forgery_token"] = None, ""
            await self._stranger(scope, receive, send)
            return
        text = refusal.sentence.encode()
        headers = [(b"content-type", _PLAIN.encode()), (b"content-length", str(len(text)).encode())]
        if scope["method"] not in SAFE_METHODS:
            # The rest of its body is not read: the connection ends instead.
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": text})


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises RefusedError if more is sent than is allowed, or too slowly."""
    parts: list[bytes] = []
    length = 0
    try:
        with anyio.fail_after(LONGEST_BODY_S):
            while True:
                event = await receive()
                parts.append(event.get("body", b""))
                length += len(parts[-1])
                if length > MOST_BODY_BYTES:
                    raise RefusedError("size")
                if event["type"] != "http.request" or not event.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise RefusedError("slow") from None


def _buffered(body: bytes, receive: Receive) -> Receive:
    """Returns a body that has been read, and then the connection's further events."""
    given = False

    async def receiving() -> Event:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def _with_headers(send: Send, host: str) -> Send:
    """Add the headers of every answer; a page's own policy stays."""
    # Older Safari does not count a websocket to the page's own host as 'self'.
    sockets = f"ws://{host} wss://{host}" if all(letter.isalnum() or letter in ".:-[]" for letter in host) else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
        f"connect-src 'self' {sockets}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    usual = {
        b"content-security-policy": policy.encode(),
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
        b"cache-control": b"no-store",
    }

    async def sending(event: Event) -> None:
        if event["type"] == "http.response.start":
            own = list(event.get("headers", ()))
            named = {name.lower() for name, _ in own}
            event = {**event, "headers": own + [item for item in usual.items() if item[0] not in named]}
        await send(event)

    return sending


def _length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else MOST_BODY_BYTES + 1


def _header(scope: Scope, name: str) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()), "")
