"""`python -m capture`: runs the capture process alone."""

import sys

from capture.process import run
from config.command_line import standalone
from wire.endpoints import default_directory, private_directory
from wire.lifecycle import StopFlag
from wire.quiet import keep_native_notes_off_stderr
from wire.sockets import Wire
from wire.topics import CAPTURE


def main() -> int:
    """Run until Ctrl-C or the end of a recording."""
    given = standalone("Publish a camera's frames.")
    keep_native_notes_off_stderr()
    stop = StopFlag()
    stop.on_signals(supervised=False)
    with Wire(private_directory(given.wire_directory or default_directory()), CAPTURE) as wire:
        return run(given.settings, wire, stop)


if __name__ == "__main__":
    sys.exit(main())
