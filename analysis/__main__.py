"""`python -m analysis`: run the analysis process alone."""

import sys

from analysis.process import run
from config.command_line import standalone
from wire.endpoints import default_directory, private_directory
from wire.lifecycle import StopFlag
from wire.sockets import Wire
from wire.topics import ANALYSIS


def main() -> int:
    """Run until Ctrl-C."""
    given = standalone("Measure the frames that a capture process publishes.")
    stop = StopFlag()
    stop.on_signals(supervised=False)
    with Wire(private_directory(given.wire_directory or default_directory()), ANALYSIS) as wire:
        return run(given.settings, wire, stop)


if __name__ == "__main__":
    sys.exit(main())
