"""`hipcue run --runner NAME`: the earlier sessions in the store tell the how-manieth this one is."""

from dataclasses import replace

from config.loading import Origin
from feedback.sessions.errors import SessionsError
from feedback.sessions.home import NO_STORE, store_url
from feedback.sessions.numbering import next_session_number


def numbered(origin: Origin) -> tuple[Origin, str]:
    """The settings with a named runner's session number, and a sentence where it could not be found out, else "".

    A number that the settings give themselves stays. The counted one is this runner's alone: whoever is named while the program
    runs, without a number, is in session 1. Raises ConfigError.
    """
    session = origin.load().session
    if not session.runner or session.session_number or session.store_url == NO_STORE:
        return origin, ""
    from feedback.sessions.store import Store  # noqa: PLC0415 - the database's libraries: only a named runner pays for them

    try:
        store = Store(store_url(session.store_url))
        try:
            number = next_session_number(one.header for one in store.all(session.runner))
        finally:
            store.close()
    except SessionsError as error:
        return origin, f"{error}; so this counts as {session.runner}'s first session"
    return replace(origin, counted={session.runner: number}), ""
