"""Functions called in a process with another environment, in which a library is preloaded or another sound card is found."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

T = TypeVar("T")


class Elsewhere:
    """The process. Functions called there, and what they are given, must be importable."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        with patch.dict(os.environ, environment):
            self._pool.submit(int).result()

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """The function's result."""
        return self._pool.submit(function, *arguments).result()

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()


@contextmanager
def process_with(environment: Mapping[str, str]) -> Iterator[Elsewhere]:
    """A process with these variables besides its own."""
    process = Elsewhere(environment)
    try:
        yield process
    finally:
        process.close()
