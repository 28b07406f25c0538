"""Given something that may hang, then whoever tries it goes on meanwhile, and what comes too late is disposed of."""

import threading
from collections.abc import Callable

import pytest

from tests.eventually import eventually
from wire.attempt import Attempt

Bodies = list[Callable[[], None]]


def test_its_result_is_there_when_it_is_done() -> None:
    may_go_on = threading.Event()

    def make() -> str:
        may_go_on.wait(timeout=20)
        return "made"

    attempt = Attempt(make)
    assert not attempt.done
    assert not attempt.wait(0)
    may_go_on.set()
    eventually(lambda: attempt.done, "it is done")
    assert attempt.result() == "made"


def test_its_error_is_raised_for_whoever_asks() -> None:
    attempt: Attempt[int] = Attempt(lambda: 1 // 0)
    assert attempt.wait(20)
    with pytest.raises(ZeroDivisionError):
        attempt.result()


@pytest.mark.parametrize("late", [True, False])
def test_what_nobody_waits_for_any_more_is_disposed_of_once(late: bool) -> None:
    under_way: Bodies = []
    disposed: list[str] = []
    attempt = Attempt(lambda: "made", dispose=disposed.append, start=under_way.append)
    steps = [attempt.abandon, under_way.pop()]
    for step in steps if late else reversed(steps):
        step()
    assert disposed == ["made"]


def test_what_was_never_made_is_not_disposed_of() -> None:
    disposed: list[int] = []
    attempt = Attempt(lambda: 1 // 0, dispose=disposed.append, start=lambda body: body())
    attempt.abandon()
    assert disposed == []
