"""Makes the standard streams safe to print to, even if they are closed, an unread pipe, or in another encoding."""

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from wire.visible_text import visible

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def open_standard_streams(escaped: bool) -> None:
    """Call before anything else in every process that prints; `escaped`, as in PrintedText, for one that works unattended.

    The next file opened would get the number of a closed stream and receive what is printed, so the stream is opened on
    /dev/null instead. Characters that the encoding of a stream lacks are written as escapes.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the system gives the lowest free number
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    sys.stdout, sys.stderr = (_printed(number, before, escaped) for number, before in ((1, sys.stdout), (2, sys.stderr)))


class ForgivingFile(io.FileIO):
    """A file that discards output that nobody reads any more, as in `hipcue … | head -1`. Any other error is raised once.

    With `forgives_all`, no error is raised: a process that works unattended must not end because it cannot print.
    """

    forgives_all = False
    _failed = False

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write, or discard."""
        size_bytes = memoryview(data).nbytes
        if self._failed:
            return size_bytes
        try:
            return super().write(data)
        except OSError as error:
            self._failed = True
            if error.errno not in (errno.EPIPE, errno.EIO) and not self.forgives_all:  # EIO: the terminal was closed
                name = {1: "standard output", 2: "standard error"}.get(self.fileno())
                raise OSError(error.errno, error.strerror, name) from None
            return size_bytes


class PrintedText(io.TextIOWrapper):
    """A text stream; if it is `escaped`, control characters are shown, not executed, by a terminal."""

    escaped = False

    def write(self, text: str, /) -> int:
        """Write."""
        return super().write(visible(text) if self.escaped else text)


def _printed(descriptor: int, before: TextIO | None, escaped: bool) -> PrintedText:
    file = ForgivingFile(descriptor, "wb", closefd=False)
    file.forgives_all = escaped
    stream = PrintedText(
        io.BufferedWriter(file),
        "utf-8" if before is None else before.encoding,
        "backslashreplace",
        line_buffering=descriptor == 2 or file.isatty(),
    )
    stream.escaped = escaped
    return stream
