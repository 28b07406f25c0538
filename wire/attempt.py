"""Something that may hang, such as opening a device, done in a thread of its own while the hot loop goes on beating."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

ResultT = TypeVar("ResultT")
Start = Callable[[Callable[[], None]], None]
"""Runs a body, now or later."""


def in_a_thread(body: Callable[[], None]) -> None:
    """Run it beside everything else; a body that hangs for ever does not keep the process from ending."""
    threading.Thread(target=body, name="attempt", daemon=True).start()


class Attempt(Generic[ResultT]):
    """One call of `make`, under way or done. What it makes for nobody any more is given to `dispose`."""

    def __init__(
        self, make: Callable[[], ResultT], dispose: Callable[[ResultT], None] | None = None, start: Start = in_a_thread
    ) -> None:
        self._make = make
        self._dispose = dispose
        self._done = threading.Event()
        self._made: list[ResultT] = []
        self._error: Exception | None = None
        self._abandoned = False
        self._lock = threading.Lock()
        start(self._run)

    @property
    def done(self) -> bool:
        """Whether `result` may be asked for."""
        return self._done.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Wait at most so long; whether it is done."""
        return self._done.wait(timeout_s)

    def result(self) -> ResultT:
        """What was made. Raises what `make` raised."""
        if self._error is not None:
            raise self._error
        return self._made[0]

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._abandoned = True
            self._dispose_of_it()

    def _run(self) -> None:
        try:
            made = self._make()
        except Exception as error:
            self._error = error
        else:
            with self._lock:
                self._made.append(made)
                if self._abandoned:
                    self._dispose_of_it()
        finally:
            self._done.set()

    def _dispose_of_it(self) -> None:
        if self._dispose is not None and self._made:
            self._dispose(self._made[0])
