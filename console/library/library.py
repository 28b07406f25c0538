"""Lists, imports and forgets sessions, and makes reports, exports and comparisons in a separate process.

Making a report loads the libraries that draw and compute, which takes seconds, and memory that would not be released.
"""

import asyncio
import json
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from config.paths import NO_STORE, sessions_folder, store_url
from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.store.catalogue import Catalogue
from sessions.store.forgetting import forget, sentences
from sessions.store.session_entry import SessionEntry
from sessions.store.session_number import next_session_number

LONGEST_MAKING_S = 120.0
LONGEST_IMPORT_S = 900.0
"""Enough for ten thousand sessions and more."""
KEPT_PAGES = 32
"""Number of reports of ended sessions kept in memory."""
MOST_KEPT_BYTES = 1_500_000
MEDIA_TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}
SAVED_AFTER_S = 2.0
"""Time from the start of a summary until its strides are on disk: the recorder writes once a second."""


@dataclass(frozen=True)
class Made:
    """A file that was made, and its type."""

    content: bytes
    media_type: str
    name: str


class Library:
    """All sessions of the store. The lists may be called from any thread; each call opens the store for itself."""

    def __init__(self, setting: SecretAddress, folder: str = "") -> None:
        """`setting` and `folder` are session.store_url and session.folder."""
        self._setting = setting
        self._folder = folder
        self._lock = threading.Lock()
        self._making = asyncio.Lock()
        """One process at a time: the lane needs the other cores."""
        self._kept: dict[tuple[Any, ...], Made] = {}
        self._ahead: tuple[str, asyncio.Task[None]] | None = None
        """The newest session whose report is made ahead."""

    def entries(self, runner: str = "") -> list[SessionEntry]:
        """All sessions, newest first; with `runner`, only theirs. Raises SessionsError."""
        with self._lock:
            catalogue = self._open()
            try:
                return catalogue.entries(runner)
            finally:
                catalogue.close()

    def find(self, word: str) -> SessionEntry:
        """The session whose id begins like this. Raises SessionsError."""
        with self._lock:
            catalogue = self._open()
            try:
                return catalogue.find(word)
            finally:
                catalogue.close()

    def forget(self, session: str) -> list[str]:
        """Remove a session for good, as `hipcue sessions forget` does. Returns what to tell the coach. Raises SessionsError."""
        with self._lock:
            catalogue = self._open()
            try:
                done = forget(catalogue, catalogue.find(session), sessions_folder(self._folder))
            except OSError as error:
                raise SessionsError(f"{error.filename or session}: {error.strerror or error}") from None
            finally:
                catalogue.close()
        # Histories included it, too.
        self._kept.clear()
        return sentences(done)

    async def import_from(self, folder: str) -> dict[str, Any]:
        """Add the sessions below a folder of this machine, as `hipcue sessions import` does. Raises SessionsError.

        Returns the sentence "said", and "problems", a list of them.
        """
        async with self._making:
            made = await self._make("import", "imported.json", "application/json", {"folder": folder}, LONGEST_IMPORT_S)
        self._kept.clear()
        done: dict[str, Any] = json.loads(made.content)
        return done

    def next_number(self, runner: str) -> int:
        """The number of this runner's next session. Raises SessionsError."""
        return next_session_number(self.entries(runner))

    async def make(self, what: str, name: str, media_type: str, keep: bool = False, **details: Any) -> Made:
        """Make one of `console.library.making`'s files. Raises SessionsError with its sentence."""
        key = (what, name, json.dumps(details, sort_keys=True))
        async with self._making:
            # Looked for once the others are made: several phones may ask for one report at the same time.
            if key in self._kept:
                return self._kept[key]
            made = await self._make(what, name, media_type, details)
        if keep and len(made.content) <= MOST_KEPT_BYTES:
            self._kept[key] = made
            if len(self._kept) > KEPT_PAGES:
                del self._kept[next(iter(self._kept))]
        return made

    async def report(self, session: SessionEntry, form: str = "html") -> Made:
        """A session's report; that of an ended one is made once. Raises SessionsError."""
        return await self._report(session, form, session.ended, "end")

    def make_report_ahead(self, session: str) -> None:
        """Start making the report of the session whose summary is shown: no phone has to wait. Call it in the server's loop."""
        self._ahead = session, asyncio.get_running_loop().create_task(self._report_ahead(session))

    def makes_report_ahead(self, session: str) -> bool:
        """Whether this session's report is being made ahead."""
        return self._ahead is not None and self._ahead[0] == session and not self._ahead[1].done()

    async def runners_report(self, session: str) -> Made:
        """The report of a session as it was at its summary. Raises SessionsError."""
        found = await asyncio.to_thread(self.find, session)
        # The strides are final once the summary is on the screen, although the session may not have ended.
        return await self._report(found, "html", True, "summary")

    async def _report_ahead(self, session: str) -> None:
        await asyncio.sleep(SAVED_AFTER_S)
        with suppress(SessionsError):  # anyone who asks for the report gets the error's sentence
            await self.runners_report(session)

    async def _report(self, session: SessionEntry, form: str, keep: bool, at: Literal["summary", "end"]) -> Made:
        name = f"hipcue-{str(session.id)[:8]}.{form}"
        return await self.make("report", name, MEDIA_TYPES[form], keep=keep, session=str(session.id), at=at)

    async def _make(
        self, what: str, name: str, media_type: str, details: dict[str, Any], longest_s: float = LONGEST_MAKING_S
    ) -> Made:
        with tempfile.TemporaryDirectory(prefix="hipcue-console-") as folder:
            out = Path(folder) / name
            order = {"what": what, "out": str(out), "store": self._url().reveal(), **details}
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "console.library.making",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                # Not as an argument, which every user of the machine could read: a store's address may contain a password.
                _, said = await asyncio.wait_for(process.communicate(json.dumps(order).encode()), longest_s)
            except asyncio.TimeoutError:
                raise SessionsError(f"{what}: takes longer than {longest_s:g} s") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if process.returncode != 0 or not out.exists():
                lines = said.decode("utf-8", "replace").strip().splitlines()
                known = process.returncode == SENTENCE_CODE and lines
                raise SessionsError(lines[-1] if known else f"{what}: cannot be made")
            return Made(out.read_bytes(), media_type, name)

    def _open(self) -> Catalogue:
        return Catalogue(self._url())

    def _url(self) -> SecretAddress:
        if self._setting == NO_STORE:
            raise SessionsError('session.store_url is "none", so there is no store to look in')
        return store_url(self._setting)


SENTENCE_CODE = 2
"""The exit code with which `console.library.making` ends after one sentence."""
