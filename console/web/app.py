"""All addresses of the console: the lane, its commands and its devices here; settings and sessions beside it."""

import math
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from config.mistakes import ConfigError
from config.sections.capture import FASTEST_TYPED_KMH, KMH_PER_MPS, LOWEST_TYPED_PCT, STEEPEST_TYPED_PCT
from config.sections.console import ConsoleSettings
from console.access.cookie import cookie_name, secret_in
from console.access.devices import AccessError, Devices
from console.access.gate import SAFE_METHODS, Gate
from console.access.report_links import ReportLinks
from console.checkup import Doctor
from console.editing.settings_file import SettingsFile
from console.lane.lane import Lane
from console.lane.picture_watch import PictureWatch
from console.library.library import Library
from console.next_runner import LONGEST_NAME, NextRunner
from console.web.doctor_page import DoctorPage
from console.web.live import LiveSockets
from console.web.rendering import HERE, BadRequestError, Pages, body_of, refused
from console.web.replay_pages import ReplayPages
from console.web.runners_report import RunnersReport
from console.web.session_pages import SessionPages
from console.web.settings_pages import SettingsPages
from sessions.errors import SessionsError
from wire.clock import Clock
from wire.messages import Command, SessionMode
from wire.texts import digits

COOKIE_S = 180 * 86_400
LARGEST_STEP_PCT = 5.0


class _Pairing(msgspec.Struct, forbid_unknown_fields=True):
    token: str
    name: str = ""


class _CommandBody(msgspec.Struct, forbid_unknown_fields=True):
    name: Literal["pause", "mute", "calibrate", "next_phase", "end_session", "faster", "slower", "belt", "replay"]
    """Not "quit": only the machine itself can start the program again."""
    lane: str = ""
    seen: bool | str | None = None
    """What the page shows of what the command changes (console/lane/asked.py)."""
    speed_kmh: float | None = None
    incline_pct: float | None = None
    incline_step_pct: float | None = None
    """With "belt", alone: so much steeper than now."""


class _RunnerBody(msgspec.Struct, forbid_unknown_fields=True):
    lane: str
    runner: str = ""
    mode: SessionMode = "session"


class _NameBody(msgspec.Struct, forbid_unknown_fields=True):
    name: str


@dataclass(frozen=True)
class Parts:
    """Everything the pages need."""

    settings: ConsoleSettings
    lanes: tuple[Lane, ...]
    devices: Devices
    library: Library
    file: SettingsFile | None
    """None where many lanes are shown, because each has its own machine."""
    refused: Counter[str]
    """Requests refused by the gate, by reason."""
    clock: Clock
    on_paired: Callable[[str], None]
    """Called with the token that has paired a device."""
    links: ReportLinks | None = None
    """Links to the runners' own reports; None where many lanes are shown: each lane's own console has them."""
    watch: PictureWatch | None = None
    """The lane's pictures; None where there is no replay: it is not allowed, or the lane is on another machine."""
    doctor: Doctor | None = None
    """None where many lanes are shown."""


