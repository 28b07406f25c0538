"""The doctor's findings are printed literally."""

import pytest
from typer.testing import CliRunner

from hipcue import doctor
from hipcue.cli.commands import app
from wire.texts import Finding


def test_brackets_in_advice_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Finding("pose model", True, "[x] 15 ms", "7 ms in [analysis] with threads = 1")]
    monkeypatch.setattr(doctor, "examine", lambda _: found)
    printed = CliRunner().invoke(app, ["doctor"])
    assert printed.exit_code == 0
    assert "[x] 15 ms" in printed.stdout
    assert "7 ms in [analysis] with threads = 1" in printed.stdout
