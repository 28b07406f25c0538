"""The examples in docstrings give what they say."""

import doctest
import importlib

import pytest

from tests.support.sources import SOURCES, module_of

WITH_EXAMPLES = [module_of(path) for path in SOURCES if ">>> " in path.read_text(encoding="utf-8")]


def test_there_are_examples() -> None:
    assert len(WITH_EXAMPLES) > 10


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_every_example_in_a_docstring_gives_what_it_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed, capsys.readouterr().out
