"""Converts the database's errors to the store's: one sentence each, without a password."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from config.secret_address import without_secrets
from sessions.store.database import StoreAwayError, StoreError, shown_address

_NO_DATABASE = ("file is not a database", "database disk image is malformed")
"""SQLite's messages for a file that it cannot read."""


@contextmanager
def store_errors(engine: sa.Engine) -> Iterator[None]:
    """Raises StoreError in place of errors of the database and of values that it does not accept."""
    address = shown_address(engine)
    try:
        yield
    except (sa.exc.DataError, sa.exc.IntegrityError) as error:
        raise StoreError(f"{address}: the store does not accept this ({_reason(error)})") from None
    except sa.exc.NoSuchTableError as error:
        raise StoreError(_others_tables(address, error)) from None
    except sa.exc.DBAPIError as error:
        reason = _reason(error)
        if "already exists" in reason:
            raise StoreError(_others_tables(address, error.orig or error)) from None
        if reason in _NO_DATABASE:
            raise StoreError(
                f"{address}: is not a database ({reason}); move this file away: HipCue creates a new one, and "
                "hipcue sessions import FOLDER adds the sessions of a folder to it"
            ) from None
        raise StoreAwayError(f"{address}: the store cannot be used at the moment ({reason})") from None
    except (sa.exc.SQLAlchemyError, ValueError, TypeError, ArithmeticError) as error:
        raise StoreError(f"{address}: the store does not accept this ({_first_line(error)})") from None


def _others_tables(address: str, error: BaseException) -> str:
    return f"{address}: holds tables of another program ({_first_line(error)}); name another database in session.store_url"


def _reason(error: sa.exc.DBAPIError) -> str:
    return _first_line(error.orig) if error.orig else "no reason given"


def _first_line(error: BaseException) -> str:
    return without_secrets(next(iter(str(error).strip().splitlines()), type(error).__name__))
