"""What forked processes do in tests. They load this file, so it imports little."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from wire.lifecycle import StopFlag

if TYPE_CHECKING:
    from hipcue.supervisor.process_table import Job


def end_with(code: int) -> None:
    """End at once."""
    sys.exit(code)


def stumble() -> None:
    """End with an error."""
    raise RuntimeError("on purpose")


def start_row(job: "Job") -> None:
    """As a row of the process table does."""
    work(job.session_folder)


def work(folder: Path) -> None:
    """Write a file when it handles signals, another when it is asked to end."""
    (folder / "loading").write_text(str(os.getpid()))
    while (folder / "wait").exists():
        time.sleep(0.01)
    stop = StopFlag()
    stop.on_signals(supervised=True)
    (folder / "started").write_text(f"{os.getpid()} {os.nice(0)}")
    while not stop:
        time.sleep(0.01)
    (folder / "ended").touch()
