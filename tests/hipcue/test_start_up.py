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
