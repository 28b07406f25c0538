"""A child that falls is started again after a pause, one that hangs is ended first, and one that falls too often stays off."""

from hipcue.child import Child
from hipcue.watch import DELAYS_S, HUNG_S, RESTARTS
from wire.clock import s_to_ns
from wire.health import State
from wire.messages import Health


class Process:
    """A process of the test's own."""

    def __init__(self, pid: int, again: bool) -> None:
        self.pid = pid
        self.again = again
        self.exitcode: int | None = None
        self.held = False
        """Whether the system keeps it from ending, as a driver does whose device is gone."""

    def terminate(self) -> None:
        self.exitcode = 0

    def kill(self) -> None:
        self.exitcode = None if self.held else -9

    def join(self, timeout: float | None = None, /) -> None:
        assert self.exitcode is not None or timeout is not None


class Kept:
    """A child under care, looked after every 100 ms; `now_s` is the test's clock."""

    def __init__(self) -> None:
        self.started: list[Process] = []
        self.now_s = 100.0
        self.loops = 0
        self.child = Child("analysis", self._start, s_to_ns(self.now_s))

    def _start(self, again: bool) -> Process:
        self.started.append(Process(pid=10 + len(self.started), again=again))
        return self.started[-1]

    @property
    def process(self) -> Process:
        return self.started[-1]

    def beats(self, state: State = "running") -> None:
        self.loops += 1
        self.child.hear(Health("analysis", self.process.pid, state, "", 0, self.loops, {}, {}, {}))

    def look(self, seconds: float = 0.1) -> list[str]:
        said = []
        for _ in range(round(seconds / 0.1)):
            self.now_s += 0.1
            said.append(self.child.look_after(s_to_ns(self.now_s)))
        return [sentence for sentence in said if sentence]


def test_one_that_works_is_left_alone() -> None:
    kept = Kept()
    for _ in range(100):
        kept.beats()
        assert kept.look(0.5) == []
    assert len(kept.started) == 1
    assert kept.child.complaint == ""


def test_one_that_was_killed_is_started_again_at_once_and_is_told_that_it_has_run_before() -> None:
    kept = Kept()
    kept.beats()
    kept.process.exitcode = -9
    assert kept.look() == ["analysis ended (SIGKILL) and was started again"]
    assert [process.again for process in kept.started] == [False, True]
    assert kept.child.complaint == "analysis is being started again"
    assert not kept.child.works
    kept.look(2.0)
    kept.beats()
    assert kept.look() == ["analysis works again after 2.1 s"]
    assert kept.child.complaint == ""


def test_one_that_hangs_is_ended_and_started_again() -> None:
    kept = Kept()
    kept.beats()
    [sentence] = kept.look(HUNG_S)
    assert sentence == "analysis gave no sign of life for 3 s and was ended and was started again"
    assert kept.started[0].exitcode == -9
    assert len(kept.started) == 2


def test_one_that_hangs_and_cannot_be_ended_is_said_and_not_waited_for() -> None:
    kept = Kept()
    kept.beats()
    kept.process.held = True
    [sentence] = kept.look(HUNG_S + 10)
    assert sentence == "analysis hangs and the system does not let it end; unplug its device, or start the machine again"
    assert kept.child.complaint == sentence
    # A second one would find the device taken.
    assert len(kept.started) == 1
    kept.process.exitcode = -9
    assert kept.look() == ["analysis ended (SIGKILL) and was started again"]
    assert kept.child.complaint == "analysis is being started again"
    kept.beats()
    assert len(kept.look()) == 1
    assert kept.child.complaint == ""


def test_one_that_falls_too_often_stays_off_and_says_so() -> None:
    kept = Kept()
    starts_s = []
    for _ in range(RESTARTS + 1):
        kept.beats()
        kept.look()
        kept.process.exitcode = 1
        fell_s = kept.now_s
        number = len(kept.started)
        while len(kept.started) == number and kept.now_s < fell_s + 10:
            kept.look()
        starts_s.append(kept.now_s - fell_s)
    assert len(kept.started) == RESTARTS + 1
    for took_s, delay_s in zip(starts_s, DELAYS_S, strict=False):
        assert delay_s <= took_s <= delay_s + 0.3
    assert kept.child.given_up
    assert kept.child.complaint == "analysis has failed: it ended 6 times within 60 s; start HipCue again"
    assert kept.child.exit_code is None
    kept.look(120)
    assert len(kept.started) == RESTARTS + 1


def test_one_that_cannot_begin_refuses_and_one_that_fell_later_does_not() -> None:
    kept = Kept()
    kept.beats("failed")
    kept.process.exitcode = 3
    assert kept.child.refuses
    again = Kept()
    again.beats()
    again.process.exitcode = 1
    assert not again.child.refuses
    again.look()
    again.beats("failed")
    again.process.exitcode = 3
    assert not again.child.refuses


def test_one_that_was_killed_while_it_loaded_does_not_refuse() -> None:
    kept = Kept()
    kept.process.exitcode = -11
    assert not kept.child.refuses
