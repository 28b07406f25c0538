"""Bytes for fuzzing decoders: what once broke one, kept in tests/corpus, and random neighbours of bytes, JSON and tables."""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "corpus"
LONGEST = 16_384
Change = Callable[[bytes, list[bytes], random.Random], bytes]
"""Makes a neighbour of some bytes, given others of the same kind."""


def corpus(name: str) -> list[bytes]:
    """What has failed before, by decoder."""
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*.bin"))]


def changed(packed: bytes, others: list[bytes], source: random.Random) -> bytes:
    """A neighbour of some bytes."""
    grown = bytearray(packed)
    for _ in range(source.randint(1, 8)):
        at = source.randint(0, len(grown))
        kind = source.randrange(6)
        if kind == 0:
            grown[at:at] = source.randbytes(source.randint(1, 16))
        elif kind == 1:
            del grown[at : at + source.randint(1, 16)]
        elif kind == 2 and at < len(grown):
            grown[at] ^= 1 << source.randrange(8)
        elif kind == 3 and at < len(grown):
            grown[at] = source.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 4:
            other = source.choice(others)
            grown[at:] = other[source.randint(0, len(other)) :]
        else:
            grown[at:at] = grown[at : at + source.randint(1, 64)]
    return bytes(grown[:LONGEST])


_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -0.0, 1e9, 1e300, float("nan"), float("inf")),
    *("", "x", "near", "live", "0", "1.5", "\0", "\x1b[2J", "=1+1", "$\\foo$", "é", "a" * 5000, "2026-02-30", "0001-01-01"),
    *([], {}, [None], [[[[]]]], {"": {}}, {"from_s": 1e300, "to_s": -1e300}),
)
_CELLS = (
    *("", "x", "near", "far", "0", "-1", "1e9", "-1e9", "1e300", "nan", "inf", "9" * 30),
    *('"', '"a\nb"', "\0", "é", "=1", "1;5"),
)


def changed_json(packed: bytes, others: list[bytes], source: random.Random) -> bytes:
    """A JSON text with other values in some places; now and then any neighbour."""
    try:
        content = json.loads(packed)
    except ValueError:
        return changed(packed, others, source)
    if source.random() < 0.1 or not isinstance(content, dict):
        return changed(packed, others, source)
    for _ in range(source.randint(1, 3)):
        at: Any = content
        while True:
            key = source.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if not (isinstance(at[key], dict | list) and at[key] and source.random() < 0.7):
                break
            at = at[key]
        if source.random() < 0.2:
            del at[key]
            if not content:
                break
        else:
            # A copy: a later change inside it must not change the table, nor put it into itself.
            at[key] = deepcopy(source.choice(_VALUES))
    return json.dumps(content).encode()


def changed_table(packed: bytes, others: list[bytes], source: random.Random) -> bytes:
    """A table with other cells, rows or columns; now and then any neighbour."""
    rows = [line.split(b",") for line in packed.split(b"\r\n")]
    if source.random() < 0.1:
        return changed(packed, others, source)
    for _ in range(source.randint(1, 4)):
        row = source.choice(rows)
        at = source.randrange(len(row))
        kind = source.randrange(5)
        if kind == 0:
            rows.insert(source.randrange(len(rows) + 1), list(row))
        elif kind == 1 and len(rows) > 1:
            rows.remove(row)
        elif kind == 2:
            row.insert(at, source.choice(_CELLS).encode())
        else:
            row[at] = source.choice(_CELLS).encode()
    return b"\r\n".join(b",".join(row) for row in rows)[:LONGEST]
