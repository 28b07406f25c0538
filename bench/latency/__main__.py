"""Every figure of docs/performance.md: python -m bench.latency [--sections idle,busy,avx2] [--quick] [--out FILE].

The whole program as real processes, with a real sound server and a virtual screen, compared with the pose model alone and a
plain loop. Takes about 20 minutes on an otherwise idle machine. --quick: one short run of each. The page is
written when all sections have been measured at length. Needs Xvfb and PulseAudio with ALSA's plug-in, as the tests do, and
stress-ng, which keeps the cores busy.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bench.latency import busy_cores
from bench.latency.latency_text import INTRODUCTION, NOTES
from bench.latency.machine import LIMIT
from bench.latency.page import MODEL_TITLE, PAGE, section, with_section
from bench.latency.section import ROOT, Section
from bench.latency.targets import AVX2, BUSY, IDLE, SECTIONS, table
from bench.report import Table
from tests.support import fake_webcams, sound_server, virtual_screen
from wire.clock import NS_PER_S, monotonic_ns

COMMAND = "make bench-latency"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", default=",".join(SECTIONS), help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int, default=3, help="of the whole program, each kind")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each run, after it has begun")
    parser.add_argument("--out", type=Path, default=None, help="markdown file instead of docs/performance.md")
    wanted = parser.parse_args()
    names = wanted.sections.split(",")
    if not set(names) <= set(SECTIONS):
        sys.exit(f"--sections {wanted.sections}: takes {', '.join(SECTIONS)}")
    lacking = (sound_server, virtual_screen, fake_webcams, *((busy_cores,) if BUSY in names else ()))
    for reason in (one.missing() for one in lacking):
        if reason:
            sys.exit(f"{reason}: it is needed for measuring")
    runs, seconds = (1, 5.0) if wanted.quick else (wanted.runs, wanted.seconds)
    began_ns = monotonic_ns()
    found: dict[str, Section] = {}
    for name in names:
        try:
            found[name] = measured(name, runs, seconds)
        except subprocess.CalledProcessError:
            print(f"{name} could not be measured; the reason stands above", file=sys.stderr)
            continue
        print(f"{name}: {found[name].machine}\n")
        for details in found[name].tables:
            print(details.plain())
    targets = table({name: one.figures for name, one in found.items()})
    print(targets.plain())
    whole = set(found) == set(SECTIONS) and not wanted.quick
    out = wanted.out or (PAGE if whole else None)
    if out is not None:
        page = document(targets, found, runs, seconds)
        if model := section(PAGE.read_text(encoding="utf-8"), MODEL_TITLE):
            page = with_section(page, model)
        out.write_text(page, encoding="utf-8")
        print(f"Written to {out}")
    print(f"This took {(monotonic_ns() - began_ns) / NS_PER_S / 60:.0f} minutes")
    sys.exit(len(found) < len(names))


def measured(name: str, runs: int, seconds: float) -> Section:
    """Measure one section in a process of its own."""
    print(f"{name}: {SECTIONS[name]}", file=sys.stderr, flush=True)
    environment = {**os.environ, **({LIMIT: "AVX2"} if name == AVX2 else {})}
    with tempfile.TemporaryDirectory(prefix="hb") as folder:
        out = Path(folder, "section.json")
        command = [sys.executable, "-m", "bench.latency.section", name, str(out), "--runs", str(runs)]
        subprocess.run([*command, "--seconds", f"{seconds:g}"], cwd=ROOT, env=environment, check=True)
        return msgspec.json.decode(out.read_bytes(), type=Section)


def document(targets: Table, found: Mapping[str, Section], runs: int, seconds: float) -> str:
    """docs/performance.md."""
    machines = "; ".join(f"{name}: {one.machine}" for name, one in found.items())
    head = (
        f"# Performance\n\n{INTRODUCTION}\n\nMeasured on {machines}. {runs} runs of {seconds:g} s of each kind; printed again "
        f"by `{COMMAND}`.\n"
    )
    details = []
    for name, one in found.items():
        kept = one.tables if name == IDLE or len(found) == 1 else one.tables[:1]
        details += [Table(f"{each.title} ({name})", each.text, each.columns, each.rows) for each in kept]
    return "\n".join([head, targets.markdown(), *(each.markdown() for each in details), NOTES])


if __name__ == "__main__":
    main()
