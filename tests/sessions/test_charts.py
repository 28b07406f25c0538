"""Given values for a chart, it is well-formed, stays in its frame, can be read by everybody, and no word becomes markup."""

import itertools
import math
import re
from collections.abc import Callable
from typing import Literal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.charts.intervals import History, Point, Row, Rows, Series, interval_columns, interval_rows
from sessions.charts.lines import Columns, Dots, Level, Line, LineChart, line_chart
from sessions.charts.palette import DARK, LIGHT, chart_css, standalone
from sessions.charts.plot import clock, round_ticks, time_ticks
from sessions.charts.push_off import FarLeg, Posture, PushOff, push_off
from sessions.charts.stride_timeline import BandSpan, Event, PhaseSpan, StrideMark, StrideTimeline, stride_timeline
from sessions.charts.svg import COLUMN, NARROW, WIDE, Size, text_width

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script><b onload='x()'> & \x1b[2J \x00 \u202e走る"
FAR = FarLeg(30.0, 80.0, 0.0)


def timeline(words: str = "drill", strides: int = 40, size: Size = WIDE) -> str:
    marks = [StrideMark(number, 0.7 * number, 15.0 + number % 5, "inside", words) for number in range(1, strides + 1)]
    end_s = 0.7 * strides
    return stride_timeline(
        StrideTimeline(
            words,
            "°",
            marks,
            [PhaseSpan(words, 0.0, end_s, 17.0)],
            [BandSpan(0.0, end_s, 16.0, 20.0)],
            [Event(3.0, 3.0, words)],
            [Event(4.0, 6.0, words)],
        ),
        size,
    )


def figure(
    before_deg: float = -15.0,
    after_deg: float = -17.0,
    words: str = "after 17.0°",
    facing: Literal["right", "left"] = "right",
) -> str:
    before, after = (Posture(angle, 16.0, -14.0, 6.0) for angle in (before_deg, after_deg))
    return push_off(PushOff(before, after, "before 15.0°", words, 0.0, FAR, (16.0, 20.0), facing))


def rows(words: str = "Drill", value: float = 2.0) -> str:
    return interval_rows(Rows(words, words, [Row(words, words, value, 0.5, True, 0.4, [1.0, 3.0])], words), COLUMN.width)


def columns(words: str = "02-11", value: float = 2.0) -> str:
    series = [Series(words, [Point(0, value, 0.5, False, words), Point(1, value, 0.5)])]
    return interval_columns(History(words, words, [words, words], series, [(0, value), (1, value)], words, zero=True), WIDE)


def lines(words: str = "cadence", value: float = 170.0) -> str:
    return line_chart(
        LineChart(
            words,
            words,
            words,
            [Line(words, [0.0, 1.0, 2.0], [value, math.nan, value], half=[1.0, 1.0, 1.0], half_words=words)],
            [Dots(words, [0.0, 1.0], [value, value], "line-far thin", crosses=True)],
            [Level(words, value)],
            Columns(words, 1.0, [0.0, 0.5]),
        ),
        COLUMN,
    )


CHARTS: dict[str, Callable[[str], str]] = {
    "timeline": timeline,
    "push-off": lambda words: figure(words=words),
    "rows": rows,
    "columns": columns,
    "lines": lines,
}


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_is_well_formed_and_says_in_words_what_it_shows(kind: str) -> None:
    root = ElementTree.fromstring(CHARTS[kind]("some words"))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert len(root.get("aria-label") or "") >= 10


@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("thigh_deg", [-12.0, -20.0, -35.0])
def test_the_numbers_of_a_push_off_are_not_cut_at_its_edge(facing: Literal["right", "left"], thigh_deg: float) -> None:
    for words in ("mean 12.8°", "with cues −12.8°"):
        root = ElementTree.fromstring(figure(thigh_deg + 3.0, thigh_deg, words, facing))
        labels = [one for one in root.iter(f"{SVG}text") if one.get("font-size") == "16"]
        assert len(labels) == 2
        for label in labels:
            x, width = float(label.get("x", "")), text_width(str(label.text), 16)
            left = x - width if label.get("text-anchor") == "end" else x
            assert left >= 0
            assert left + width <= 350


@pytest.mark.parametrize("kind", CHARTS)
def test_no_word_can_become_markup(kind: str) -> None:
    for drawing in (CHARTS[kind](HOSTILE), standalone(CHARTS[kind](HOSTILE))):
        root = ElementTree.fromstring(drawing)
        tags = {one.tag.removeprefix(SVG) for one in root.iter()}
        assert tags <= {"svg", "g", "path", "rect", "circle", "text", "title", "style"}
        assert not any(name.startswith("on") for one in root.iter() for name in one.attrib)
        assert "\x1b" not in drawing


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_refers_to_nothing_outside_and_has_no_colour_of_its_own(kind: str) -> None:
    drawing = CHARTS[kind]("words")
    assert "href" not in drawing
    assert "style=" not in drawing
    assert not re.search(r"#[0-9a-f]{6}", drawing)


@pytest.mark.parametrize("kind", CHARTS)
def test_every_class_has_a_rule(kind: str) -> None:
    used = {name for one in ElementTree.fromstring(CHARTS[kind]("words")).iter() for name in (one.get("class") or "").split()}
    ruled = set(re.findall(r"\.chart \.([a-z-]+)\{", chart_css()))
    assert used - ruled <= {"chart", "timeline", "push-off", "marks", "events", "scale"}


@given(value=st.floats(-1e9, 1e9))
def test_any_value_stays_in_the_frame(value: float) -> None:
    for drawing, size in (
        (rows(value=value), Size(COLUMN.width, 400)),
        (columns(value=value), WIDE),
        (lines(value=value), COLUMN),
    ):
        root = ElementTree.fromstring(drawing)
        for circle in root.iter(f"{SVG}circle"):
            assert 0 <= float(circle.get("cx") or "nan") <= size.width
            assert 0 <= float(circle.get("cy") or "nan") <= size.height


@given(before=st.floats(-1e9, 1e9), after=st.floats(-1e9, 1e9))
def test_any_angles_give_a_figure_that_ends(before: float, after: float) -> None:
    assert len(figure(before, after)) < 20_000


@given(low=st.floats(-1e9, 1e9), span=st.floats(1e-3, 1e9), most=st.integers(1, 20))
def test_ticks_are_few_and_within_the_scale(low: float, span: float, most: int) -> None:
    ticks = round_ticks(low, low + span, most)
    assert len(ticks) <= most + 2
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)


