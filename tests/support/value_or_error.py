"""The result of a call that may as well be refused, where either is right, each by a rule of its own."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
ValueT = TypeVar("ValueT")
ErrorT = TypeVar("ErrorT", bound=Exception)


def value_or_error(kind: type[ErrorT], call: Callable[P, ValueT], *given: P.args, **named: P.kwargs) -> ValueT | ErrorT:
    """What the call returns, or the error of this kind that it raises."""
    try:
        return call(*given, **named)
    except kind as error:
        return error
