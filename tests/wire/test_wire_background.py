"""Given a call that may block, then its caller continues meanwhile, and a result that comes too late is disposed of."""

import threading
from collections.abc import Callable

import pytest

from tests.support.eventually import DEADLINE_S
from wire.background import abandon, call_in_background


def test_the_caller_continues_until_the_result_is_there() -> None:
    may_return = threading.Event()

    def call() -> str:
        may_return.wait(timeout=DEADLINE_S)
        return "made"

    future = call_in_background(call)
    assert not future.done()
    may_return.set()
    assert future.result(timeout=DEADLINE_S) == "made"


def test_what_the_call_raised_is_raised_where_the_result_is_asked_for() -> None:
    future = call_in_background(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        future.result(timeout=DEADLINE_S)


def test_a_call_that_never_returns_does_not_keep_the_process_from_ending() -> None:
    assert call_in_background(lambda: threading.current_thread().daemon).result(timeout=DEADLINE_S)


@pytest.mark.parametrize("late", [True, False])
def test_an_abandoned_result_is_disposed_of_once(late: bool) -> None:
    bodies: list[Callable[[], None]] = []
    disposed: list[str] = []
    future = call_in_background(lambda: "made", start=bodies.append)
    steps = [lambda: abandon(future, disposed.append), bodies.pop()]
    for step in steps if late else reversed(steps):
        step()
    assert disposed == ["made"]


def test_without_a_result_there_is_nothing_to_dispose_of() -> None:
    disposed: list[float] = []
    future = call_in_background(lambda: 1 / 0, start=lambda body: body())
    abandon(future, disposed.append)
    assert disposed == []
