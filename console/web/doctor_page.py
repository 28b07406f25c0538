"""The doctor's page: the last result with its time, and a button that examines the lane again."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.checkup import CheckupError, Doctor
from console.web.rendering import Pages, refused


class DoctorPage:
    """Answers for one lane's doctor."""

    def __init__(self, pages: Pages, doctor: Doctor) -> None:
        self._pages = pages
        self._doctor = doctor

    @property
    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/doctor", self._page),
            Route("/api/doctor", self._state),
            Route("/api/doctor", self._start, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        return self._pages.page(
            request, "doctor", state=self._doctor.state, last=self._doctor.last(), mistake=self._doctor.mistake
        )

    async def _state(self, _request: Request) -> Response:
        return JSONResponse({"state": self._doctor.state})

    async def _start(self, _request: Request) -> Response:
        try:
            self._doctor.start()
        except CheckupError as error:
            return refused(str(error), 409)
        return JSONResponse({"state": self._doctor.state})
