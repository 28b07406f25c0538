"""A rule's condition is three words: a measure, a side, and the band or a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.measures import MEASURES
from config.sections.cue_rule import when_parts
from tests.support.value_or_error import value_or_error


@pytest.mark.parametrize(
    ("when", "parts"),
    [
        ("hip_extension below band", ("hip_extension", "below", None)),
        ("hip_extension above band", ("hip_extension", "above", None)),
        ("hip_extension in band", ("hip_extension", "in", None)),
        ("cadence below 160", ("cadence", "below", 160.0)),
        ("trunk_lean above -2.5", ("trunk_lean", "above", -2.5)),
        ("  knee   above\t40 ", ("knee", "above", 40.0)),
    ],
)
def test_valid_conditions(when: str, parts: tuple[str, str, float | None]) -> None:
    assert when_parts(when) == parts


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("", 'must have three words, as in "hip_extension below band"'),
        ("hip_extension below", "must have three words"),
        ("hip_extension is below band", "must have three words"),
        ("cadense below 160", "unknown measure 'cadense'; did you mean 'cadence'?"),
        ("pulse below 160", "unknown measure 'pulse'; choose from hip_extension, "),
        ("cadence under 160", '\'under\' must be "below" or "above"'),
        ("cadence in 160", '\'in\' must be "below" or "above" (or "in" before "band")'),
        ("cadence below bend", "'bend' must be \"band\" or a number"),
        ("cadence below 16O", "'16O' must be \"band\" or a number"),
        ("cadence below nan", "'nan' must be \"band\" or a number"),
        ("cadence below -inf", "'-inf' must be \"band\" or a number"),
    ],
)
def test_an_invalid_condition_gives_a_sentence_with_what_is_allowed(when: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="when: ") as caught:
        when_parts(when)
    assert sentence in str(caught.value)


@given(st.sampled_from([*MEASURES]), st.sampled_from(["below", "above"]), st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_number_is_valid(measure: str, side: str, number: float) -> None:
    assert when_parts(f"{measure} {side} {number!r}") == (measure, side, number)


@given(st.lists(st.sampled_from([*MEASURES, "below", "above", "in", "band", "1", "x", "nan"]) | st.text(), max_size=4))
def test_any_words_are_a_condition_or_give_a_sentence(words: list[str]) -> None:
    found = value_or_error(ValueError, when_parts, " ".join(words))
    if isinstance(found, ValueError):
        assert str(found).startswith("when: ")
    else:
        measure, side, number = found
        assert measure in MEASURES
        assert side in ("below", "above", "in")
        assert number is None or abs(number) < float("inf")
