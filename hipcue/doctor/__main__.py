"""`python -m hipcue.doctor`: examines a running program for its console. Its input and output are JSON."""

import os
import sys
from pathlib import Path

import msgspec

from config.reload import from_json
from hipcue.doctor.running_lane import examine_running

NICENESS = 10
"""The lane comes first."""


class Order(msgspec.Struct):
    """Which program to examine."""

    folder: str
    """Folder of the program's sockets."""
    settings: str
    """The published settings, in JSON: not an argument, which every user of the machine could read."""


def main() -> None:
    """Examine, and write the findings as the last line of the standard output."""
    os.nice(NICENESS)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    settings = from_json(order.settings)
    if settings is None:
        sys.exit("the settings are from another version of HipCue")
    found = examine_running(settings, Path(order.folder))
    sys.stdout.write(f"\n{msgspec.json.encode(found).decode()}\n")


if __name__ == "__main__":
    main()
