"""On a screen of any size and shape, every part has its own box."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.display.paint.layout import DIGIT_SHARE, SIDE_CROP, arrange, fit_picture
from feedback.display.type.box import Box

SCREENS = [(640, 480), (1024, 768), (1280, 720), (1920, 1080), (3840, 2160), (720, 1280), (1080, 1920), (2160, 3840)]
ASPECTS = [16 / 9, 4 / 3, 0.725, 9 / 16]


@pytest.mark.parametrize("size_px", SCREENS)
@pytest.mark.parametrize("aspect", ASPECTS)
class TestArrangement:
    def test_all_boxes_are_on_the_screen_and_do_not_overlap(self, size_px: tuple[int, int], aspect: float) -> None:
        layout = arrange(*size_px, aspect)
        for index, box in enumerate(layout.boxes):
            assert box.width > 0
            assert box.height > 0
            assert layout.screen.contains(box)
            for other in layout.boxes[index + 1 :]:
                apart = box.right <= other.x or other.right <= box.x or box.bottom <= other.y or other.bottom <= box.y
                assert apart, (box, other)

    def test_digits_are_readable_from_four_metres(self, size_px: tuple[int, int], aspect: float) -> None:
        assert arrange(*size_px, aspect).digit_px >= DIGIT_SHARE * size_px[1]

    def test_the_strip_is_tall_enough_to_compare_bars(self, size_px: tuple[int, int], aspect: float) -> None:
        assert arrange(*size_px, aspect).strip.height >= 0.09 * size_px[1]


@given(st.integers(1, 8000), st.integers(1, 8000), st.floats(0.1, 10))
def test_any_window_size_has_a_layout(width_px: int, height_px: int, aspect: float) -> None:
    assert arrange(width_px, height_px, aspect).digit_px >= 0


def test_a_screen_without_pixels_is_rejected() -> None:
    with pytest.raises(ValueError, match="0x5"):
        arrange(0, 5)


@given(st.integers(16, 4000), st.integers(16, 4000), st.integers(20, 3000), st.integers(20, 3000))
def test_a_frame_keeps_head_and_feet_and_most_of_its_width(
    width_px: int, height_px: int, place_width_px: int, place_height_px: int
) -> None:
    place = Box(10, 10, place_width_px, place_height_px)
    part, shown = fit_picture(width_px, height_px, place)
    assert place.contains(shown)
    assert (part.y, part.height) == (0, height_px)
    assert part.width >= width_px / SIDE_CROP - 1
    assert Box(0, 0, width_px, height_px).contains(part)


def test_columns_fill_the_box() -> None:
    columns = Box(5, 0, 101, 10).columns(1, 2, 1, gap=7)
    assert columns[0].x == 5
    assert columns[-1].right == 106
    assert [after.x - before.right for before, after in pairwise(columns)] == [7, 7]
