"""Runs a call that may block, such as opening a device, in a thread of its own while the hot loop continues."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

ResultT = TypeVar("ResultT")
Start = Callable[[Callable[[], None]], None]
"""Runs a body, now or later."""


def in_daemon_thread(body: Callable[[], None]) -> None:
    """Run `body` in a thread that does not keep the process from ending, as a ThreadPoolExecutor's would."""
    threading.Thread(target=body, name="background", daemon=True).start()


def call_in_background(call: Callable[[], ResultT], start: Start = in_daemon_thread) -> "Future[ResultT]":
    """Start the call. The future returns its result or raises its exception."""
    future: Future[ResultT] = Future()

    def body() -> None:
        try:
            result = call()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    start(body)
    return future


def abandon(future: "Future[ResultT]", dispose: Callable[[ResultT], None]) -> None:
    """Pass the result, which is no longer needed, to `dispose`: now, or when the call returns."""

    def dispose_of_result(done: "Future[ResultT]") -> None:
        if done.exception() is None:
            dispose(done.result())

    future.add_done_callback(dispose_of_result)
