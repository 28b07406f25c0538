"""`hipcue run --runner NAME`: the earlier sessions in the store determine the number of this one."""

from dataclasses import replace

from config.loading import Origin
from config.paths import NO_STORE, store_url
from sessions.errors import SessionsError
from sessions.store.session_number import next_session_number


def numbered(origin: Origin) -> tuple[Origin, str]:
    """The settings with the session number of a named runner, and a sentence if it could not be determined, else "".

    A number in the settings takes precedence. The counted number is this runner's alone: a runner named while the program runs,
    without a number, is in session 1. Raises ConfigError.
    """
    session = origin.load().session
    if not session.runner or session.session_number or session.store_url == NO_STORE:
        return origin, ""
    from sessions.store.catalogue import Catalogue  # the database's libraries: only a named runner needs them

    try:
        catalogue = Catalogue(store_url(session.store_url))
        try:
            number = next_session_number(catalogue.entries(session.runner))
        finally:
            catalogue.close()
    except SessionsError as error:
        return origin, f"{error}; so this counts as the first session of {session.runner}"
    return replace(origin, counted={session.runner: number}), ""
