"""Given any bytes, then each decoder takes them or answers with its own error; what once broke one is tried first."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.decoders import DECODERS
from bench.fuzz import changed, corpus

names = pytest.mark.parametrize("name", sorted(DECODERS))


@names
def test_what_once_broke_it_does_so_no_more(name: str) -> None:
    for packed in (*corpus(name), *DECODERS[name].seeds, b""):
        DECODERS[name].bears(packed)


@names
@settings(max_examples=60, deadline=None)
@given(packed=st.binary(max_size=300))
def test_any_bytes(name: str, packed: bytes) -> None:
    DECODERS[name].bears(packed)


@names
@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_bytes_like_those_it_accepts(name: str, seed: int) -> None:
    source = random.Random(seed)
    pool = [*DECODERS[name].seeds, *corpus(name)]
    DECODERS[name].bears(changed(source.choice(pool), pool, source))
