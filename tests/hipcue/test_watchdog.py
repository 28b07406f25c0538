"""A hung loop is detected after three seconds of the watchdog's time; restarts are limited, with growing delays."""

from hypothesis import given
from hypothesis import strategies as st

from hipcue.supervisor.watchdog import DELAYS_S, HUNG_S, LOAD_S, LONGEST_STEP_S, RESTARTS, WINDOW_S, Heartbeat, RestartBudget
from wire.clock import s_to_ns
from wire.messages import Health, State

STEP_NS = s_to_ns(0.1)


def health(loops: int, pid: int = 7, state: State = "running") -> Health:
    return Health("analysis", pid, state, 0, loops, {}, {}, {})


def pass_time(heartbeat: Heartbeat, seconds: float) -> None:
    for _ in range(round(seconds / 0.1)):
        heartbeat.pass_time(STEP_NS)


class TestAHeartbeat:
    def test_that_continues_is_not_a_hang(self) -> None:
        heartbeat = Heartbeat(7)
        for loops in range(1, 100):
            heartbeat.receive(health(loops))
            pass_time(heartbeat, HUNG_S - 0.1)
            assert not heartbeat.hangs

    def test_that_stops_is_a_hang_after_three_seconds(self) -> None:
        heartbeat = Heartbeat(7)
        heartbeat.receive(health(1))
        pass_time(heartbeat, HUNG_S - 0.1)
        assert not heartbeat.hangs
        pass_time(heartbeat, 0.1)
        assert heartbeat.hangs

    def test_without_a_new_round_does_not_count(self) -> None:
        heartbeat = Heartbeat(7)
        heartbeat.receive(health(5))
        pass_time(heartbeat, HUNG_S - 0.1)
        heartbeat.receive(health(5))
        pass_time(heartbeat, 0.1)
        assert heartbeat.hangs

    def test_of_an_earlier_process_does_not_count(self) -> None:
        heartbeat = Heartbeat(7)
        heartbeat.receive(health(1))
        pass_time(heartbeat, HUNG_S - 0.1)
        heartbeat.receive(health(900, pid=6))
        pass_time(heartbeat, 0.1)
        assert heartbeat.hangs

    def test_has_time_to_load_before_its_first_round(self) -> None:
        heartbeat = Heartbeat(7)
        heartbeat.receive(health(0, state="starting"))
        pass_time(heartbeat, LOAD_S - 0.1)
        assert not heartbeat.hangs
        pass_time(heartbeat, 0.1)
        assert heartbeat.hangs

    def test_is_not_expected_from_a_sleeping_machine(self) -> None:
        heartbeat = Heartbeat(7)
        heartbeat.receive(health(1))
        heartbeat.pass_time(s_to_ns(8 * 3600))
        assert not heartbeat.hangs

    def test_has_run_once_the_loop_runs_and_reports_it(self) -> None:
        heartbeat = Heartbeat(7)
        rounds: tuple[tuple[State, bool], ...] = (("running", False), ("starting", False), ("degraded", True), ("ended", True))
        for loops, (state, works) in enumerate(rounds):
            heartbeat.receive(health(loops, state=state))
            assert heartbeat.has_run is works


@given(st.lists(st.floats(0, 3600), max_size=50))
def test_no_single_pause_of_the_watchdog_is_a_hang(steps_s: list[float]) -> None:
    heartbeat = Heartbeat(7)
    for loops, step_s in enumerate(steps_s, start=1):
        heartbeat.receive(health(loops))
        heartbeat.pass_time(s_to_ns(step_s))
        assert not heartbeat.hangs
    assert LONGEST_STEP_S < HUNG_S


class TestARestartBudget:
    def test_has_growing_delays_until_it_is_used_up(self) -> None:
        budget = RestartBudget()
        assert [budget.spend(0) for _ in range(RESTARTS + 1)] == [*map(s_to_ns, DELAYS_S), None]

    def test_is_restored_after_the_window(self) -> None:
        budget = RestartBudget()
        for _ in range(RESTARTS):
            budget.spend(0)
        assert budget.spend(s_to_ns(WINDOW_S)) == 0

    @given(st.lists(st.floats(0, 30), min_size=1, max_size=60))
    def test_never_exceeds_its_number_within_a_window(self, gaps_s: list[float]) -> None:
        budget, now_ns, given_ns = RestartBudget(), 0, []
        for gap_s in gaps_s:
            now_ns += s_to_ns(gap_s)
            if budget.spend(now_ns) is not None:
                given_ns.append(now_ns)
        for at_ns in given_ns:
            assert sum(at_ns - s_to_ns(WINDOW_S) < other_ns <= at_ns for other_ns in given_ns) <= RESTARTS
