"""The recorded sessions: lists, one session, its figures, reports, comparisons, exports; importing and forgetting them."""

import json
import re
import uuid
from collections.abc import Awaitable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.library.library import MEDIA_TYPES, Library, Made
from console.web.rendering import BadRequestError, Pages, body_of, refused
from sessions.errors import SessionsError
from sessions.export.formats import FORMATS, TABLES
from sessions.export.spreadsheet_cell import table_csv
from sessions.store import session_list
from sessions.store.session_entry import SessionEntry

PAGE_ROWS = 50
MOST_COMPARED = 100
_ID = "[0-9a-f-]{4,36}"
_CSV = MEDIA_TYPES["csv"]
REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'"
)
"""A report is one file with its own style and script. In a sandbox it has no access to cookies or to the console."""


class _FolderBody(msgspec.Struct, forbid_unknown_fields=True):
    folder: str


class _ForgetBody(msgspec.Struct, forbid_unknown_fields=True):
    session: str


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
            Route("/sessions.csv", self._list_file),
            Route("/api/sessions/import", self._import, methods=["POST"]),
            Route("/api/sessions/forget", self._forget, methods=["POST"]),
            Route("/runners", self._runners),
            Route("/api/runners", self._names),
            Route("/sessions/{id}", self._session),
            Route("/sessions/{id}/figures", self._figures),
            Route("/sessions/{id}/figures.csv", self._figures_file),
            Route("/sessions/{id}/report.{form}", self._report),
            Route("/sessions/{id}/export", self._export),
            Route("/history", self._history),
            Route("/history/report.{form}", self._history_report),
            Route("/compare/report.{form}", self._comparison),
        ]

    async def _list(self, request: Request) -> Response:
        runner, page = request.query_params.get("runner", ""), _number(request.query_params.get("page", ""), 0)
        entries = await run_in_threadpool(self._library.entries, runner)
        page = min(page, max(0, len(entries) - 1) // PAGE_ROWS)
        begin = page * PAGE_ROWS
        return self._pages.page(
            request,
            "sessions",
            rows=[_row(one) for one in entries[begin : begin + PAGE_ROWS]],
            count=len(entries),
            runner=runner,
            page=page,
            more=begin + PAGE_ROWS < len(entries),
        )

    async def _list_file(self, request: Request) -> Response:
        entries = await run_in_threadpool(self._library.entries, request.query_params.get("runner", ""))
        text = table_csv(session_list.HEADINGS, map(session_list.cells, entries))
        return file_answer(Made(text.encode(), _CSV, "hipcue-sessions.csv"), download=True)

    async def _import(self, request: Request) -> Response:
        folder = (await body_of(request, _FolderBody)).folder.strip()
        if not folder.startswith(("/", "~")) or "\0" in folder:
            raise BadRequestError("Give the folder's whole path on the lane's machine, such as /media/usb/sessions.")
        try:
            return JSONResponse(await self._library.import_from(folder))
        except SessionsError as error:
            return refused(str(error))

    async def _forget(self, request: Request) -> Response:
        session = (await body_of(request, _ForgetBody)).session
        try:
            # The full id: a prefix may later match another session.
            said = await run_in_threadpool(self._library.forget, str(uuid.UUID(session)))
        except ValueError:
            raise BadRequestError("There is no such session.") from None
        except SessionsError as error:
            return refused(str(error))
        return JSONResponse({"said": said})

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
            {"name": name, "sessions": len(own), "last": session_list.started(own[0])}
            for name, own in (await self._by_runner()).items()
        ]
        return self._pages.page(request, "runners", rows=rows)

    async def _session(self, request: Request) -> Response:
        found = await run_in_threadpool(self._library.find, _id(request))
        return self._pages.page(request, "session", session=_row(found), formats=FORMATS, tables=TABLES)

    async def _figures(self, request: Request) -> Response:
        found = await run_in_threadpool(self._library.find, _id(request))
        made = await self._made_figures(found, "json", "application/json")
        figures = json.loads(made.content)
        return self._pages.page(request, "figures", session=_row(found), headline=figures["headline"], rows=figures["rows"])

    async def _figures_file(self, request: Request) -> Response:
        found = await run_in_threadpool(self._library.find, _id(request))
        return file_answer(await self._made_figures(found, "csv", _CSV), download=True)

    async def _made_figures(self, found: SessionEntry, form: str, media_type: str) -> Made:
        name = f"hipcue-{str(found.id)[:8]}-figures.{form}"
        return await self._library.make("figures", name, media_type, keep=found.ended, session=str(found.id))

    async def _report(self, request: Request) -> Response:
        found = await run_in_threadpool(self._library.find, _id(request))
        form = _form(request, "html", "pdf")
        return await self._shown(request, form, self._library.report(found, form))

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
        return file_answer(made, download=True)

    async def _history(self, request: Request) -> Response:
        query = request.query_params
        runner, ids = query.get("runner", ""), _ids(query.getlist("session"))
        if not runner and len(ids) < 2:
            raise SessionsError("Choose two sessions or more to compare them.")
        return self._pages.page(request, "history", runner=runner, ids=ids)

    async def _history_report(self, request: Request) -> Response:
        runner, form = request.query_params.get("runner", ""), _form(request, *MEDIA_TYPES)
        entries = await run_in_threadpool(self._library.entries, runner)
        newest = str(entries[0].id) if entries else ""
        making = self._library.make(
            "history",
            f"hipcue-history.{form}",
            MEDIA_TYPES[form],
            keep=True,
            runner=runner,
            title=runner,
            newest=newest,
            n=len(entries),
        )
        return await self._shown(request, form, making)

    async def _comparison(self, request: Request) -> Response:
        form, ids = _form(request, *MEDIA_TYPES), _ids(request.query_params.getlist("session"))
        making = self._library.make(
            "compare", f"hipcue-comparison.{form}", MEDIA_TYPES[form], sessions=ids, title="Sessions compared"
        )
        return await self._shown(request, form, making)

    async def _shown(self, request: Request, form: str, making: Awaitable[Made]) -> Response:
        """A report, or in its place why there is none: a page's frame would not show one of the console's own pages."""
        try:
            return file_answer(await making, download=form != "html")
        except SessionsError as error:
            if form != "html":
                raise
            answer = self._pages.page(request, "no_report", 404, sentence=str(error))
            answer.headers["content-security-policy"] = REPORT_POLICY
            return answer


def _row(one: SessionEntry) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "short": str(one.id)[:8],
        "started": session_list.started(one),
        "runner": one.runner,
        "kind": one.kind,
        "strides": one.near_strides,
        "extension": session_list.extension(one),
        "state": session_list.state(one),
        "running": one.running,
    }


def file_answer(made: Made, download: bool) -> Response:
    """A file, in a sandbox if it is shown."""
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


def _form(request: Request, *allowed: str) -> str:
    form = str(request.path_params["form"])
    if form not in allowed:
        raise SessionsError("A report is an HTML page or a PDF.")
    return form


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else otherwise