def console_app(parts: Parts) -> Gate:
    """The console, behind its gate."""
    pages = Pages(parts.lanes[0].name if len(parts.lanes) == 1 else "")
    routes: list[BaseRoute] = [*_LanePages(parts, pages).routes, *SessionPages(pages, parts.library).routes]
    if parts.file is not None:
        routes += SettingsPages(pages, parts.file, NextRunner(parts.file, parts.library)).routes
    if parts.doctor is not None:
        routes += DoctorPage(pages, parts.doctor).routes
    if parts.links is not None:
        routes += RunnersReport(pages, parts.library, parts.links, parts.refused).routes
    if parts.watch is not None:
        routes += ReplayPages(parts.watch, parts.lanes[0]).routes
    routes.append(Mount("/static", StaticFiles(directory=HERE / "static")))

    async def known_mistake(_request: Request, error: Exception) -> Response:
        return refused(str(error))

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return pages.page(
            request, "mistake", status, sentence="There is no such page." if status == 404 else "This cannot be done."
        )

    async def of_system(request: Request, error: Exception) -> Response:
        """A full disk, a folder that may not be written, a disk without locks."""
        name, why = getattr(error, "filename", None), getattr(error, "strerror", None) or error
        return explained(request, f"{name}: {why}" if name else f"The lane's machine refuses this: {why}.")

    async def of_ours(request: Request, _error: Exception) -> Response:
        return explained(request, "This has failed because of a mistake in HipCue. The Status page counts it.")

    def explained(request: Request, sentence: str) -> Response:
        if "text/html" in request.headers.get("accept", "") and request.method in SAFE_METHODS:
            return pages.page(request, "mistake", 500, sentence=sentence)
        return refused(sentence, 500)

    async def of_sessions(request: Request, error: Exception) -> Response:
        return pages.page(request, "mistake", 404, sentence=str(error), back="/sessions")

    app = Starlette(
        routes=routes,
        exception_handlers={
            BadRequestError: known_mistake,
            AccessError: known_mistake,
            SessionsError: of_sessions,
            ConfigError: of_sessions,
            HTTPException: missing,
            OSError: of_system,
            Exception: of_ours,
        },
    )
    return Gate(app, parts.settings, parts.devices, parts.refused, parts.clock, stranger=_stranger(pages))


def _stranger(pages: Pages) -> ASGIApp:
    async def ask_to_pair(scope: Scope, receive: Receive, send: Send) -> None:
        await pages.page(Request(scope), "pair", 401)(scope, receive, send)

    return ask_to_pair


