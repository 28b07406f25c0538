"""A console that serves a lane whose messages a test sends, and browsers that are scripts."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin as PageOrigin

from config.loading import Origin
from config.settings import Settings
from console.access.cookie import cookie_name
from console.access.devices import Devices, Role, console_folder
from console.process import ConsoleProcess
from tests.support.eventually import eventually
from tests.support.message_examples import cue, stride
from wire.clock import NS_PER_MS, monotonic_ns
from wire.lifecycle import StopFlag
from wire.messages import Belt, Command, ConfigState, Cue, Health, PairingCode, Phase, ReportLink, Sample, Stride
from wire.node import Node
from wire.sockets import Wire, wait
from wire.topics import (
    ANALYSIS,
    BELT,
    CAPTURE,
    COACH,
    COMMAND,
    CONFIG,
    CONSOLE,
    CUE,
    DISPLAY,
    HEALTH,
    PAIRING,
    PHASE,
    REPORT_LINK,
    SAMPLE,
    STRIDE,
    SUPERVISOR,
    Topic,
)

GUARD_S = 240.0
TEXT = """\
# Ada's coach
[target]
delta_deg = 3.0  # as agreed

[[cue]]
name = "push"
strides = 4
"""
"""A coach's settings file."""
HEADER = "x-hipcue-token"
TOPICS: dict[type[msgspec.Struct], Topic] = {
    Belt: BELT,
    Command: COMMAND,
    ConfigState: CONFIG,
    Cue: CUE,
    Health: HEALTH,
    Phase: PHASE,
    Sample: SAMPLE,
    Stride: STRIDE,
}
PRODUCERS = {BELT.name: CAPTURE, COMMAND.name: DISPLAY, CONFIG.name: SUPERVISOR, CUE.name: COACH, PHASE.name: COACH}


@dataclass(frozen=True)
class Answer:
    """What a browser is answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Browser:
    """Sends requests as a page of the console does; every part of them can be replaced."""

    port: int
    host: str = ""
    cookie: str = ""
    token: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.host = self.host or f"127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.send("GET", path, None, headers)

    def post(self, path: str, message: Any, **headers: str) -> Answer:
        """Send JSON."""
        usual = {"content-type": "application/json", "origin": f"http://{self.host}", HEADER: self.token}
        return self.send("POST", path, json.dumps(message).encode(), usual | headers)

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send a request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GUARD_S)
        given = {"Host": self.host, "Cookie": self.cookie, "Accept": "text/html", **self.more, **headers}
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in given.items() if value})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    @contextmanager
    def live(self, path: str = "/live", origin: str = "") -> Iterator[ClientConnection]:
        """The websocket of a page."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        # "ws://" to the address, with the Host of the page.
        with connect(
            f"ws://127.0.0.1:{self.port}{path}",
            origin=PageOrigin(origin or f"http://127.0.0.1:{self.port}"),
            additional_headers=headers,
            open_timeout=GUARD_S,
            close_timeout=GUARD_S,
        ) as socket:
            yield socket


def paired_browser(port: int, devices: Devices, role: Role | None, name: str = "tablet") -> Browser:
    """A browser whose device is paired in this role, or a stranger's."""
    if role is None:
        return Browser(port)
    token, _ = devices.new_token(role)
    answer = Browser(port).post("/pair", {"token": token, "name": name})
    assert answer.status == 200, answer.text
    return with_cookie(port, answer)


def with_cookie(port: int, answer: Answer, named_port: int = 0) -> Browser:
    """The browser that has received this answer's cookie. `named_port`: the port of the console's settings."""
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert cookie.startswith(f"{cookie_name(named_port)}=")
    paired = Browser(port, cookie=cookie)
    page = paired.get("/").text
    paired.token = page.partition('name="forgery-token" content="')[2].partition('"')[0]
    return paired