@given(end_s=st.floats(1.0, 1e9), most=st.integers(2, 20))
def test_ticks_of_time_are_few(end_s: float, most: int) -> None:
    assert 1 <= len(time_ticks(end_s, most)) <= most + 2


def test_times_are_read_as_clocks_are() -> None:
    assert [clock(t_s) for t_s in (0, 59.6, 3725)] == ["0:00", "1:00", "1:02:05"]


class TestTheTimeline:
    def test_has_a_mark_for_each_stride_that_says_what_it_is(self) -> None:
        marks = [one for one in ElementTree.fromstring(timeline()).iter(f"{SVG}circle") if one.find(f"{SVG}title") is not None]
        assert len(marks) == 40
        words = [one.findtext(f"{SVG}title") for one in marks]
        assert "Stride 3 at 0:02, drill: 18.0°, in the band" in words

    @pytest.mark.parametrize("size", [WIDE, NARROW])
    def test_of_a_days_strides_stays_small_and_says_how_many_a_mark_stands_for(self, size: Size) -> None:
        drawing = timeline(strides=60_000, size=size)
        assert len(drawing) < 160_000
        assert re.search(r"each mark: \d+ strides", drawing)

    def test_shows_cues_and_guards_with_their_words(self) -> None:
        titles = [one.text for one in ElementTree.fromstring(timeline("Push")).iter(f"{SVG}title")]
        assert "0:03: Push" in titles
        assert "0:04: Push" in titles


class TestThePushOff:
    def test_shows_before_and_after_and_the_band(self) -> None:
        drawing = figure()
        assert "before 15.0°" in drawing
        assert "after 17.0°" in drawing
        assert "target band is 16.0 to 20.0°" in drawing

    def test_a_runner_who_faces_left_is_the_mirror_image(self) -> None:
        knees = []
        facings: tuple[Literal["right", "left"], ...] = ("right", "left")
        for facing in facings:
            root = ElementTree.fromstring(figure(facing=facing))
            limbs = [one.get("d") or "" for one in root.iter(f"{SVG}path") if one.get("stroke-width") == "25"]
            hip_x, knee_x = (float(point.split()[0]) for point in limbs[-1].removeprefix("M").split("L"))
            knees.append(knee_x - hip_x)
        assert knees[0] == pytest.approx(-knees[1], abs=0.2)
        assert knees[0] < 0  # behind a runner who faces right

    def test_the_thigh_is_drawn_at_its_true_angle(self) -> None:
        root = ElementTree.fromstring(figure(after_deg=-25.0))
        thigh = [one.get("d") or "" for one in root.iter(f"{SVG}path") if one.get("stroke-width") == "25"][-1]
        (x1, y1), (x2, y2) = ((float(x), float(y)) for x, y in (part.split() for part in thigh.removeprefix("M").split("L")))
        assert math.degrees(math.atan2(x2 - x1, y2 - y1)) == pytest.approx(-25.0, abs=0.2)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_marks_have_the_contrast_that_wcag_aa_asks_for(palette: dict[str, str]) -> None:
    for ground in (palette["ground"], palette["raised"]):
        for words in ("ink", "quiet", "good", "before"):
            assert contrast(palette[words], ground) >= 4.5, words
        for marks in ("change", "far", "axis"):
            assert contrast(palette[marks], ground) >= 3, marks


def test_the_light_and_the_dark_palette_have_the_same_names() -> None:
    assert set(LIGHT) == set(DARK)
    assert all(one != other for one, other in itertools.pairwise((LIGHT["ground"], DARK["ground"])))
