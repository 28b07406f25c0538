"""A longer search for input that breaks the program: `python -m bench.reliability.fuzz --seconds 600` (`make fuzz FOR=600`).

Bytes for every decoder, including forged sessions: seeds and the files in tests/corpus are cut, joined and changed at random. A
failure is written to tests/corpus, where the tests try it first from then on. `--decoder NAME` searches only one; `--atheris`
guides the search by the code that is reached, where the package atheris is installed.

Then command lines of hostile arguments (tests/support/hostile.py), one or several in each.
"""

import argparse
import hashlib
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from pathlib import Path

from typer.main import get_command

from hipcue.cli.commands import app
from tests.support.decoders import DECODERS, SLOW_DECODERS, Decoder
from tests.support.hostile import HOSTILE, Outcome, Place, hostile_walk, places
from tests.support.mutated_bytes import CORPUS, LONGEST, corpus
from wire.quiet import keep_native_notes_off_stderr

ARGUMENTS_SHARE = 0.4
"""Share of the time for arguments."""
SESSION_SHARE = 4
"""How much longer to search sessions than messages, each of which takes a hundredth of the time."""
ALL = {**DECODERS, **SLOW_DECODERS}


def search(name: str, decoder: Decoder, seconds: float, source: random.Random) -> tuple[int, bytes | None]:
    """Number of inputs tried, and the first that broke the decoder."""
    pool = [b"", *decoder.seeds, *corpus(name)]
    tried = 0
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        packed = decoder.change(source.choice(pool), pool, source)
        tried += 1
        try:
            decoder.bears(packed)
        except Exception:
            traceback.print_exc()
            return tried, packed
        if len(pool) < 1000 and source.random() < 0.01:
            pool.append(packed)
    return tried, None


def search_all(chosen: Mapping[str, Decoder], seconds: float, seed: int) -> int:
    """Search each decoder in turn. Returns how many broke."""
    broken = 0
    shares = {name: SESSION_SHARE if name.startswith(("session, ", "report, ")) else 1 for name in chosen}
    for name, decoder in chosen.items():
        share_s = seconds * shares[name] / sum(shares.values())
        tried, packed = search(name, decoder, share_s, random.Random(seed))
        if packed is None:
            print(f"{name:24} {tried:8} inputs, none broke it (seed {seed})")
            continue
        broken += 1
        kept = CORPUS / name / f"{hashlib.sha256(packed).hexdigest()[:12]}.bin"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(packed)
        print(f"{name:24} {tried:8} inputs, broken by {kept}")
    return broken


def search_arguments(seconds: float, source: random.Random) -> list[Outcome]:
    """Run commands with hostile arguments. Returns those that misbehaved."""
    every = list(places(get_command(app)))
    tried, faulty = 0, []
    until_s = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="hipcue-fuzz-") as folder, hostile_walk(Path(folder, "walk")) as walk:
        while time.monotonic() < until_s:
            outcome = walk.run(_words(every, source))
            tried += 1
            if outcome.faults:
                faulty.append(outcome)
                print(outcome)
    print(f"{'command lines':24} {tried:8} tried, {len(faulty) or 'none'} did what they must not")
    return faulty


def _words(every: list[Place], source: random.Random) -> tuple[str, ...]:
    words = source.choice(every).with_value(_value(source))
    while source.random() < 0.2:
        words = (*words, _value(source))
    return words


def _value(source: random.Random) -> str:
    """One of the list, or a mixture of two."""
    value = source.choice(HOSTILE)
    if source.random() < 0.3:
        other = source.choice(HOSTILE)
        mixed = value[: source.randint(0, len(value))] + other[source.randint(0, len(other)) :]
        # Nothing may be written outside of the folder of the walk.
        value = value if mixed.startswith("/") else mixed
    return value


def guided(chosen: Mapping[str, Decoder], seconds: float) -> int:
    """Search with atheris. Does not return when it has begun."""
    try:
        import atheris  # noqa: PLC0415 - only where it is wanted and installed
    except ImportError:
        sys.exit("atheris is not installed; install it (pip install atheris), or leave --atheris away")
    if len(chosen) != 1:
        sys.exit("--atheris searches one decoder at a time; name it with --decoder")
    decoder = next(iter(chosen.values()))
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds:.0f}", f"-max_len={LONGEST}"], decoder.bears)
    atheris.Fuzz()
    return 0


def main() -> int:
    """Search everything in turn; 1 if something broke."""
    parser = argparse.ArgumentParser(description="Search for input that breaks the program.")
    parser.add_argument("--seconds", type=float, default=60.0, help="for everything together")
    parser.add_argument("--decoder", choices=sorted(ALL))
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--atheris", action="store_true", help="guided; needs --decoder")
    given = parser.parse_args()
    keep_native_notes_off_stderr()
    chosen = {given.decoder: ALL[given.decoder]} if given.decoder else ALL
    if given.atheris:
        return guided(chosen, given.seconds)
    seed = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    arguments_s = 0.0 if given.decoder else ARGUMENTS_SHARE * given.seconds
    broken = search_all(chosen, given.seconds - arguments_s, seed)
    faulty = search_arguments(arguments_s, random.Random(seed)) if arguments_s else []
    return 1 if broken or faulty else 0


if __name__ == "__main__":
    sys.exit(main())
