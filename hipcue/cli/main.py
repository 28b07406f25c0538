"""The entry point. It sets the signal handlers first and loads everything else afterwards."""

import os
import signal
from types import FrameType

_END_SIGNALS = ("SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP")


def main() -> None:
    """Run the command line."""
    # The matrices of a measurement are small: more NumPy threads would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Before anything heavy is imported: a signal may come at any moment.
    for name in _END_SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end_at_once)
    from wire.standard_streams import open_standard_streams  # see above

    open_standard_streams(escaped=False)
    for size in ("COLUMNS", "LINES"):
        if not os.environ.get(size, "1").strip("0"):  # too small for anything
            del os.environ[size]
    from hipcue.cli.commands import app

    # Sessions, store and log are personal data: only their owner may read files written by this process and its children.
    os.umask(0o077)
    app()


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    """Signal handler for a command that has nothing to save; the others replace it before they start (wire/lifecycle.py)."""
    # Not an exception, which in the middle of an import would end as a traceback.
    os._exit(128 + number)


if __name__ == "__main__":
    main()
