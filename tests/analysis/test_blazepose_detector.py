"""Decoding the detector: anchors, proposals, and one person from many proposals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.pose.blazepose.detector import Proposals, anchors, decode, overlaps, people

BOX = np.array((50.0, 50.0, 100.0, 100.0))


def proposals(*found: tuple[float, float]) -> Proposals:
    """One proposal each: (how far right of BOX, score); its four points all lie at (that far, 0)."""
    boxes = np.array([BOX + np.array((right, 0, right, 0)) for right, _ in found]).reshape(-1, 4)
    points = np.array([np.tile((right, 0.0), (4, 1)) for right, _ in found]).reshape(-1, 4, 2)
    return Proposals(boxes, points, np.array([score for _, score in found]))


def test_anchors_are_the_centres_of_three_grids() -> None:
    places = anchors()
    assert places.shape == (2254, 2)
    assert places[0].tolist() == places[1].tolist() == [4, 4]
    assert places[2].tolist() == [12, 4]
    assert places[28 * 2].tolist() == [4, 12]
    fine, middle, coarse = places[:1568], places[1568:1960], places[1960:]
    assert (len(np.unique(fine, axis=0)), len(np.unique(middle, axis=0)), len(np.unique(coarse, axis=0))) == (784, 196, 49)
    assert middle[0].tolist() == [8, 8]
    assert coarse[5].tolist() == [16, 16]
    assert coarse[6].tolist() == [48, 16]


def test_a_proposal_is_relative_to_its_anchor() -> None:
    raw = np.array([[1, 2, 20, 40, 0, 0, 0, -50, 3, 4, 5, 6]], np.float32)
    decoded = decode(raw, np.array([10.0], np.float32), np.array([[100.0, 60.0]]))
    assert decoded.boxes.tolist() == [[91, 42, 111, 82]]
    assert decoded.points.tolist() == [[[100, 60], [100, 10], [103, 64], [105, 66]]]
    assert decoded.scores == pytest.approx(1, abs=1e-4)


def test_uncertain_and_inverted_proposals_are_dropped() -> None:
    raw = np.zeros((4, 12), np.float32)
    raw[:, 2:4] = 10
    raw[3, 2] = -1
    scores = np.array([0.0, -0.01, 1000.0, 5.0], np.float32)
    decoded = decode(raw, scores, np.zeros((4, 2)))
    assert decoded.scores == pytest.approx([0.5, 1.0])


def test_without_proposals_there_is_nobody() -> None:
    assert list(people(proposals())) == []


def test_proposals_of_one_person_are_averaged_by_score() -> None:
    (points,) = people(proposals((0, 0.9), (10, 0.6)))
    assert np.allclose(points[:, 0], 10 * 0.6 / 1.5)


def test_people_are_found_one_by_one_the_most_certain_first() -> None:
    first, second = people(proposals((200, 0.8), (0, 0.9), (204, 0.8)))
    assert np.allclose(first[:, 0], 0)
    assert np.allclose(second[:, 0], 202)


def test_a_box_without_area_still_counts() -> None:
    flat = Proposals(np.array([[5.0, 5.0, 5.0, 9.0]]), np.ones((1, 4, 2)), np.array([0.7]))
    (points,) = people(flat)
    assert np.allclose(points, 1)


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_overlap_is_the_share_of_common_area(right: float, down: float) -> None:
    moved = BOX + np.array((right, down, right, down))
    common = max(0.0, 50 - abs(right)) * max(0.0, 50 - abs(down))
    assert overlaps(moved[None], BOX) == pytest.approx(common / (2 * 50 * 50 - common))
