"""Given any bytes, then each decoder accepts them or raises its own error; inputs that once broke one are tried first."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.decoders import DECODERS
from tests.support.mutated_bytes import corpus

SESSIONS = [name for name in sorted(DECODERS) if name.startswith("session, ")]
"""Each reads a whole session, so fewer inputs are tried."""
OTHERS = [name for name in sorted(DECODERS) if name not in SESSIONS]


def bears_a_neighbour(name: str, seed: int) -> None:
    source = random.Random(seed)
    pool = [*DECODERS[name].seeds, *corpus(name)]
    DECODERS[name].bears(DECODERS[name].change(source.choice(pool), pool, source))


@pytest.mark.parametrize("name", sorted(DECODERS))
def test_what_once_broke_it_does_so_no_more(name: str) -> None:
    for packed in (*corpus(name), *DECODERS[name].seeds, b""):
        DECODERS[name].bears(packed)


@pytest.mark.parametrize("name", OTHERS)
@given(packed=st.binary(max_size=300))
def test_any_bytes(name: str, packed: bytes) -> None:
    DECODERS[name].bears(packed)


@pytest.mark.parametrize("name", OTHERS)
@given(seed=st.integers(0, 2**32 - 1))
def test_bytes_like_those_it_accepts(name: str, seed: int) -> None:
    bears_a_neighbour(name, seed)


@pytest.mark.parametrize("name", SESSIONS)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_forged_sessions(name: str, seed: int) -> None:
    bears_a_neighbour(name, seed)
