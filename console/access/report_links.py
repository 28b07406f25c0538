"""The runner's own report: a link with a token that opens the report of one session, until it expires.

The tokens are in this process's memory alone, so that they end with the console. A token opens only its own session.
"""

import hashlib
import secrets
import threading

from wire.clock import Clock, s_to_ns
from wire.messages import ReportLink

PATH = "/r/"
"""Precedes the token in a link's path: every device with a token can open the pages there."""
NO_LINK = ReportLink("")
MOST_LINKS = 100


class ReportLinks:
    """Makes the links. `show` and `hide` belong to one thread; `session_of` may be called from any.

    A token has 128 bits and is kept as its SHA-256.
    """

    def __init__(self, clock: Clock, minutes: float) -> None:
        self._clock = clock
        self._lifetime_ns = s_to_ns(60 * minutes)
        self._lock = threading.Lock()
        self._sessions: dict[str, tuple[str, int]] = {}
        """Session and end by the token's hash, the first made first."""
        self._session = ""
        self.shown = NO_LINK

    def show(self, session: str, address: str) -> ReportLink:
        """The link of a session for a console at this address: the same one for as long as this session is shown."""
        if session != self._session:
            token, ends_ns = secrets.token_urlsafe(16), self._clock() + self._lifetime_ns
            with self._lock:
                self._sessions[_hash(token)] = (session, ends_ns)
                if len(self._sessions) > MOST_LINKS:
                    del self._sessions[next(iter(self._sessions))]
            self._session, self.shown = session, ReportLink(f"{address}{PATH}{token}", ends_ns)
        return self.shown

    def hide(self) -> ReportLink:
        """Show no link; links already shown still open their report until they expire."""
        self._session, self.shown = "", NO_LINK
        return self.shown

    def session_of(self, token: str) -> str | None:
        """The id of the session whose report this token opens now; None: it opens none."""
        with self._lock:
            found = self._sessions.get(_hash(token))
        return None if found is None or self._clock() >= found[1] else found[0]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