class ConsoleLane:
    """A console and the lane beside it."""

    def __init__(self, folder: Path, settings: Settings, origin: Origin) -> None:
        self.settings = settings.model_copy(update={"console": settings.console.model_copy(update={"port": 0})})
        self.origin = origin
        self.devices = Devices(console_folder())
        self.ahead_ns = 0
        """How far the console's clock is put forward."""
        self.stopped_ns: int | None = None
        """Where the console's clock stands; None: it runs."""
        self._stop = StopFlag()
        self._console = Wire(folder, CONSOLE, clock=self.now_ns)
        self._lane = {name: Wire(folder, name) for name in (CAPTURE, ANALYSIS, COACH, DISPLAY, SUPERVISOR)}
        self._publishers = {
            topic.name: self._lane[PRODUCERS.get(topic.name, ANALYSIS)].publisher(topic) for topic in TOPICS.values()
        }
        self.frames = self._lane[CAPTURE].frame_publisher()
        self.health: Health | None = None
        self._node = Node(self._console, self._stop)
        self.process = ConsoleProcess(self.settings, self._node, origin)
        # Once the console has its sockets: a refused connection is tried again only later.
        self.commands = self._lane[COACH].every(COMMAND, Command)
        self.codes = self._lane[DISPLAY].newest(PAIRING, PairingCode)
        self.links = self._lane[DISPLAY].newest(REPORT_LINK, ReportLink)
        self.healths = self._lane[SUPERVISOR].newest(HEALTH, Health)
        self._thread = threading.Thread(target=self._run, name="console under test")
        self._thread.start()
        self.port = int(eventually(self._address, "the console is open").rpartition(":")[2])
        self._connect()

    def now_ns(self) -> int:
        """The console's clock."""
        return monotonic_ns() + self.ahead_ns if self.stopped_ns is None else self.stopped_ns

    def _run(self) -> None:
        try:
            self._node.run(self.process.step)
        finally:
            self.process.close()

    def _connect(self) -> None:
        """Until strides, cues and phases reach the console, and commands the lane; then begin with an empty chart."""
        for message in (stride(0), cue(stride_number=0)):
            self._receive_another(message)
        running = Phase("drill", "hip_extension", None, None, None, paused=False, muted=False)
        for phase in (running, msgspec.structs.replace(running, name="idle")):
            self._receive(phase)

        def reached() -> bool:
            self.process.lane.command(Command("pause"))
            return bool(self.commands.take_all())

        eventually(reached, "commands are received")
        self.process.lane.command(Command("quit"))
        eventually(lambda: Command("quit") in self.commands.take_all(), "all of them")

    def _receive_another(self, message: msgspec.Struct) -> None:
        before = self.process.lane.read(lambda state: state.seq)
        self.until(lambda: self.process.lane.read(lambda state: state.seq) > before, "it is received", message)

    def _receive(self, phase: Phase) -> None:
        self.until(lambda: self.process.lane.read(lambda state: state.phase) == phase, "the phase is received", phase)

    def _address(self) -> str | None:
        return self._node.health.facts.get("console")

    def newest_health(self) -> Health | None:
        """What the console has reported last."""
        while (health := self.healths.take()) is not None:
            if health.process == CONSOLE:
                self.health = health
        return self.health

    def send(self, message: msgspec.Struct) -> None:
        """Have the lane publish a message."""
        self._publishers[TOPICS[type(message)].name].send(message)

    def until(self, found: Callable[[], Any], what: str, *again: msgspec.Struct) -> Any:
        """What `found` finds; until then the messages are sent again, for a socket may hold the last one back."""

        def look() -> Any:
            for message in again:
                self.send(message)
            return found()

        return eventually(look, what, GUARD_S)

    def command(self) -> Command:
        """The next command that reaches the lane."""
        wait(GUARD_S * 1000, self.commands)
        received = self.commands.take_all()
        assert len(received) == 1, received
        return received[0]

    def browser(self, role: Role | None = None, name: str = "tablet") -> Browser:
        """A browser whose device is paired in this role, or a stranger's."""
        return paired_browser(self.port, self.devices, role, name)

    def close(self) -> None:
        """End all."""
        self._stop.set()
        self._thread.join(GUARD_S)
        for wire in (self._console, *self._lane.values()):
            wire.close()


def received(socket: ClientConnection, wanted: Callable[[dict[str, Any]], bool], lane: str = "lane") -> dict[str, Any]:
    """The first news of the lane that is wanted."""
    end_ns = monotonic_ns() + round(GUARD_S * 1000) * NS_PER_MS
    while monotonic_ns() < end_ns:
        news: dict[str, Any] = json.loads(socket.recv(timeout=GUARD_S))["lanes"][lane]
        if wanted(news):
            return news
    raise AssertionError("this was never sent")
