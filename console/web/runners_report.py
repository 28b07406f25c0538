"""The runner's own report, on any phone that has read the code beside the summary: this report only."""

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.access.report_links import PATH, ReportLinks
from console.library.library import Library
from console.web.rendering import Pages
from console.web.session_pages import file_answer
from sessions.errors import SessionsError

LOOK_AGAIN_S = 2
EXPIRED = "This link has expired. Your coach can show you the report."
NOT_MADE = "The report cannot be made at present. Try again in a minute, or ask your coach."


class RunnersReport:
    """Answers with the report that a token opens. It reads nothing but the token, so no request can ask for more."""

    def __init__(self, pages: Pages, library: Library, links: ReportLinks, refused: Counter[str]) -> None:
        self._pages = pages
        self._library = library
        self._links = links
        self._refused = refused

    @property
    def routes(self) -> list[Route]:
        """Its address."""
        return [Route(f"{PATH}{{token}}", self._report)]

    async def _report(self, request: Request) -> Response:
        session = self._links.session_of(str(request.path_params["token"]))
        if session is None:
            self._refused["report link"] += 1
            return self._pages.page(request, "mistake", 404, sentence=EXPIRED)
        if self._library.makes_report_ahead(session):
            page = self._pages.page(request, "making", 202)
            page.headers["refresh"] = str(LOOK_AGAIN_S)
            return page
        try:
            return file_answer(await self._library.runners_report(session), download=False)
        except SessionsError:
            # A sentence for the coach may name folders of this machine.
            return self._pages.page(request, "mistake", 503, sentence=NOT_MADE)
