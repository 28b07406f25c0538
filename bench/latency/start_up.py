"""The time of a start, and the memory of all processes: python -m bench.latency.start_up [--times 3] [--tree OTHER_CHECKOUT].

`hipcue run` with a sound server and a virtual screen, from the command to the first sample: wall time, and processor time of
all processes. Then their memory (proportional set size). Another checkout is measured in turn with this one: on a busy machine
only the ratios are meaningful.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.latency.whole_program import SETTLE_S, Program
from bench.report import Table
from tests.support import sound_server, virtual_screen
from tests.support.program import ROOT

SOURCE = "synthetic:extension=13,fps=30"
SCREEN_PX = (1920, 1080)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--tree", type=Path, help="another checkout with its .venv")
    wanted = parser.parse_args()
    for reason in (sound_server.missing(), virtual_screen.missing()):
        if reason:
            sys.exit(reason)
    trees = {"this": ROOT, **({} if wanted.tree is None else {"other": wanted.tree})}
    starts: dict[str, list[tuple[float, float]]] = {name: [] for name in trees}
    processor: dict[str, dict[str, float]] = {}
    memory: dict[str, dict[str, float]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hb")))
        for name in ("sound", "screen"):
            (folder / name).mkdir()
        environment = {
            **stack.enter_context(sound_server.sound_server(folder / "sound")).environment,
            **stack.enter_context(virtual_screen.virtual_screen(folder / "screen", *SCREEN_PX)).environment,
        }
        for _ in range(wanted.times + 1):  # The first one compiles the networks and Python's files.
            for name, tree in trees.items():
                with Program(SOURCE, folder, environment, tree=tree) as program:
                    first_sample_s = program.first_sample()
                    processor[name] = program.cpu_s()
                    starts[name].append((first_sample_s, sum(processor[name].values())))
                    program.listen(SETTLE_S)
                    memory[name] = program.memory_mb()
    print(Table("Start", "Medians.", ("", *trees), _start_rows(starts)).plain())
    print(_by_process("Processor time to the first sample", "Of the last start, s.", processor, "{:.2f}").plain())
    print(_by_process("Memory", "Proportional set size, MB.", memory, "{:.0f}").plain())


def _by_process(title: str, text: str, found: dict[str, dict[str, float]], form: str) -> Table:
    names = list(dict.fromkeys(name for of in found.values() for name in of))
    rows = [(name, *(form.format(of.get(name, 0.0)) for of in found.values())) for name in names]
    rows.append(("together", *(form.format(sum(of.values())) for of in found.values())))
    return Table(title, text, ("process", *found), rows)


def _start_rows(starts: dict[str, list[tuple[float, float]]]) -> list[tuple[str, ...]]:
    rows = []
    for column, what in enumerate(("to the first sample", "processor time")):
        rows.append((what, *(f"{median(start[column] for start in found[1:]):.2f} s" for found in starts.values())))
    return rows


if __name__ == "__main__":
    main()
