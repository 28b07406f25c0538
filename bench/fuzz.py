"""A longer search for bytes that break a decoder: `python -m bench.fuzz --seconds 600`.

Seeds, and what is kept in tests/corpus, are cut, joined and changed at random. A failure is written to tests/corpus, where the
tests try it first from then on. `--decoder NAME` searches one alone; `--atheris` guides the search by the code that is reached,
where the package atheris is installed.
"""

import argparse
import hashlib
import random
import sys
import time
import traceback
from pathlib import Path

from bench.decoders import DECODERS, Decoder
from wire.quiet import keep_native_notes_off_stderr

CORPUS = Path(__file__).parent.parent / "tests" / "corpus"
LONGEST = 4096


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


def search(name: str, decoder: Decoder, seconds: float, source: random.Random) -> tuple[int, bytes | None]:
    """How many inputs were tried, and the first that broke the decoder."""
    pool = [b"", *decoder.seeds, *corpus(name)]
    tried = 0
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        packed = changed(source.choice(pool), pool, source)
        tried += 1
        try:
            decoder.bears(packed)
        except Exception:
            traceback.print_exc()
            return tried, packed
        if len(pool) < 1000 and source.random() < 0.01:
            pool.append(packed)
    return tried, None


def main() -> int:
    """Search each decoder in turn; 1 if one broke."""
    parser = argparse.ArgumentParser(description="Search for bytes that break a decoder.")
    parser.add_argument("--seconds", type=float, default=60.0, help="for all decoders together")
    parser.add_argument("--decoder", choices=sorted(DECODERS))
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--atheris", action="store_true", help="guided; needs --decoder")
    given = parser.parse_args()
    keep_native_notes_off_stderr()
    chosen = {given.decoder: DECODERS[given.decoder]} if given.decoder else DECODERS
    if given.atheris:
        return guided(chosen, given.seconds)
    seed = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    broken = 0
    for name, decoder in chosen.items():
        tried, packed = search(name, decoder, given.seconds / len(chosen), random.Random(seed))
        if packed is None:
            print(f"{name:10} {tried:8} inputs, none broke it (seed {seed})")
            continue
        broken += 1
        kept = CORPUS / name / f"{hashlib.sha256(packed).hexdigest()[:12]}.bin"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(packed)
        print(f"{name:10} {tried:8} inputs, broken by {kept}")
    return 1 if broken else 0


def guided(chosen: dict[str, Decoder], seconds: float) -> int:
    """Search with atheris. Does not return when it has begun."""
    try:
        import atheris  # type: ignore[import-untyped]  # noqa: PLC0415 - only where it is wanted and installed
    except ImportError:
        sys.exit("atheris is not installed; install it (pip install atheris), or leave --atheris away")
    if len(chosen) != 1:
        sys.exit("--atheris searches one decoder at a time; name it with --decoder")
    decoder = next(iter(chosen.values()))
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds:.0f}", f"-max_len={LONGEST}"], decoder.bears)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
