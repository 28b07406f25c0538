"""A drawn runner answers cues as a willing runner would, or arches; either way nothing jumps."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.runner.answer import LESS, MORE, MOST_DEG, STEP_DEG, UPRIGHT, Answer
from capture.runner.kinematics import Runner, RunnerParameters
from capture.synthetic import SyntheticRunner


def after(answer: Answer, strides: range) -> tuple[float, float]:
    """Extension and lean of the last of these strides."""
    return [(answer.extension_deg(k), answer.lean_deg(k)) for k in strides][-1]


def test_without_cues_nothing_changes() -> None:
    assert after(Answer(15.0), range(20)) == (15.0, 0.0)


def test_a_willing_runner_comes_to_what_is_asked() -> None:
    answer = Answer(15.0)
    answer.hear(MORE)
    assert 15.5 < answer.extension_deg(0) < 17.0
    assert after(answer, range(1, 20))[0] == pytest.approx(15 + STEP_DEG, abs=0.1)
    answer.hear(LESS)
    extension_deg, lean_deg = after(answer, range(20, 40))
    assert (extension_deg, lean_deg) == pytest.approx((15, 0), abs=0.1)


def test_one_who_arches_leans_back_until_told_to_run_tall() -> None:
    answer = Answer(15.0, arches=True)
    answer.hear(MORE)
    extension_deg, lean_deg = after(answer, range(20))
    assert 15.5 < extension_deg < 15 + STEP_DEG
    assert lean_deg < -5
    answer.hear(UPRIGHT)
    extension_deg, lean_deg = after(answer, range(20, 40))
    assert (extension_deg, lean_deg) == pytest.approx((15, 0), abs=0.1)


@given(st.lists(st.sampled_from([MORE, LESS, UPRIGHT, "quick", ""]), max_size=40))
def test_no_cues_make_anything_absurd(rules: list[str]) -> None:
    answer = Answer(15.0)
    for stride, rule in enumerate(rules):
        answer.hear(rule)
        assert abs(answer.extension_deg(stride) - 15) <= MOST_DEG
        assert answer.extension_deg(stride) == answer.extension_deg(stride)


def test_the_drawn_trunk_follows_without_a_jump() -> None:
    answer = Answer(15.0, arches=True)
    runner = Runner(RunnerParameters(trunk_lean_deg=6.0), answer.extension_deg, answer.lean_deg)
    times_s = [frame / 60 for frame in range(1200)]
    leans_deg = []
    for t_s in times_s:
        if t_s == 5:
            answer.hear(MORE)
        leans_deg.append(runner.pose(t_s).trunk_lean_deg)
    steps_deg = [abs(b - a) for a, b in pairwise(leans_deg)]
    assert max(steps_deg) < 0.5
    assert leans_deg[0] > 4.5
    assert leans_deg[-1] < 1


def test_played_again_it_is_the_same_runner_as_before_the_cues() -> None:
    recording = SyntheticRunner("synthetic:responds=true,width=160,height=120,fps=10,seconds=12,noise=0")
    plain = SyntheticRunner("synthetic:width=160,height=120,fps=10,seconds=12,noise=0")
    hear = recording.hears
    assert hear is not None
    hear(MORE)
    while recording.advance() is not None:
        recording.image()
    recording.rewind()
    while recording.advance() is not None:
        plain.advance()
        assert (recording.image() == plain.image()).all()
    hear(MORE)
    recording.rewind()
    hear(MORE)
    assert recording.runner.pose(1.0) != plain.runner.pose(1.0)


def test_only_who_is_asked_to_answer_hears() -> None:
    assert SyntheticRunner("synthetic:").hears is None
    assert SyntheticRunner("synthetic:responds=true").hears is not None
    assert SyntheticRunner("synthetic:arches=true").hears is not None
