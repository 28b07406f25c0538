"""A drawn runner responds to cues as a willing runner would, or arches the back; either way the movement stays smooth."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.synthetic.cue_response import LESS, MORE, MOST_DEG, STEP_DEG, UPRIGHT, CueResponse
from capture.synthetic.kinematics import Runner, RunnerParameters
from capture.synthetic.synthetic_source import SyntheticRunner


def after(response: CueResponse, strides: range) -> tuple[float, float]:
    """Extension and lean of the last of these strides."""
    return [(response.extension_deg(k), response.lean_deg(k)) for k in strides][-1]


def test_without_cues_nothing_changes() -> None:
    assert after(CueResponse(15.0), range(20)) == (15.0, 0.0)


def test_a_willing_runner_reaches_what_the_cues_ask_for() -> None:
    response = CueResponse(15.0)
    response.apply_cue(MORE)
    assert 15.5 < response.extension_deg(0) < 17.0
    assert after(response, range(1, 20))[0] == pytest.approx(15 + STEP_DEG, abs=0.1)
    response.apply_cue(LESS)
    extension_deg, lean_deg = after(response, range(20, 40))
    assert (extension_deg, lean_deg) == pytest.approx((15, 0), abs=0.1)


def test_a_runner_who_arches_leans_back_until_the_cue_to_run_tall() -> None:
    response = CueResponse(15.0, arches=True)
    response.apply_cue(MORE)
    extension_deg, lean_deg = after(response, range(20))
    assert 15.5 < extension_deg < 15 + STEP_DEG
    assert lean_deg < -5
    response.apply_cue(UPRIGHT)
    extension_deg, lean_deg = after(response, range(20, 40))
    assert (extension_deg, lean_deg) == pytest.approx((15, 0), abs=0.1)


@given(st.lists(st.sampled_from([MORE, LESS, UPRIGHT, "quick", ""]), max_size=40))
def test_no_sequence_of_cues_exceeds_the_limit(rules: list[str]) -> None:
    response = CueResponse(15.0)
    for stride, rule in enumerate(rules):
        response.apply_cue(rule)
        assert abs(response.extension_deg(stride) - 15) <= MOST_DEG
        assert response.extension_deg(stride) == response.extension_deg(stride)


def test_the_drawn_trunk_moves_without_a_jump() -> None:
    response = CueResponse(15.0, arches=True)
    runner = Runner(RunnerParameters(trunk_lean_deg=6.0), response.extension_deg, response.lean_deg)
    times_s = [frame / 60 for frame in range(1200)]
    leans_deg = []
    for t_s in times_s:
        if t_s == 5:
            response.apply_cue(MORE)
        leans_deg.append(runner.pose(t_s).trunk_lean_deg)
    steps_deg = [abs(b - a) for a, b in pairwise(leans_deg)]
    assert max(steps_deg) < 0.5
    assert leans_deg[0] > 4.5
    assert leans_deg[-1] < 1


@pytest.mark.slow
def test_a_rewind_restores_the_runner_from_before_the_cues() -> None:
    recording = SyntheticRunner("synthetic:responds=true,width=160,height=120,fps=10,seconds=12,noise=0")
    plain = SyntheticRunner("synthetic:width=160,height=120,fps=10,seconds=12,noise=0")
    apply_cue = recording.cue_handler
    assert apply_cue is not None
    apply_cue(MORE)
    while recording.advance() is not None:
        recording.image()
    recording.rewind()
    while recording.advance() is not None:
        plain.advance()
        assert (recording.image() == plain.image()).all()
    apply_cue(MORE)
    recording.rewind()
    apply_cue(MORE)
    assert recording.runner.pose(1.0) != plain.runner.pose(1.0)


def test_only_a_runner_configured_to_respond_handles_cues() -> None:
    assert SyntheticRunner("synthetic:").cue_handler is None
    assert SyntheticRunner("synthetic:responds=true").cue_handler is not None
    assert SyntheticRunner("synthetic:arches=true").cue_handler is not None