class _LanePages:
    """The lane, its commands, its processes and its devices."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        self._parts = parts
        self._sockets = LiveSockets(parts.clock, parts.devices.is_paired)
        self._pages = pages
        self._lanes = {lane.name: lane for lane in parts.lanes}

    @property
    def routes(self) -> list[BaseRoute]:
        """Their addresses."""
        # With a lane of its own, the settings page serves this address, and also reports what the lane has applied.
        assigning = [Route("/api/runner", self._assign, methods=["POST"])] if self._parts.file is None else []
        return [
            *assigning,
            Route("/", self._home),
            Route("/lanes/{lane}", self._lane),
            Route("/pair", self._pair_page),
            Route("/pair", self._pair, methods=["POST"]),
            Route("/status", self._status),
            Route("/devices", self._devices),
            Route("/api/command", self._command, methods=["POST"]),
            Route("/api/devices/revoke", self._revoke, methods=["POST"]),
            WebSocketRoute("/live", self._live),
            WebSocketRoute("/live/{lane}", self._live),
        ]

    async def _home(self, request: Request) -> Response:
        if len(self._lanes) == 1:
            return self._lane_page(request, next(iter(self._lanes)))
        return self._pages.page(request, "gym", lanes=self._parts.lanes)

    async def _lane(self, request: Request) -> Response:
        name = request.path_params["lane"]
        if name not in self._lanes:
            raise HTTPException(404)
        return self._lane_page(request, name)

    def _lane_page(self, request: Request, name: str) -> Response:
        return self._pages.page(
            request,
            "lane",
            lane=name,
            page=self._lanes[name].page,
            own=self._parts.file is not None,
            replay=self._parts.watch is not None,
            fastest_kmh=FASTEST_TYPED_KMH,
            lowest_pct=LOWEST_TYPED_PCT,
            steepest_pct=STEEPEST_TYPED_PCT,
        )

    async def _status(self, request: Request) -> Response:
        now_ns = self._parts.clock()
        lanes = {
            name: lane.read(lambda state: {"processes": state.processes(now_ns), "delays": state.delays(now_ns)})
            for name, lane in self._lanes.items()
        }
        return self._pages.page(request, "status", lanes=lanes, refused=dict(self._parts.refused))

    async def _live(self, socket: WebSocket) -> None:
        name = socket.path_params.get("lane")
        lanes = list(self._lanes.values()) if name is None else [self._lanes[name]] if name in self._lanes else []
        headers = {key.lower(): value for key, value in socket.headers.items()}
        watch = self._parts.watch
        with nullcontext() if watch is None else watch.watched():
            await self._sockets.serve(socket, lanes, secret_in(headers, self._parts.settings.port))

    async def _command(self, request: Request) -> Response:
        body = await body_of(request, _CommandBody)
        lane = self._lanes.get(body.lane) if body.lane or len(self._lanes) > 1 else next(iter(self._lanes.values()))
        if lane is None:
            raise BadRequestError("There is no such lane.")
        now_ns = self._parts.clock()
        if body.name == "belt":
            _set_belt(lane, body, now_ns)
        elif body.seen is not None:
            lane.lead(Command(body.name), body.seen, now_ns)
        else:
            lane.command(Command(body.name))
        return JSONResponse({})

    async def _assign(self, request: Request) -> Response:
        """Ask a lane for its next runner. The lane's own console counts their sessions, and writes it into its settings."""
        body = await body_of(request, _RunnerBody)
        if body.lane not in self._lanes:
            raise BadRequestError("There is no such lane.")
        runner = " ".join(body.runner.split())
        if len(runner) > LONGEST_NAME:
            raise BadRequestError(f"A nickname has at most {LONGEST_NAME} letters.")
        self._lanes[body.lane].command(Command("assign", runner=runner, mode=body.mode))
        return JSONResponse({})

    async def _pair_page(self, request: Request) -> Response:
        return self._pages.page(request, "pair")

    async def _pair(self, request: Request) -> Response:
        body = await body_of(request, _Pairing)
        secret, device = await run_in_threadpool(self._parts.devices.pair, body.token, body.name)
        self._parts.on_paired(body.token)
        answer = JSONResponse({"name": device.name, "role": device.role})
        answer.set_cookie(
            cookie_name(self._parts.settings.port),
            secret,
            max_age=COOKIE_S,
            httponly=True,
            samesite="strict",
            secure=bool(self._parts.settings.certificate_file),
        )
        return answer

    async def _devices(self, request: Request) -> Response:
        devices = await run_in_threadpool(self._parts.devices.all)
        return self._pages.page(request, "devices", devices=devices)

    async def _revoke(self, request: Request) -> Response:
        body = await body_of(request, _NameBody)
        await run_in_threadpool(self._parts.devices.revoke, body.name)
        return JSONResponse({})


def _set_belt(lane: Lane, body: _CommandBody, now_ns: int) -> None:
    """Enter speed and incline. Raises BadRequestError for a speed or an incline that no treadmill has."""
    speed_kmh, incline_pct, step_pct = body.speed_kmh, body.incline_pct, body.incline_step_pct
    if step_pct is not None:
        if not abs(step_pct) <= LARGEST_STEP_PCT:
            raise BadRequestError(f"A step of the incline is at most {LARGEST_STEP_PCT:g} %.")
        lane.step_incline(step_pct, now_ns)
        return
    if speed_kmh is not None and not (math.isfinite(speed_kmh) and 0 <= speed_kmh <= FASTEST_TYPED_KMH):
        raise BadRequestError(f"The speed must be between 0 and {FASTEST_TYPED_KMH:g} km/h.")
    if incline_pct is not None and not (math.isfinite(incline_pct) and LOWEST_TYPED_PCT <= incline_pct <= STEEPEST_TYPED_PCT):
        raise BadRequestError(f"The incline must be between {digits(LOWEST_TYPED_PCT)} and {digits(STEEPEST_TYPED_PCT)} %.")
    lane.set_belt(None if speed_kmh is None else speed_kmh / KMH_PER_MPS, incline_pct, now_ns)
