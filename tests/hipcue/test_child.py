"""A child that ends is restarted after a delay, one that hangs is killed first, and one that fails too often is given up."""

from hipcue.supervisor.child import Child
from hipcue.supervisor.watchdog import DELAYS_S, HUNG_S, RESTARTS
from wire.clock import s_to_ns
from wire.faults import FaultCode
from wire.messages import Health, State


class FakeProcess:
    """A process under the test's control."""

    def __init__(self, pid: int, again: bool) -> None:
        self.pid = pid
        self.again = again
        self.exitcode: int | None = None
        self.held = False
        """Whether it cannot be killed, like a process that waits in the driver of a missing device."""

    def terminate(self) -> None:
        self.exitcode = 0

    def kill(self) -> None:
        self.exitcode = None if self.held else -9

    def join(self, timeout: float | None = None, /) -> None:
        assert self.exitcode is not None or timeout is not None


class SupervisedChild:
    """A child that is checked every 100 ms; `now_s` is the test's clock."""

    def __init__(self) -> None:
        self.started: list[FakeProcess] = []
        self.now_s = 100.0
        self.loops = 0
        self.child = Child("analysis", self._start, s_to_ns(self.now_s))

    def _start(self, again: bool) -> FakeProcess:
        self.started.append(FakeProcess(pid=10 + len(self.started), again=again))
        return self.started[-1]

    def fault(self) -> FaultCode | None:
        return self.child.fault

    @property
    def process(self) -> FakeProcess:
        return self.started[-1]

    def beat(self, state: State = "running") -> None:
        self.loops += 1
        self.child.handle_health(Health("analysis", self.process.pid, state, 0, self.loops, {}, {}, {}))

    def progress(self, seconds: float) -> bool:
        for _ in range(round(seconds / 0.1)):
            self.now_s += 0.1
            makes_progress = self.child.makes_progress(s_to_ns(self.now_s))
        return makes_progress

    def check(self, seconds: float = 0.1) -> list[str]:
        sentences = []
        for _ in range(round(seconds / 0.1)):
            self.now_s += 0.1
            self.child.look()
            sentences.append(self.child.check(s_to_ns(self.now_s)))
        return [sentence for sentence in sentences if sentence]


def test_a_running_child_is_left_alone() -> None:
    supervised = SupervisedChild()
    for _ in range(100):
        supervised.beat()
        assert supervised.check(0.5) == []
    assert len(supervised.started) == 1
    assert supervised.child.fault is None


def test_a_killed_child_is_restarted_at_once_with_the_flag_for_a_restart() -> None:
    supervised = SupervisedChild()
    supervised.beat()
    supervised.process.exitcode = -9
    assert supervised.check() == ["analysis ended (SIGKILL) and was restarted"]
    assert [process.again for process in supervised.started] == [False, True]
    assert supervised.child.fault is FaultCode.PROCESS_RESTARTING
    assert not supervised.child.is_running
    supervised.check(2.0)
    supervised.beat()
    assert supervised.check() == ["analysis is running again after 2.1 s"]
    assert supervised.child.fault is None


def test_a_hung_child_is_killed_and_restarted() -> None:
    supervised = SupervisedChild()
    supervised.beat()
    [sentence] = supervised.check(HUNG_S)
    assert sentence == "analysis did not respond for 3 s, was killed and was restarted"
    assert supervised.started[0].exitcode == -9
    assert len(supervised.started) == 2


def test_a_hung_child_that_cannot_be_killed_is_reported_and_not_waited_for() -> None:
    supervised = SupervisedChild()
    supervised.beat()
    supervised.process.held = True
    [sentence] = supervised.check(HUNG_S + 10)
    assert sentence == "analysis hangs, and the system does not let it end"
    assert supervised.fault() is FaultCode.PROCESS_STUCK
    # A second one would find the device in use.
    assert len(supervised.started) == 1
    supervised.process.exitcode = -9
    assert supervised.check() == ["analysis ended (SIGKILL) and was restarted"]
    assert supervised.fault() is FaultCode.PROCESS_RESTARTING
    supervised.beat()
    assert len(supervised.check()) == 1
    assert supervised.fault() is None


def test_a_child_that_was_asked_to_end_makes_progress_until_it_hangs_or_has_ended() -> None:
    supervised = SupervisedChild()
    assert not supervised.progress(0.1)  # it has nothing to save yet
    supervised.beat()
    for _ in range(100):
        assert supervised.progress(HUNG_S - 0.1)
        supervised.beat("ended")
    assert not supervised.progress(HUNG_S)
    supervised.beat()
    assert supervised.progress(0.1)
    supervised.process.exitcode = 0
    assert not supervised.progress(0.1)


def test_a_restarted_child_may_load_before_its_end_for_it_has_the_work_of_the_one_before() -> None:
    supervised = SupervisedChild()
    supervised.beat()
    supervised.process.exitcode = -9
    supervised.check()
    assert supervised.progress(HUNG_S + 1)
    supervised.beat("starting")
    assert not supervised.progress(HUNG_S)


def test_a_child_that_fails_too_often_is_given_up() -> None:
    supervised = SupervisedChild()
    starts_s = []
    for _ in range(RESTARTS + 1):
        supervised.beat()
        supervised.check()
        supervised.process.exitcode = 1
        failed_s = supervised.now_s
        number = len(supervised.started)
        while len(supervised.started) == number and supervised.now_s < failed_s + 10:
            supervised.check()
        starts_s.append(supervised.now_s - failed_s)
    assert len(supervised.started) == RESTARTS + 1
    for took_s, delay_s in zip(starts_s, DELAYS_S, strict=False):
        assert delay_s <= took_s <= delay_s + 0.3
    assert supervised.child.given_up
    assert supervised.child.fault is FaultCode.PROCESS_GIVEN_UP
    assert supervised.child.exit_code is None
    supervised.check(120)
    assert len(supervised.started) == RESTARTS + 1


def test_only_a_child_that_fails_before_it_was_running_cannot_start() -> None:
    supervised = SupervisedChild()
    supervised.beat("failed")
    supervised.process.exitcode = 3
    supervised.child.look()
    assert supervised.child.cannot_start
    again = SupervisedChild()
    again.beat()
    again.process.exitcode = 1
    again.child.look()
    assert not again.child.cannot_start
    again.check()
    again.beat("failed")
    again.process.exitcode = 3
    again.child.look()
    assert not again.child.cannot_start


def test_a_child_that_ends_between_two_looks_is_not_restarted_before_the_next() -> None:
    supervised = SupervisedChild()
    supervised.beat("failed")
    supervised.child.look()
    supervised.process.exitcode = 3
    assert not supervised.child.cannot_start
    assert supervised.child.check(s_to_ns(supervised.now_s)) == ""
    supervised.child.look()
    assert supervised.child.cannot_start
    assert len(supervised.started) == 1


def test_a_child_killed_while_loading_can_start() -> None:
    supervised = SupervisedChild()
    supervised.process.exitcode = -11
    supervised.child.look()
    assert not supervised.child.cannot_start
