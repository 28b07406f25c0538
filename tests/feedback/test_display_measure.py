"""How the screen names and formats any measure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.measures import MEASURES
from feedback.display.state.measure_format import HIP_EXTENSION, finite, format_of, measure_of
from tests.support.message_examples import any_message, stride, with_values
from wire.messages import Band, Stride


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_a_title_and_its_own_value(measure: str) -> None:
    assert format_of(measure).title != format_of("heart_rate").title
    taken = with_values(stride(), **{MEASURES[measure].column: 0.75})
    assert measure_of(taken, measure) == 0.75


def test_an_unknown_measure_has_a_title_but_no_value() -> None:
    assert format_of("heart_rate").title == "Heart rate"
    assert measure_of(stride(), "heart_rate") is None
    assert measure_of(stride(), "stamps") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(17.4, "17°"), (-12.6, "−13°"), (-0.4, "0°"), (0.0, "0°"), (None, "–"), (-10.0, "−10°"), (100.0, "100°")],
)
def test_hip_extension_is_shown_in_whole_degrees(value: float | None, text: str) -> None:
    assert HIP_EXTENSION.text(value) == text


def test_other_measures_have_their_own_decimals() -> None:
    assert format_of("step_length").text(1.234) == "1.23 m"
    assert format_of("cadence").text(170.4) == "170"


def test_a_band_reads_as_a_range() -> None:
    assert HIP_EXTENSION.band(Band(16.0, 20.0)) == "16–20°"
    assert HIP_EXTENSION.band(Band(-2.0, 2.0)) == "−2 to 2°"


@given(any_message(Stride), st.sampled_from([*MEASURES, "nonsense", ""]))
def test_any_stride_gives_a_number_that_can_be_drawn_or_none(one: Stride, measure: str) -> None:
    value = measure_of(one, measure)
    assert value is None or finite(value) == value


@pytest.mark.parametrize(
    ("value", "text"), [(15.6, "15°"), (16.0, "16°"), (16.4, "16°"), (19.6, "20°"), (20.4, "21°"), (12.4, "12°"), (27.6, "28°")]
)
def test_a_number_is_rounded_to_its_own_side_of_the_band(value: float, text: str) -> None:
    assert HIP_EXTENSION.text(HIP_EXTENSION.rounded_to_side(value, Band(16.0, 20.0))) == text


@given(st.floats(-60, 60), st.floats(-40, 40), st.floats(1.0, 20.0))
def test_the_number_and_the_band_as_shown_agree_with_the_verdict(value: float, low: float, width: float) -> None:
    band = Band(low, low + width)
    shown = HIP_EXTENSION.rounded_to_side(value, band)
    written_low, written_high = HIP_EXTENSION.edges(band)
    assert (shown < written_low, shown > written_high) == (value < band.low_deg, value > band.high_deg)
    assert abs(shown - value) < 1.0 + 1e-5
