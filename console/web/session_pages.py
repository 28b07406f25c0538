"""The recorded sessions: lists, one session, reports, comparisons, exports."""

import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.library.library import Library, Made
from console.web.rendering import Pages
from sessions.errors import SessionsError
from sessions.export.formats import FORMATS, TABLES
from sessions.store.session_entry import SessionEntry

PAGE_ROWS = 50
MOST_COMPARED = 100
_ID = "[0-9a-f-]{4,36}"
_HTML, _PDF = "text/html; charset=utf-8", "application/pdf"
REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'"
)
"""A report is one file with its own style and script. In a sandbox it has no cookie, and nothing of the console's."""


class SessionPages:
    """Answers for all sessions of the store."""

    def __init__(self, pages: Pages, library: Library) -> None:
        self._pages = pages
        self._library = library

    @property
    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/sessions", self._list),
            Route("/runners", self._runners),
            Route("/api/runners", self._names),
            Route("/sessions/{id}", self._session),
            Route("/sessions/{id}/report.{form}", self._report),
            Route("/sessions/{id}/export", self._export),
            Route("/history", self._history),
            Route("/history/report.{form}", self._history_report),
            Route("/compare/report.{form}", self._comparison),
        ]

    async def _list(self, request: Request) -> Response:
        runner, page = request.query_params.get("runner", ""), _number(request.query_params.get("page", ""), 0)
        entries = await run_in_threadpool(self._library.entries, runner)
        begin = min(page * PAGE_ROWS, len(entries))
        return self._pages.page(
            request,
            "sessions",
            rows=[_row(one) for one in entries[begin : begin + PAGE_ROWS]],
            count=len(entries),
            runner=runner,
            page=page,
            more=begin + PAGE_ROWS < len(entries),
        )

    async def _names(self, _request: Request) -> Response:
        return JSONResponse(sorted(await self._by_runner(), key=str.casefold))

    async def _by_runner(self) -> dict[str, list[SessionEntry]]:
        """Each runner's sessions, newest first. The runner of the newest session comes first."""
        runners: dict[str, list[SessionEntry]] = {}
        for one in await run_in_threadpool(self._library.entries):
            if one.runner:
                runners.setdefault(one.runner, []).append(one)
        return runners

    async def _runners(self, request: Request) -> Response:
        rows = [
            {"name": name, "sessions": len(own), "last": f"{own[0].started.astimezone():%Y-%m-%d %H:%M}"}
            for name, own in (await self._by_runner()).items()
        ]
        return self._pages.page(request, "runners", rows=rows)

    async def _session(self, request: Request) -> Response:
        found = await run_in_threadpool(self._library.find, _id(request))
        return self._pages.page(request, "session", session=_row(found), formats=FORMATS, tables=TABLES)

    async def _report(self, request: Request) -> Response:
        found = await run_in_threadpool(self._library.find, _id(request))
        form = _form(request)
        name = f"hipcue-{str(found.id)[:8]}.{form}"
        made = await self._library.make("report", name, _media(form), keep=found.ended, session=str(found.id))
        return _file(made, download=form == "pdf")

    async def _export(self, request: Request) -> Response:
        found = await run_in_threadpool(self._library.find, _id(request))
        query = request.query_params
        form, table = query.get("format", "csv"), query.get("table", "strides")
        if form not in FORMATS or table not in TABLES:
            raise SessionsError("There is no such format or table.")
        leg_cm = _number(query.get("leg_cm", ""), 0)
        name = (
            f"hipcue-{str(found.id)[:8]}-{table}.{form}" if form in ("csv", "parquet") else f"hipcue-{str(found.id)[:8]}.{form}"
        )
        made = await self._library.make(
            "export",
            name,
            "application/octet-stream",
            session=str(found.id),
            format=form,
            table=table,
            leg_cm=float(leg_cm) if leg_cm and form == "trc" else None,
        )
        return _file(made, download=True)

    async def _history(self, request: Request) -> Response:
        query = request.query_params
        runner, ids = query.get("runner", ""), _ids(query.getlist("session"))
        if not runner and len(ids) < 2:
            raise SessionsError("Choose two sessions or more to compare them.")
        return self._pages.page(request, "history", runner=runner, ids=ids)

    async def _history_report(self, request: Request) -> Response:
        runner, form = request.query_params.get("runner", ""), _form(request)
        entries = await run_in_threadpool(self._library.entries, runner)
        newest = str(entries[0].id) if entries else ""
        made = await self._library.make(
            "history",
            f"hipcue-history.{form}",
            _media(form),
            keep=True,
            runner=runner,
            title=runner,
            newest=newest,
            n=len(entries),
        )
        return _file(made, download=form == "pdf")

    async def _comparison(self, request: Request) -> Response:
        form, ids = _form(request), _ids(request.query_params.getlist("session"))
        made = await self._library.make(
            "compare", f"hipcue-comparison.{form}", _media(form), sessions=ids, title="Sessions compared"
        )
        return _file(made, download=form == "pdf")


def _row(one: SessionEntry) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "short": str(one.id)[:8],
        "started": f"{one.started.astimezone():%Y-%m-%d %H:%M}",
        "runner": one.runner,
        "kind": one.kind,
        "strides": one.near_strides,
        "extension": None if one.near_hip_extension_deg is None else f"{one.near_hip_extension_deg:.1f}",
        "state": "running" if one.running else "" if one.ended else "interrupted",
    }


def _file(made: Made, download: bool) -> Response:
    headers = {"content-security-policy": REPORT_POLICY}
    if download:
        headers["content-disposition"] = f'attachment; filename="{made.name}"'
    return Response(made.content, media_type=made.media_type, headers=headers)


def _id(request: Request) -> str:
    word = str(request.path_params["id"])
    if not re.fullmatch(_ID, word):
        raise SessionsError("There is no such session.")
    return word


def _ids(words: list[str]) -> list[str]:
    if len(words) > MOST_COMPARED or not all(re.fullmatch(_ID, word) for word in words):
        raise SessionsError(f"Choose at most {MOST_COMPARED} sessions of the list.")
    return words


def _form(request: Request) -> str:
    form = str(request.path_params["form"])
    if form not in ("html", "pdf"):
        raise SessionsError("A report is an HTML page or a PDF.")
    return form


def _media(form: str) -> str:
    return _PDF if form == "pdf" else _HTML


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else otherwise
