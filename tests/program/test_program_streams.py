"""Given output that nobody reads, or whose encoding lacks characters, then the program continues, and the session is saved."""

import re
from pathlib import Path

import pytest

from tests.support.program import Running, only_session, table

SOURCE = "synthetic:extension=14,fps=30,width=640,height=360,seconds=8"


@pytest.mark.parametrize("redirected", ["| head -1", "2>&-"])
def test_a_session_outlives_its_readers(tmp_path: Path, redirected: str) -> None:
    program = Running(
        *("run", "--source", SOURCE, "--no-display", "--no-audio", "--session-dir", str(tmp_path)),
        environment={"PYTHONIOENCODING": "ascii"},
        within=("bash", "-c", f'"$@" {redirected}; exit ${{PIPESTATUS[0]}}', "bash"),
        exact=True,
    )
    ended = program.wait()
    assert ended.exit_code == 0, ended.err
    assert "Traceback" not in ended.out + ended.err
    assert len(table(only_session(tmp_path) / "strides.csv")) >= 4
    if redirected == "| head -1":
        assert len(ended.out.splitlines()) == 1
    if redirected == "2>&-":
        assert re.search(r"stride 1 +near +1[345]\.\d\\xb0", ended.out)
