"""Given evidence of which leg is the near one, then the belief weighs it, and doubt is shown until it is settled."""

import numpy as np
import pytest

from analysis.gait.curves import GaitCurve, basis_row
from analysis.gait.leg_belief import LegBelief
from analysis.gait.leg_clues import ArmSwing, LabelTrust, LegEvidence, LegLengths, Seam, curve_nats, labels_nats

FRAME_S = 1 / 30
ALL_AGREE = LegEvidence(labels=3.0, arms=0.6, lengths=0.2)
LABELS_FLIPPED = LegEvidence(labels=-3.0, arms=0.6, lengths=0.2)
ALL_LABELS_FLIPPED = LegEvidence(labels=-3.0, arms=-0.6, lengths=0.2)
LEGS_EXCHANGED = LegEvidence(labels=-3.0, arms=-0.6, lengths=-0.2)


def seen(belief: LegBelief, evidence: LegEvidence, seconds: float) -> LegBelief:
    for _ in range(round(seconds / FRAME_S)):
        belief.advance(FRAME_S, jumped=0.0)
        belief.observe(evidence)
        if belief.right > 0.7:
            belief.learn(FRAME_S)
    return belief


def followed() -> LegBelief:
    return seen(LegBelief(), ALL_AGREE, 4.0)


def test_at_first_it_is_open_which_leg_is_which() -> None:
    assert LegBelief().right == pytest.approx(0.5)


def test_labels_and_arms_that_agree_settle_it() -> None:
    assert followed().right > 0.98


def test_labels_flipped_in_a_burst_change_little() -> None:
    assert seen(followed(), LABELS_FLIPPED, 0.13).right > 0.95


def test_the_legs_labels_alone_do_not_outweigh_arms_and_shapes() -> None:
    assert seen(followed(), LABELS_FLIPPED, 2.0).right > 0.9


def test_all_labels_flipped_at_once_leave_doubt() -> None:
    """A jump of half a stride looks the same at first as a model that takes the body for its mirror image."""
    for evidence in (ALL_LABELS_FLIPPED, LEGS_EXCHANGED):
        assert 0.2 < seen(followed(), evidence, 0.25).right < 0.8


def test_the_shapes_decide_within_a_stride_whether_the_legs_were_exchanged() -> None:
    assert seen(followed(), LEGS_EXCHANGED, 0.9).right < 0.2
    assert seen(followed(), ALL_LABELS_FLIPPED, 0.9).right > 0.6


def test_shapes_that_change_alone_do_not_exchange_the_legs() -> None:
    """A bar in front of the legs changes what is seen of their lengths, for as long as it is there."""
    assert seen(followed(), LegEvidence(labels=3.0, arms=0.6, lengths=-0.6), 6.0).right > 0.9


def test_where_pictures_are_missing_flipped_labels_are_exchanged_legs() -> None:
    belief = followed()
    belief.advance(FRAME_S, jumped=0.0, seam_nats=3.0)
    assert seen(belief, ALL_LABELS_FLIPPED, 0.25).right < seen(followed(), ALL_LABELS_FLIPPED, 0.25).right - 0.2


def test_labels_wrong_from_the_start_are_found_out_once_they_are_right() -> None:
    wrong = seen(LegBelief(), LegEvidence(labels=3.0, lengths=0.2), 2.5)
    corrected = seen(wrong, LegEvidence(labels=-3.0, lengths=0.2), 5.0)
    assert corrected.right < 0.4
    assert corrected.learnt_wrongly


def test_exchanged_legs_are_believed_the_other_way_round() -> None:
    belief = seen(followed(), LEGS_EXCHANGED, 1.0)
    right, labels_right = belief.right, belief.labels_right
    belief.exchange(learnt=False)
    assert belief.right == pytest.approx(1 - right)
    assert belief.labels_right == pytest.approx(1 - labels_right)


def test_a_jump_of_the_phase_leaves_some_doubt() -> None:
    belief = followed()
    belief.advance(FRAME_S, jumped=1.0)
    assert 0.75 < belief.right < 0.9


