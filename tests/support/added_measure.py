"""HipCue with one measure more: `python -m tests.support.added_measure FOLDER STORE_URL` adds a row to the table of measures
and nothing else, then runs measure_reach.
"""

import importlib.util
import runpy
import sys
from pathlib import Path

ROW = 'Measure("bounce", "Bounce", MILLISECONDS, 0, 90, "time in the air, as a made-up example", decimals=1),\n'
END_OF_TABLE = ")  # fmt: skip\n"


def add_row() -> None:
    """Load the table with the row at its end, before any other module reads it."""
    spec = importlib.util.find_spec("config.measures")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    assert source.count(END_OF_TABLE) == 1
    module = importlib.util.module_from_spec(spec)
    sys.modules["config.measures"] = module
    exec(compile(source.replace(END_OF_TABLE, ROW + END_OF_TABLE), spec.origin, "exec"), module.__dict__)


if __name__ == "__main__":
    add_row()
    runpy.run_module("tests.support.measure_reach", run_name="__main__", alter_sys=True)
