"""Given any measure, how the screen names and writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.measures import INFO, MEASURES
from feedback.display.measure import HIP_EXTENSION, finite, measure_look, measure_of
from tests.message_examples import any_message, stride
from wire.messages import Band, Stride


def test_every_measure_that_a_rule_may_name_is_the_field_of_a_stride_with_its_name_and_unit() -> None:
    units = ("", "_deg", "_spm", "_s", "_m", "_leg", "_ms", "_dps")
    for measure in MEASURES:
        named = [field for field in Stride.__struct_fields__ if field in [measure + unit for unit in units]]
        assert [INFO[measure].field] == named


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_a_name_and_its_own_value_on_the_screen(measure: str) -> None:
    assert measure_look(measure).title != measure_look("heart_rate").title
    taken = structs.replace(stride(), **{INFO[measure].field: 0.75})
    assert measure_of(taken, measure) == 0.75


def test_an_unknown_measure_has_a_name_but_no_value() -> None:
    assert measure_look("heart_rate").title == "Heart rate"
    assert measure_of(stride(), "heart_rate") is None
    assert measure_of(stride(), "stamps") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(17.4, "17°"), (-12.6, "−13°"), (-0.4, "0°"), (0.0, "0°"), (None, "–"), (-10.0, "−10°"), (100.0, "100°")],
)
def test_a_value_is_written_in_whole_degrees(value: float | None, text: str) -> None:
    assert HIP_EXTENSION.worded(value) == text


def test_others_keep_the_decimals_that_matter() -> None:
    assert measure_look("step_length").worded(1.234) == "1.23 m"
    assert measure_look("cadence").worded(170.4) == "170"


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
def test_beside_a_band_a_number_is_rounded_to_where_it_lies(value: float, text: str) -> None:
    assert HIP_EXTENSION.worded(HIP_EXTENSION.beside(value, Band(16.0, 20.0))) == text


@given(st.floats(-60, 60), st.floats(-40, 40), st.floats(1.0, 20.0))
def test_the_number_and_the_band_as_written_agree_with_the_verdict(value: float, low: float, width: float) -> None:
    band = Band(low, low + width)
    shown = HIP_EXTENSION.beside(value, band)
    written_low, written_high = HIP_EXTENSION.edges(band)
    assert (shown < written_low, shown > written_high) == (value < band.low_deg, value > band.high_deg)
    assert abs(shown - value) < 1.0 + 1e-5
