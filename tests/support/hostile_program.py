"""The program for a hostile walk (hostile.py).

`python -m tests.support.hostile_program FOLDER` reads command lines as JSON, runs each in a forked child, and answers with
`Outcome`s. In them nothing starts that takes seconds or reaches beyond the folder: `run`, `demo` and `follow` open
their source and end, and the pose model sees nobody.
"""

import importlib
import json
import os
import resource
import signal
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import cv2
import numpy as np

from capture.opening import open_source
from capture.sources.source import SourceError
from hipcue.cli.main import main
from tests.support.forged_sessions import good_session
from tests.support.hostile import Outcome
from wire.texts import Finding
from wire.visible_text import one_line

_GUARD_S = 60
_LOADED = (
    "hipcue.analyse.folder",
    "hipcue.cli.commands",
    "hipcue.doctor",
    "hipcue.supervisor.live",
    "rich.progress",
    "sessions.export.formats",
    "sessions.report.pdf",
    "sessions.report.session_report",
    "sessions.report.trend_report",
    "sessions.store.catalogue",
    "sqlalchemy.dialects.sqlite",
)
"""Loaded once, so that the children need not."""


def _prepare(folder: Path) -> Path:
    """The folder in which the commands run, deep enough for `../..`, and a home with a store of two sessions."""
    work = folder / "a" / "b" / "c"
    work.mkdir(parents=True)
    os.mkfifo(work / "pipe")
    for name in ("folder", "caf\udce9", "bad session"):
        (work / name).mkdir()
    (work / "text").write_text("[session]\nrunner = 'Ada'\n")
    (work / "bom.toml").write_bytes(b"\xef\xbb\xbf[audio]\r\nvolume = 0.5\r\n")
    (work / "deep.toml").write_text("a = " + "[" * 5000 + "]" * 5000)
    (work / "zero\udcff.mp4").write_bytes(bytes(1000))
    _film(work / "film.mp4")
    (work / "film.mp4").rename(work / "caf\udce9" / "\udce9.mp4")
    (work / "bad session" / "session.json").write_text('{"started": 1}')
    for day, name in enumerate(("session", "imported")):
        good_session(work / name, day)
    os.chdir(work)
    os.environ.update(HIPCUE_HOME=str(folder / "home"), HOME=str(folder), XDG_RUNTIME_DIR=str(folder), COLUMNS="100")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "PULSE_SERVER"):
        os.environ.pop(name, None)
    os.environ.update(SDL_VIDEODRIVER="dummy")
    return work


def _film(path: Path) -> None:
    """A few grey pictures."""
    file = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, (160, 120))
    for grey in range(10):
        file.write(np.full((120, 160, 3), 20 * grey, np.uint8))
    file.release()


def _replace_what_takes_seconds() -> None:
    """See the head of this file."""

    class Nothing:
        """Stands for the supervisor: opens the source as the capture process does, and ends."""

        def __init__(self, _specs: Any, job: Any, *_: Any) -> None:
            self.notes: list[str] = []
            self.session: Path | None = None
            self._job = job

        def run(self, *_: float | None, **_more: float | None) -> int:
            try:
                open_source(self._job.settings.capture).close()
            except SourceError as error:
                print(one_line(str(error)), file=sys.stderr)
                return 3
            return 0

    class NobodyThere:
        """Stands for the pose model."""

        facts: ClassVar[dict[str, str]] = {}

        def __getattr__(self, _name: str) -> Any:
            return lambda *_arguments, **_more: None

    for name, stand_in in {
        "hipcue.supervisor.live.Supervisor": Nothing,
        "hipcue.analyse.clip.open_backend": lambda _settings: NobodyThere(),
        "hipcue.doctor.camera_check.LOOK_S": 0.1,
        "hipcue.doctor.check_pose_model": lambda *_: (Finding("speed", True, ""), None),
        "hipcue.doctor.check_person": lambda *_: Finding("person", True, ""),
        "hipcue.doctor.check_sound": lambda *_: (Finding("sound", True, ""), None),
    }.items():
        patch(name, stand_in).start()


def _run_here(words: list[str]) -> None:
    """In the forked child: end it as the program would."""
    resource.setrlimit(resource.RLIMIT_CPU, (_GUARD_S, _GUARD_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(_GUARD_S)
    sys.argv = ["hipcue", *words]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1 if end.code else 0
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 70
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _outcome(words: list[str], folder: Path) -> Outcome:
    out, err = folder / "out", folder / "err"
    sys.stdout.flush()
    child = os.fork()
    if not child:
        with out.open("wb") as out_file, err.open("wb") as err_file, open(os.devnull, "rb") as nothing:
            for file, descriptor in ((nothing, 0), (out_file, 1), (err_file, 2)):
                os.dup2(file.fileno(), descriptor)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        _run_here(words)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    out_text, err_text = (path.read_bytes()[:200_000].decode("utf-8", "replace") for path in (out, err))
    return Outcome(tuple(words), code, out_text, err_text, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _serve(folder: Path) -> None:
    for name in _LOADED:
        importlib.import_module(name)
    _prepare(folder)
    _replace_what_takes_seconds()
    _outcome(["sessions", "import", "imported", "session"], folder)
    for line in sys.stdin:
        print(json.dumps(asdict(_outcome(json.loads(line), folder))), flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]).absolute())
