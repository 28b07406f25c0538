"""Given the wheel alone in a bare environment, when the demo runs in an empty folder, then it works as in the clone."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.program import GUARD_S, only_session
from tests.support.sources import ROOMS, ROOT

BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the wheel, and of this environment nothing but what the wheel depends on."""
    folder = tmp_path_factory.mktemp("installed")
    # A copy: building leaves files beside the sources.
    for name in ROOMS:
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, folder / "source")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(folder / "source"))
    venv.create(folder / "venv", symlinks=True)
    made = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("hipcue-*.whl")
    run(*pip, "--python", str(made), "install", "--no-deps", "--no-index", str(wheel))
    # A folder that a .pth file names is searched, but the .pth files in it are not followed: HipCue's own is such a one.
    own = run(str(made), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(own) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return made


def run(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """What a command that must succeed prints."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=GUARD_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_room_comes_from_the_wheel(python: Path, tmp_path: Path) -> None:
    code = f"import importlib as i; print(*(i.import_module(name).__file__ for name in {ROOMS}), sep='\\n')"
    for path in run(str(python), "-c", code, cwd=tmp_path).split():
        assert Path(path).is_relative_to(python.parents[1]), path


def test_the_demo_runs_and_saves_a_session(python: Path, tmp_path: Path) -> None:
    empty, home, said = tmp_path / "empty", tmp_path / "home", tmp_path / "said"
    empty.mkdir()
    command = (str(python.with_name("hipcue")), "demo", "--for", "0", "--no-display", "--no-audio")
    with said.open("wb") as out:
        demo = subprocess.Popen(command, cwd=empty, env={**os.environ, "HIPCUE_HOME": str(home)}, stdout=out)
        try:
            measured = home.joinpath("sessions").glob
            eventually(lambda: any(path.read_text().count("\n") > 1 for path in measured("*/strides.csv")), "a stride is saved")
            demo.send_signal(signal.SIGINT)
            assert demo.wait(timeout=GUARD_S) == 0
        finally:
            demo.kill()
    session = only_session(home / "sessions")
    assert f"Saved in {session}" in said.read_text()
    assert list(empty.iterdir()) == []
    # The store's tables are made by the migrations, which are in the wheel too.
    told = run(command[0], "sessions", "import", str(home / "sessions"), cwd=empty, HIPCUE_HOME=str(home))
    assert "in the store" in told
    run(command[0], "sessions", "report", str(session), "--out", str(tmp_path / "r.pdf"), cwd=empty, HIPCUE_HOME=str(home))
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_every_file_that_is_no_code_is_in_it(python: Path) -> None:
    """All but default.toml, which is generated from the schema for those who read the source."""
    (site,) = {path.parent for path in python.parents[1].glob("lib/*/site-packages/hipcue")}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and path.suffix not in (".py", ".pyc") and path != ROOT / "config" / "default.toml":
                assert (site / path.relative_to(ROOT)).is_file(), path


def test_its_settings_and_presets_are_in_it(python: Path, tmp_path: Path) -> None:
    hipcue = str(python.with_name("hipcue"))
    assert "[capture]" in run(hipcue, "config", "show", cwd=tmp_path)
    assert '"target"' in run(hipcue, "config", "show", "--preset", "show", cwd=tmp_path)
