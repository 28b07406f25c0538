"""Pages from templates, and the JSON that they send: decoded into types, refused in one sentence."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from wire.texts import digits

HERE = Path(__file__).parent
BodyT = TypeVar("BodyT")


class BadRequestError(Exception):
    """The request cannot be answered; the text says why."""


class Pages:
    """Renders the templates. All text is escaped."""

    def __init__(self, lane_name: str) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters["digits"] = digits
        self._lane_name = lane_name

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for the requesting device."""
        device = request.scope.get("device")
        text = self._templates.get_template(f"{template}.html").render(
            device=device,
            may_write=device is not None and device.role == "coach",
            forgery_token=request.scope.get("forgery_token", ""),
            lane_name=self._lane_name,
            here=template,
            **values,
        )
        return HTMLResponse(text, status)


async def body_of(request: Request, kind: type[BodyT]) -> BodyT:
    """The request's JSON. Raises BadRequestError."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise BadRequestError("Send JSON.")
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequestError(f"The request is not valid: {error}") from None


def refused(sentence: str, status: int = 400, **more: Any) -> JSONResponse:
    """Why a request was refused, for its page to show."""
    return JSONResponse({"mistake": sentence, **more}, status)
