"""Given several sessions of a runner, what their history says first, and what it shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from sessions.report.html_page import html_page
from sessions.report.trend import HEADINGS, SIDE_HEADINGS, TrendEntry, entry, sides_sentence, table, zero_sentence
from sessions.report.trend_report import trend_document, write_trend
from tests.support.made_sessions import by_two_cameras, coached_session

HOSTILE = "</p><script>alert(1)</script> #panic() \x1b[2J"


def sessions(*baselines_deg: float) -> list[TrendEntry]:
    """Ada's sessions, one a day, with this hip extension, and as much more excursion, in their baselines."""
    return [
        entry(coached_session(baseline_deg=baseline, drill_deg=baseline + 3, retention_deg=baseline + 2, day=day, strides=20))
        for day, baseline in enumerate(baselines_deg)
    ]


RISING = (15.0, 15.9, 16.6, 17.5, 18.1, 19.0)


def first_words(entries: list[TrendEntry]) -> str:
    """The first section without its drawing."""
    page = html_page(trend_document("Ada", entries))
    return re.sub(r"<[^>]+>", " ", page.partition("<main>")[2].partition("<figure>")[0]).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("baselines_deg", "sentence"),
    [
        (RISING, "Yes, it is getting better: your stride grows by 0.8° from session to session, and that is more than chance."),
        (
            RISING[::-1],
            "No, it is not getting better: your stride shrinks by 0.8° from session to session, and that is more than",
        ),
        ((15.0, 16.1, 14.5, 15.2, 15.8, 15.1), "It is not clear yet whether it is getting better: your stride"),
        (RISING[:2], "Too early to say whether it is getting better: 2 sessions with enough strides, and a trend needs three."),
    ],
)
def test_the_first_sentence_says_whether_it_is_getting_better_and_whether_that_is_more_than_chance(
    baselines_deg: tuple[float, ...], sentence: str
) -> None:
    assert sentence in first_words(sessions(*baselines_deg))


def test_the_first_section_has_both_ends_and_what_stays_after_a_session() -> None:
    words = " ".join(first_words(sessions(*RISING)).split())
    assert "65.0° first session" in words
    assert "69.0° last session" in words
    assert "What stays after a session" in words
    assert "Excursion: +0.79" in words


def zeroed(*corrections_deg: float | None) -> list[TrendEntry]:
    """A session a day; None: by a version that did not state the correction of the zero."""
    heads: list[dict[str, Any]] = [{} if by is None else {"zero_correction_deg": by} for by in corrections_deg]
    return [entry(coached_session(day=day, strides=20, **head)) for day, head in enumerate(heads)]


def test_it_says_which_sessions_have_a_zero_of_another_kind() -> None:
    sentence = "In 2 sessions of 4, the zero of hip extension is not corrected for the pose model"
    mixed = " ".join(first_words(zeroed(None, 0.0, 3.0, 3.6)).split())
    assert sentence in mixed
    assert "this alone may make it 3.3° larger than in the others" in mixed
    assert zero_sentence(zeroed(3.0, None)).startswith("In 1 session of 2, ")


@pytest.mark.parametrize("alike", [(None, 0.0, None), (2.0, 3.6)])
def test_of_zeros_of_one_kind_nothing_is_said(alike: tuple[float | None, ...]) -> None:
    assert zero_sentence(zeroed(*alike)) == ""
    assert "not corrected" not in first_words(zeroed(*alike))


def test_every_session_is_in_the_charts_and_the_newest_in_the_table() -> None:
    page = html_page(trend_document("Ada", sessions(*(15.0 + 0.1 * day for day in range(34)))))
    assert "The newest 30 of 34." in page
    assert "<h2>Thigh excursion</h2>" in page
    assert "<h3>What each session changed</h3>" in page
    assert page.count("2026-11-02 12:00:") >= 3  # the first one, in each chart
    assert len(page.encode()) < 1_000_000


def test_of_sessions_without_a_baseline_shows_what_there_is() -> None:
    bare = [entry(coached_session(drill_deg=None, retention_deg=None, day=day)) for day in range(2)]
    page = html_page(trend_document("Sessions compared", bare))
    assert "<h3>What each session changed" not in page
    assert "<h3>Hip extension</h3>" in page


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_runner_of_any_name_has_a_history(tmp_path: Path, form: str) -> None:
    write_trend(HOSTILE, sessions(*RISING[:3]), tmp_path / f"h.{form}")
    content = (tmp_path / f"h.{form}").read_bytes()
    assert len(content) > 10_000
    if form == "html":
        assert content.count(b"<script") == 1
        assert b"\x1b" not in content


def test_of_two_cameras_each_session_states_left_and_right_and_the_history_how_their_difference_changed() -> None:
    one, before, after = coached_session(day=1), by_two_cameras(4.5, day=2), by_two_cameras(0.0, day=3)
    entries = [entry(one), entry(before), entry(after)]
    headings, rows = table(entries)
    assert headings[-3:] == SIDE_HEADINGS
    assert rows[0][-3:] == ("", "", "")
    assert [row[-1].partition(" ±")[0] for row in rows[1:]] == ["+4.5", "0.0"]
    assert re.match(r"Left minus right: from \+4\.5 ± \d\.\d° to 0\.0 ± \d\.\d°, a change of −4\.5 ± ", sides_sentence(entries))
    assert sides_sentence(entries).endswith("more than chance.")
    page = html_page(trend_document("Ada", entries))
    assert "<h3>Left and right</h3>" in page
    assert "Left minus right: from" in page.replace("\u00a0", " ")


def test_one_camera_states_no_sides() -> None:
    entries = [entry(coached_session(day=1)), entry(by_two_cameras(0.0, day=2))]
    assert sides_sentence(entries) == ""
    assert table(entries[:1])[0] == HEADINGS
    assert "<h3>Left and right</h3>" not in html_page(trend_document("Ada", entries[:1]))
