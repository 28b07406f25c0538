"""Output of the commands; an error a user can fix is one message, never a traceback."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from config.mistakes import ConfigError
from sessions.errors import SessionsError
from wire.endpoints import EndpointError
from wire.visible_text import one_line, visible

EXIT_USER = 2

_GAP = "  "
_MOST_FOLDED = 200
"""Most rows that are folded."""


class VisibleConsole(Console):
    """Prints literally, because the text contains paths and names that people have chosen: no markup, nothing harmful."""

    def __init__(self, **more: Any) -> None:
        super().__init__(highlight=False, soft_wrap=True, markup=False, emoji=False, **more)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Filters everything that is printed, except rich's own control codes."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


out = VisibleConsole()
err = VisibleConsole(stderr=True)


class Commands(TyperGroup):
    """The commands of `hipcue`; a mistake on the command line is one sentence, and its exit code is EXIT_USER."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and, with `standalone_mode`, exit."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        try:
            with sentences():
                sys.exit(super().main(args, prog_name, complete_var, False, windows_expand_args, **extra))
        except typer.Exit as end:
            sys.exit(end.exit_code)
        except typer.Abort:
            err.print("Nothing was done")
            sys.exit(1)
        except typer.TyperException as mistake:
            if mistake.format_message():  # otherwise its help has been printed, because there was no command
                err.print(one_line(_mistake_sentence(mistake)))
            sys.exit(EXIT_USER)


def _mistake_sentence(mistake: typer.TyperException) -> str:
    context = getattr(mistake, "ctx", None)
    command = "hipcue" if context is None else context.command_path
    message = mistake.format_message().rstrip(".")
    # typer's own message may end by asking whether another command was meant.
    return f"{command}: {message}{' See' if message.endswith('?') else '; see'} {command} --help"


@contextmanager
def sentences() -> Iterator[None]:
    """Print errors that a user can fix as one message, and exit."""
    try:
        yield
    except (ConfigError, EndpointError, SessionsError) as error:
        fail(str(error))
    except OSError as error:
        reason = error.strerror or str(error)
        if isinstance(error, FileNotFoundError) and not _has_working_folder():
            fail("The working folder has been removed; change to another one and try again")
        fail(reason if error.filename is None else f"{os.fsdecode(error.filename)}: {reason}")
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise
    except Exception as error:
        if not isinstance(error, _mistakes_of_rooms()):
            raise
        fail(str(error))


def _has_working_folder() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def _mistakes_of_rooms() -> tuple[type[Exception], ...]:
    # Loaded only now: NumPy and ZeroMQ, which come with them, take longer to load than most commands to run.
    from analysis.pose.pose_estimator import PoseError
    from capture.sources.source import SourceError
    from wire.remote.keys import KeysError

    return PoseError, SourceError, KeysError


def fail(sentence: str) -> NoReturn:
    """Print the message and exit."""
    err.print(one_line(sentence))
    raise typer.Exit(EXIT_USER)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table without lines; all headings may be empty. On a terminal that is too narrow for it, cells are folded."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    head = [list(map(one_line, headings))] if any(headings) else []
    widths = [max(map(cell_len, column)) for column in zip(*head, *cells, strict=True)] if head or cells else []
    # A pipe has no width, and folding thousands of rows takes seconds.
    if not out.is_terminal or len(rows) > _MOST_FOLDED or sum(widths) + len(_GAP) * len(widths) <= out.width:
        lines = (_GAP.join(map(set_cell_size, row, widths)).rstrip() for row in (*head, *cells))
        # Not through rich, which would parse thousands of lines; each cell is visible text already.
        out.file.write("\n".join(lines) + "\n")
        out.file.flush()  # here, where a full disk is still one sentence
        return
    table = Table(*headings, box=None, show_header=bool(head), pad_edge=False)
    for row in cells:
        table.add_row(*map(Text, row))
    out.print(table)
