"""What the commands print, and how they say what went wrong: one sentence, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

from analysis.pose import PoseError
from capture.source import SourceError
from config.errors import ConfigError
from feedback.sessions.errors import SessionsError
from wire.endpoints import EndpointError

EXIT_USER = 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def sentences() -> Iterator[None]:
    """What a person can mend is said in one sentence."""
    try:
        yield
    except (ConfigError, SourceError, PoseError, EndpointError, SessionsError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")


def fail(sentence: str) -> NoReturn:
    """Say it and end."""
    err.print(sentence, markup=False)
    raise typer.Exit(EXIT_USER)
