"""Given the peaks of a runner's legs, then slow motion is distinguished from running, however many peaks were missed."""

import pytest

from capture.sources.slow_motion import StepRhythm


def rhythm(cadence_spm: float, steps: int = 12, legs: str = "both", missed: tuple[int, ...] = ()) -> StepRhythm:
    made = StepRhythm()
    for number in range(steps):
        leg = ("near", "far")[number % 2]
        if number not in missed and (legs == "both" or leg == "near"):
            made.add(leg, number * 60 / cadence_spm)
    return made


@pytest.mark.parametrize("legs", ["both", "near"])
@pytest.mark.parametrize(
    ("cadence_spm", "slow"), [(21, True), (42, True), (85, True), (125, False), (170, False), (210, False)]
)
def test_by_their_rhythm(cadence_spm: float, slow: bool, legs: str) -> None:
    found = rhythm(cadence_spm, legs=legs)
    assert found.cadence_spm == pytest.approx(cadence_spm)
    assert found.looks_slow is slow


@pytest.mark.parametrize(("cadence_spm", "sped_up"), [(170, False), (285, False), (320, True), (340, True)])
def test_nobody_runs_as_fast_as_a_clip_that_was_sped_up(cadence_spm: float, sped_up: bool) -> None:
    assert rhythm(cadence_spm).looks_sped_up is sped_up


def test_every_second_stride_of_a_clip_that_was_sped_up_is_enough() -> None:
    """A stride of running is followed, which lasts two strides here."""
    assert rhythm(340, steps=16, missed=(2, 3, 6, 7, 10, 11, 14, 15)).looks_sped_up


def test_a_runner_whose_steps_are_often_missed_is_not_slow() -> None:
    assert not rhythm(170, steps=16, missed=(3, 4, 5, 8, 9, 10)).looks_slow


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_too_few_steps_say_nothing(steps: int) -> None:
    found = rhythm(20, steps=steps)
    assert found.cadence_spm is None
    assert not found.looks_slow
