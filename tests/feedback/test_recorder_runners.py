"""Given one runner after another on the same treadmill, each one's session is a session of its own."""

import json
from pathlib import Path

from config.schema import Settings
from config.training import Session
from feedback.recorder.header import session_header
from feedback.recorder.runners import Runners
from feedback.recorder.session import SessionFolder, read_table
from tests.message_examples import sample, stride
from wire.clock import s_to_ns
from wire.messages import Phase, PhaseName


def phase(name: PhaseName, runner: str = "") -> Phase:
    return Phase(name, "hip_extension", None, None, None, False, False, runner=runner, session_number=3 if runner else None)


class Gym:
    """A recorder and the day's messages, a second apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0
        self.now_s = 0.0
        self.runners = Runners(None, self._next)

    def _next(self) -> SessionFolder:
        self.made += 1
        return SessionFolder(self.folder / str(self.made), {"runner": ""})

    def hears(self, name: PhaseName, runner: str = "", seconds: int = 1) -> None:
        for _ in range(seconds):
            self.now_s += 1
            over = self.runners.phase(phase(name, runner), s_to_ns(self.now_s))
            if over is not None:
                over.close()
            self.runners.take(sample(int(self.now_s), self.now_s), s_to_ns(self.now_s))

    def frames(self, number: int) -> list[int]:
        return [int(row["frame"]) for row in read_table(self.folder / str(number) / "samples.csv")]


def test_a_new_session_begins_with_the_next_runner(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    for name in ("stand", "warm_up", "drill", "summary"):
        gym.hears(name, "Ada")
    gym.hears("idle", seconds=20)
    assert gym.runners.session is None
    gym.runners.take(stride(7, 24.5), s_to_ns(24.6))
    gym.hears("warm_up", "Ben", seconds=2)
    assert gym.runners.session is not None
    gym.runners.session.close()
    assert gym.frames(1) == [1, 2, 3, 4]
    # What was measured just before the coach noticed belongs to the new runner.
    assert gym.frames(2) == [20, 21, 22, 23, 24, 25, 26]
    assert [row["stride"] for row in read_table(tmp_path / "2" / "strides.csv")] == ["7"]
    assert gym.made == 2


def test_the_first_session_begins_with_the_first_runner_and_not_with_the_empty_room(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.hears("idle", seconds=60)
    assert (gym.runners.session, gym.made) == (None, 0)
    gym.hears("stand", "Ada", seconds=2)
    assert gym.runners.session is not None
    gym.runners.session.close()
    assert gym.frames(1) == [55, 56, 57, 58, 59, 60, 61, 62]


def test_a_session_that_never_came_to_its_summary_goes_on(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    for name in ("warm_up", "drill", "idle", "warm_up"):
        gym.hears(name, seconds=5)
    assert gym.made == 1


def test_the_runner_is_named_in_the_session(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.hears("warm_up", "Ada")
    assert gym.runners.session is not None
    gym.runners.session.close()
    told = (tmp_path / "1" / "session.json").read_text()
    assert '"runner": "Ada"' in told
    assert '"session_number": 3' in told


def test_a_guest_after_a_named_runner_has_no_name(tmp_path: Path) -> None:
    settings = Settings(session=Session(runner="Ada", session_number=8))
    session = SessionFolder(tmp_path, session_header(settings))
    Runners(session, lambda: session).phase(phase("warm_up", runner=""), s_to_ns(1))
    session.close()
    told = json.loads((tmp_path / "session.json").read_text())
    assert (told["runner"], told["session_number"]) == ("", None)


def test_nobody_trains_before_the_first_runner_and_between_two(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    trained = []
    for name in ("idle", "stand", "drill", "summary", "idle", "warm_up"):
        gym.hears(name)
        trained.append(gym.runners.trains)
    assert trained == [False, True, True, True, False, True]
