"""The settings editor: its page, and what the page sends."""

from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from config.loading import presets, saved_presets
from console.editing.settings_file import ConflictError, EditError, Opened, SettingsFile
from console.editing.settings_form import form
from console.editing.toml_change import Change
from console.next_runner import NextRunner
from console.web.rendering import BadRequestError, Pages, body_of, refused
from wire.messages import SessionMode


class _ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    path: list[str]
    value: Any
    was: Any = None


class _ChangesBody(msgspec.Struct, forbid_unknown_fields=True):
    changes: list[_ChangeBody]


class _TextBody(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    hash: str


class _PresetBody(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class _RunnerBody(msgspec.Struct, forbid_unknown_fields=True):
    runner: str = ""
    mode: SessionMode = "session"


class SettingsPages:
    """Answers for one settings file."""

    def __init__(self, pages: Pages, file: SettingsFile, next_runner: NextRunner) -> None:
        self._pages = pages
        self._file = file
        self._next_runner = next_runner
        self._form = form()

    @property
    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/settings", self._page),
            Route("/api/settings", self._show),
            Route("/api/settings", self._change, methods=["POST"]),
            Route("/api/settings/text", self._replace, methods=["POST"]),
            Route("/api/settings/undo", self._undo, methods=["POST"]),
            Route("/api/presets", self._presets),
            Route("/api/presets", self._save_preset, methods=["POST"]),
            Route("/api/presets/use", self._use_preset, methods=["POST"]),
            Route("/api/runner", self._assign, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        return self._pages.page(request, "settings", sections=self._form, file=str(self._file.file))

    async def _show(self, _request: Request) -> Response:
        return await self._answer(self._file.open)

    async def _change(self, request: Request) -> Response:
        body = await body_of(request, _ChangesBody)
        changes = [Change(tuple(one.path), one.value, one.was) for one in body.changes if one.path]
        if not changes:
            raise BadRequestError("There is nothing to change.")
        return await self._answer(self._file.change, changes, _name_of(request))

    async def _replace(self, request: Request) -> Response:
        body = await body_of(request, _TextBody)
        return await self._answer(self._file.replace, body.text, body.hash, _name_of(request))

    async def _undo(self, _request: Request) -> Response:
        return await self._answer(self._file.undo)

    async def _presets(self, _request: Request) -> Response:
        return JSONResponse([*presets(), *await run_in_threadpool(saved_presets)])

    async def _save_preset(self, request: Request) -> Response:
        body = await body_of(request, _PresetBody)
        try:
            await run_in_threadpool(self._file.save_preset, body.name)
        except EditError as error:
            return refused(str(error), 422)
        return await self._presets(request)

    async def _use_preset(self, request: Request) -> Response:
        body = await body_of(request, _PresetBody)
        return await self._answer(self._file.use_preset, body.name, _name_of(request))

    async def _assign(self, request: Request) -> Response:
        body = await body_of(request, _RunnerBody)
        return await self._answer(self._next_runner.assign, body.runner, body.mode, _name_of(request))

    async def _answer(self, act: Any, *arguments: Any) -> Response:
        """The settings after a change, or why it was refused."""
        try:
            opened: Opened = await run_in_threadpool(act, *arguments)
            versions = await run_in_threadpool(self._file.versions)
        except EditError as error:
            return refused(str(error), 422, path=list(error.path))
        except ConflictError as error:
            conflicts = [{"path": one.path, "yours": one.yours, "theirs": one.theirs} for one in error.conflicts]
            return refused(str(error), 409, conflicts=conflicts)
        return JSONResponse(
            {
                "text": opened.text,
                "hash": opened.hash,
                "values": opened.values,
                "mistake": opened.mistake,
                "note": opened.note,
                "locked": sorted(self._file.locked),
                "versions": [{"by": one.by, "at": one.at, "keys": one.keys} for one in versions],
            }
        )


def _name_of(request: Request) -> str:
    device = request.scope.get("device")
    return "" if device is None else str(device.name)
