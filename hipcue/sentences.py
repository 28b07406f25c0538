"""What the commands print, and how they say what went wrong: one sentence, no traceback."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.pose import PoseError
from capture.source import SourceError
from config.errors import ConfigError
from feedback.sessions.errors import SessionsError
from wire.endpoints import EndpointError
from wire.remote.keys import KeysError

EXIT_USER = 2

out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
"""What is printed holds paths and names that people have chosen; neither brackets nor colons in them mean more."""
_WIDTH = 160


@contextmanager
def sentences() -> Iterator[None]:
    """What a person can mend is said in one sentence."""
    try:
        yield
    except (ConfigError, SourceError, PoseError, EndpointError, SessionsError, KeysError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")


def fail(sentence: str) -> NoReturn:
    """Say it and end."""
    err.print(sentence)
    raise typer.Exit(EXIT_USER)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table without lines; headings may all be empty."""
    table = Table(*headings, box=None, show_header=any(headings), pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    # In a pipe there is no width to keep to.
    console = out if sys.stdout.isatty() else Console(width=_WIDTH, highlight=False)
    console.print(table)