def test_the_arm_on_the_side_of_the_near_leg_swings_against_it() -> None:
    def total_nats(side: float) -> float:
        arms, nats = ArmSwing(), 0.0
        for t_s in np.arange(0, 3, FRAME_S):
            swing = np.cos(2 * np.pi * 1.4 * t_s)
            nats += arms.nats(side * 0.4 * swing + 0.1, 40 * swing, FRAME_S)
        return nats

    assert total_nats(-1.0) > 10
    assert total_nats(1.0) < -10
    assert abs(total_nats(0.0)) < 1e-6


def seam_nats(missing_s: float = 0.0, flipped: bool = False) -> float:
    """What arms show in the last of 60 frames, before which pictures are missing or the labels are exchanged."""
    seam, nats, rng = Seam(), 0.0, np.random.default_rng(1)
    for index in range(60):
        last = index == 59
        swing_px = 40 * np.cos(2 * np.pi * 1.4 * (index * FRAME_S + last * missing_s))
        # Shoulders, elbows and wrists swing ever further, the nearer arm more.
        points = np.array([side * part * swing_px + 80j * part for part in (0.2, 1.0, 2.0) for side in (1.3, -1.0)])
        points += rng.normal(0, 1.0, 6) + 1j * rng.normal(0, 1.0, 6)
        nats = seam.nats(tuple(points[[1, 0, 3, 2, 5, 4]] if last and flipped else points), FRAME_S)
    return nats


def test_arms_that_do_not_move_on_show_a_seam() -> None:
    assert seam_nats() < 0
    assert seam_nats(missing_s=0.2) > 1


def test_exchanged_labels_of_the_arms_are_no_seam() -> None:
    assert seam_nats(flipped=True) == pytest.approx(seam_nats())


def test_the_longer_leg_is_recognised() -> None:
    lengths = LegLengths()
    for _ in range(60):
        lengths.learn((102.0, 105.0), (100.0, 100.0), FRAME_S)
    assert lengths.nats((102.0, 105.0), (100.0, 100.0), 0.7) > 3
    assert lengths.nats((100.0, 100.0), (102.0, 105.0), 0.7) < -3


def test_labels_of_crossing_legs_say_little() -> None:
    assert labels_nats(0.9, 0.1, apart_deg=40.0, dt_s=FRAME_S) > 3 * labels_nats(0.9, 0.1, apart_deg=3.0, dt_s=FRAME_S) > 0


def test_arms_that_change_sides_are_seen_at_once() -> None:
    def turn_nats(mislabelled: bool) -> float:
        arms = ArmSwing()
        for index in range(60):
            swing = np.cos(2 * np.pi * 1.4 * (index - 59) * FRAME_S)
            arms.nats((0.4 if index == 59 and mislabelled else -0.4) * swing, 40 * swing, FRAME_S)
        return arms.turn_nats

    assert turn_nats(mislabelled=True) > 3
    assert turn_nats(mislabelled=False) == 0


def test_labels_are_trusted_as_far_as_they_were_right_at_this_part_of_the_stride() -> None:
    trust = LabelTrust()
    for index in range(900):
        phase = index / 30 % 1
        wrong = phase < 0.125 and index // 30 % 3 == 0
        trust.learn(phase, straight=float(not wrong), swapped=float(wrong), dt_s=FRAME_S / 2)
    assert trust.of(0.05) < 0.5
    assert trust.of(0.5) > 0.95


def test_lengths_that_scatter_say_little() -> None:
    def nats(scatter: float) -> float:
        lengths, rng = LegLengths(), np.random.default_rng(1)
        for off in rng.normal(0.0, scatter, 200):
            lengths.learn((103.0 * np.exp(off), 103.0), (100.0, 100.0), FRAME_S)
        return lengths.nats((103.0, 100.0), (100.0, 100.0), 0.7)

    assert nats(0.3) < 0.2 * nats(0.03)


def test_a_thigh_that_the_model_misplaces_says_nothing_of_the_curves() -> None:
    near, far = GaitCurve.thigh(), GaitCurve.thigh()
    far.coefficients = near.coefficients * 0.8
    rows = basis_row(0.2), basis_row(0.7)
    near_deg, far_deg = (float(row @ curve.coefficients) for row, curve in zip(rows, (near, far), strict=True))
    assert curve_nats((near_deg, far_deg), rows, (near, far), 0.15) > 0
    assert curve_nats((100.0, 100.0), rows, (near, far), 0.15) == pytest.approx(0.0, abs=0.01)
