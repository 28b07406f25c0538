"""The options that name one or two cameras, as the settings of each."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from config.settings import Settings
from hipcue.cli.commands import app
from wire.texts import Finding


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("missing", ["--source", "--other-side"])
def test_a_run_without_one_of_two_files_does_not_begin(home: Path, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    monkeypatch.setattr("hipcue.supervisor.live.run_live", lambda *given: begun.append(given))
    sources = {"--source": "synthetic:", "--other-side": "synthetic:other_side=true", missing: str(home / "none.mp4")}
    ended = call("run", *(word for option in sources.items() for word in option))
    key = "capture.source" if missing == "--source" else "capture.other_side.source"
    assert ended.exit_code != 0
    assert f"{key} = '{home / 'none.mp4'}': there is no such file" in " ".join(ended.output.split())
    assert not begun


def test_rotate_turns_both_cameras(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Settings] = []

    def examined(settings: Settings) -> list[Finding]:
        found.append(settings)
        return []

    monkeypatch.setattr("hipcue.doctor.examine", examined)
    monkeypatch.setattr("hipcue.cli.commands._live", lambda origin, *_given, **_named: found.append(origin.load()))
    monkeypatch.setattr(
        "hipcue.cli.analyse_command._Analysis.of_clip", lambda self, clip: found.append(self.settings_for(clip))
    )
    clip = home / "a.mp4"
    clip.touch()
    for words in (
        ("run", "--source", str(clip)),
        ("doctor", "--source", str(clip)),
        ("analyse", str(clip), "--out", str(home)),
    ):
        assert not call(*words, "--other-side", "synthetic:", "--rotate", "90").exit_code
    turned = [(one.capture.rotate_deg, one.of_other_side().capture.rotate_deg) for one in found]
    assert turned == [(90, 90)] * 3
