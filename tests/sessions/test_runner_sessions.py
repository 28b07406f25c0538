"""Given one runner after another on the same treadmill, each has a session of their own."""

import json
from pathlib import Path

from config.sections.session import SessionSettings
from config.settings import Settings
from sessions.format.csv_rows import table_rows
from sessions.format.header import session_header
from sessions.recorder.runner_sessions import RunnerSessions
from sessions.recorder.session_writer import SessionWriter
from tests.support.message_examples import sample, stride
from wire.clock import s_to_ns
from wire.messages import Phase, PhaseName


def phase(name: PhaseName, runner: str = "") -> Phase:
    return Phase(name, "hip_extension", None, None, None, False, False, runner=runner, session_number=3 if runner else None)


class OneTreadmill:
    """The sessions of one treadmill, and its messages, a second apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0
        self.now_s = 0.0
        self.runners = RunnerSessions(None, self._next)

    def _next(self) -> SessionWriter:
        self.made += 1
        return SessionWriter(self.folder / str(self.made), {"runner": ""})

    def receives(self, name: PhaseName, runner: str = "", seconds: int = 1) -> None:
        for _ in range(seconds):
            self.now_s += 1
            over = self.runners.phase(phase(name, runner), s_to_ns(self.now_s))
            if over is not None:
                over.close()
            self.runners.take(sample(int(self.now_s), self.now_s), s_to_ns(self.now_s))

    def frames(self, number: int) -> list[int]:
        return [int(row["frame"]) for row in table_rows(self.folder / str(number) / "samples.csv")]


def test_a_new_session_begins_with_the_next_runner(tmp_path: Path) -> None:
    gym = OneTreadmill(tmp_path)
    for name in ("stand", "warm_up", "drill", "summary"):
        gym.receives(name, "Ada")
    gym.receives("idle", seconds=20)
    assert gym.runners.session is None
    gym.runners.take(stride(7, 24.5), s_to_ns(24.6))
    gym.receives("warm_up", "Ben", seconds=2)
    assert gym.runners.session is not None
    gym.runners.session.close()
    assert gym.frames(1) == [1, 2, 3, 4]
    # What was measured just before the coach detected the new runner is theirs.
    assert gym.frames(2) == [20, 21, 22, 23, 24, 25, 26]
    assert [row["stride"] for row in table_rows(tmp_path / "2" / "strides.csv")] == ["7"]
    assert gym.made == 2


def test_the_first_session_begins_with_the_first_runner_and_not_with_the_empty_room(tmp_path: Path) -> None:
    gym = OneTreadmill(tmp_path)
    gym.receives("idle", seconds=60)
    assert (gym.runners.session, gym.made) == (None, 0)
    gym.receives("stand", "Ada", seconds=2)
    assert gym.runners.session is not None
    gym.runners.session.close()
    assert gym.frames(1) == [55, 56, 57, 58, 59, 60, 61, 62]


def test_a_session_without_a_summary_continues(tmp_path: Path) -> None:
    gym = OneTreadmill(tmp_path)
    for name in ("warm_up", "drill", "idle", "warm_up"):
        gym.receives(name, seconds=5)
    assert gym.made == 1


def test_the_runner_is_named_in_the_session(tmp_path: Path) -> None:
    gym = OneTreadmill(tmp_path)
    gym.receives("warm_up", "Ada")
    assert gym.runners.session is not None
    gym.runners.session.close()
    found = (tmp_path / "1" / "session.json").read_text()
    assert '"runner": "Ada"' in found
    assert '"session_number": 3' in found


def test_a_guest_after_a_named_runner_has_no_name(tmp_path: Path) -> None:
    settings = Settings(session=SessionSettings(runner="Ada", session_number=8))
    session = SessionWriter(tmp_path, session_header(settings))
    RunnerSessions(session, lambda: session).phase(phase("warm_up", runner=""), s_to_ns(1))
    session.close()
    found = json.loads((tmp_path / "session.json").read_text())
    assert (found["runner"], found["session_number"]) == ("", None)


def test_nobody_trains_before_the_first_runner_and_between_two(tmp_path: Path) -> None:
    gym = OneTreadmill(tmp_path)
    trained = []
    for name in ("idle", "stand", "drill", "summary", "idle", "warm_up"):
        gym.receives(name)
        trained.append(gym.runners.training)
    assert trained == [False, True, True, True, False, True]
