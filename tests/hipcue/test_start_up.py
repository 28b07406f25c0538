"""Given a short command, then it loads nothing that takes longer to load than the command itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLOW = ("numpy", "scipy", "zmq", "cv2", "matplotlib", "openvino", "pygame", "multiprocessing")


@pytest.mark.parametrize("modules", ["hipcue.cli.commands", "hipcue.cli.commands, sessions.store.catalogue"])
def test_listing_sessions_loads_no_slow_library(modules: str) -> None:
    code = f"import sys, {modules}; print(*sorted(set({SLOW}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_nothing_is_loaded_before_signals_are_answered() -> None:
    # What signal itself loads; until then Ctrl-C gives a traceback of Python's.
    code = "import enum, signal, sys; before = {*sys.modules}; import hipcue.cli.main; print(*sorted({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["hipcue", "hipcue.cli", "hipcue.cli.main"]
