"""Given the health of the processes, then the stages of the way are told in order, each by the process that measures it."""

from dataclasses import replace

from wire.health.stages import STAGES, measured
from wire.messages import Health, Latency
from wire.topics import PROCESSES


def health(process: str, latency: dict[str, Latency], recent: dict[str, Latency]) -> Health:
    return Health(process, 1, "running", 1, 1, {}, {}, latency, recent)


def said_by_all(count: int, recent_count: int) -> dict[str, Health]:
    whole, recent = (Latency(number, 1.0, 2.0, 3.0, 4.0) for number in (count, recent_count))
    names = {process: [stage.name for stage in STAGES if stage.process == process] for process in PROCESSES}
    return {
        process: health(process, dict.fromkeys(own, whole), dict.fromkeys(own, recent)) for process, own in names.items() if own
    }


def test_every_stage_has_a_name_of_its_own_and_a_process() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES)
    assert {stage.process for stage in STAGES} <= set(PROCESSES)


def test_all_are_told_in_the_order_of_the_way() -> None:
    heard = said_by_all(count=9, recent_count=2)
    assert [stage for stage, _ in measured(heard, recent=False)] == list(STAGES)
    assert {latency.count for _, latency in measured(heard, recent=False)} == {9}
    assert {latency.count for _, latency in measured(heard, recent=True)} == {2}


def test_what_nobody_has_measured_is_left_out() -> None:
    heard = said_by_all(count=9, recent_count=0)
    del heard["audio"]
    assert measured(heard, recent=True) == []
    assert {stage.process for stage, _ in measured(heard, recent=False)} == {"capture", "analysis", "coach", "display"}


def test_a_stage_counts_only_from_its_own_process() -> None:
    stranger = replace(STAGES[0], process="recorder")
    heard = {"recorder": health("recorder", {stranger.name: Latency(1, 1.0, 1.0, 1.0, 1.0)}, {})}
    assert measured(heard, recent=False) == []
