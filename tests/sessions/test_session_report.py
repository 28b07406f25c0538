"""Given a session, what its report says first, what it is made of, and what no name in it can do."""

import base64
import hashlib
import re
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from sessions.errors import SessionsError
from sessions.format.recorded import RecordedSession, from_folder
from sessions.format.row_schema import Row
from sessions.report.cue_effects import cue_effects
from sessions.report.frame_figures import POINTS, frame_figures
from sessions.report.guard_times import guard_times
from sessions.report.session_report import html_report, session_document, write_report
from sessions.report.target import HIP, last_band, phase_spans, wanted
from sessions.report.thigh_curve import reference_curve
from tests.support.forged_sessions import TAKEN, good_session
from tests.support.made_sessions import BAND_DEG, STRIDE_S, by_two_cameras, coached_session, cue_row, phase_row, stride_row
from tests.support.recorded_sessions import header
from wire.texts import ADVICE

HOSTILE = "</p><script>alert(1)</script><img src=x onerror=x()> {{7*7}} #panic() $x$ \x1b[2J \u202e走る 🏃"
PHONE_LETTERS = 900
"""What a phone of 390 x 844 shows at 16 px before it is scrolled."""


class FirstScreen(HTMLParser):
    """The text of the first section, without its drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside = self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "section" and ("class", "answer") in attrs:
            self._inside = 1
        if tag == "figure":
            self._hidden = 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._inside = 0
        if tag == "figure":
            self._hidden = 0

    def handle_data(self, data: str) -> None:
        if self._inside and not self._hidden:
            self.words.append(data)


def first_screen(session: RecordedSession) -> str:
    """What is seen first."""
    reader = FirstScreen()
    reader.feed(html_report(session))
    return " ".join(" ".join(reader.words).split()).replace("\u00a0", " ")


def filmed(session: RecordedSession, states: Sequence[str] = ("measuring",)) -> RecordedSession:
    """The same with frames at 30 a second, whose states take turns."""
    end_s = max(float(row["t_peak_s"] or 0) for row in session.strides)
    frames: list[Row] = [
        {"t_s": frame / 30, "state": states[frame % len(states)], "near_thigh_deg": 10.0} for frame in range(int(end_s * 30))
    ]
    return replace(session, samples=frames)


class TestTheFirstScreen:
    def test_says_whether_it_stayed_how_much_what_to_practise_and_whether_the_camera_was_good(self) -> None:
        words = first_screen(filmed(coached_session()))
        assert "It stayed: without cues, you pushed 2.0° further behind you than before." in words
        assert "15.0° before" in words
        assert "17.0° after, without cues" in words
        assert "2.0 ± 0.6° more hip extension than at baseline; a real change" in words
        assert "What to practise On the belt: “Push the belt behind you”. Glute activation." in words
        assert ADVICE["glute_activation_kept"].text in words
        assert "Next time Session 4, with every cue." in words
        assert "The camera was good: 100 % of the frames were measured while you ran, at 30 frames a second." in words
        assert len(words) < PHONE_LETTERS

    @pytest.mark.parametrize(
        ("drill_deg", "retention_deg", "sentence"),
        [
            (18.0, 17.0, "It stayed: without cues, you pushed 2.0° further behind you than before."),
            (
                18.0,
                16.2,
                "Part of it stayed: without cues, you pushed 1.2° further behind you than before; with cues, it was 3.0°.",
            ),
            (16.8, 16.6, "A little stayed: without cues, you pushed 1.6° further behind you than before."),
            (18.0, 15.1, "It did not stay: with cues, you pushed 3.0° further behind you, without them about as before."),
            (
                15.1,
                15.2,
                "No clear change: without cues, you pushed 0.2° further behind you than before, which could be",
            ),
            (18.0, 13.0, "It went the other way: without cues, you pushed 2.0° less far behind you than before."),
            (18.0, None, "With cues, you pushed 3.0° further behind you than before; whether it stays was not tested."),
            (None, None, "You pushed 15.0° behind you on average, over 40 strides."),
        ],
    )
    def test_gives_the_verdict_that_the_figures_allow(
        self, drill_deg: float | None, retention_deg: float | None, sentence: str
    ) -> None:
        assert sentence in first_screen(coached_session(drill_deg=drill_deg, retention_deg=retention_deg))

    def test_gives_no_verdict_at_another_pace(self) -> None:
        assert "your cadence changed by +8 %, which alone changes hip extension" in first_screen(
            coached_session(retention_more={"cadence_spm": 171.0 * 1.08})
        )
        faster = coached_session(retention_more={"belt_speed_mps": 3.6})
        assert "unclear whether it stayed: without cues, the belt ran at a different speed" in first_screen(faster)

    def test_of_a_session_that_asked_for_less_calls_less_a_success(self) -> None:
        session = coached_session(drill_deg=12.0, retention_deg=13.0)
        lower = [{**row, "band_low_deg": 11.0, "band_high_deg": 13.0} if row["band_low_deg"] else row for row in session.phases]
        assert wanted(replace(session, phases=lower)) == -1
        assert "It stayed: without cues, you pushed 2.0° less far behind you" in first_screen(replace(session, phases=lower))

    def test_of_a_session_about_cadence_speaks_of_steps(self) -> None:
        session = coached_session()
        quicker = [
            {**row, "cadence_spm": 160.0 + 12.0 * (session.phase_at(float(row["t_peak_s"] or 0)) != "baseline") + index % 3}
            for index, row in enumerate(session.strides)
        ]
        phases = [{**row, "measure": "cadence", "baseline_deg": 160.0, "band_low_deg": 168.0} for row in session.phases]
        phases = [{**row, "band_high_deg": 176.0} for row in phases]
        words = first_screen(replace(session, strides=quicker, phases=phases))
        assert "It stayed: without cues, you took 12 more steps a minute than before." in words
        assert "161 steps a minute before" in words

    @pytest.mark.parametrize(
        ("states", "word", "advice"),
        [
            (("measuring",), "good", ""),
            (("measuring",) * 9 + ("no_person",), "fair", "The camera sees nobody on the treadmill."),
            (("measuring", "partly_out_of_view"), "poor", "The camera must see you from head to toe."),
        ],
    )
    def test_judges_the_camera_and_says_what_to_do(self, states: Sequence[str], word: str, advice: str) -> None:
        words = first_screen(filmed(coached_session(), states))
        assert f"The camera was {word}:" in words
        assert advice in words

    def test_counts_strides_that_were_too_poorly_seen(self) -> None:
        session = filmed(coached_session())
        poor = [{**row, "quality": 0.1} if index % 4 == 0 else row for index, row in enumerate(session.strides)]
        assert "The camera was fair: 100 %" in first_screen(replace(session, strides=poor))
        assert "30 of 120 strides were too poorly seen to count." in first_screen(replace(session, strides=poor))

    def test_without_a_summary_promises_no_exercise(self) -> None:
        assert "Run a whole session, with baseline, drill and retention" in first_screen(coached_session(practise=None))
        assert "No exercise stood out" in first_screen(coached_session(practise=()))

    @pytest.mark.parametrize("summary", ["text", 7, {"practise": "glute"}, {"practise": [["x"], None, 5]}, {"practise": {}}])
    def test_a_forged_summary_is_no_advice(self, summary: object) -> None:
        session = coached_session()
        words = first_screen(replace(session, header={**session.header, "summary": summary}))
        assert not any(text.text in words for text in ADVICE.values())

    def test_of_a_guest_and_of_a_clip_ask_for_what_makes_them_comparable(self) -> None:
        session = coached_session()
        assert "Give your name" in first_screen(replace(session, header={**session.header, "runner": ""}))
        assert "Film from the same place" in first_screen(replace(session, header={**session.header, "kind": "clip"}))


class TestTwoCameras:
    def test_are_compared_for_the_coach_left_against_right(self) -> None:
        page = html_report(by_two_cameras(3.0)).replace("\u00a0", " ")
        assert "<h3>Left and right</h3>" in page.partition("<details>")[0]
        assert re.search(r"\+3\.0 ± 2\.\d°: a real difference", page)
        assert "Near and far leg" not in page

    def test_each_leg_is_drawn_over_time_with_its_change_and_its_cues(self) -> None:
        page = html_report(by_two_cameras(3.0)).replace("\u00a0", " ")
        for leg in ("left leg", "right leg"):
            assert f"<h3>Strides over the session, {leg}</h3>" in page
            assert f"<h3>Effect of each cue, {leg}</h3>" in page
            assert f"{leg.capitalize()}, retention, without cues" in page
        titles = [title for title in re.findall("<h3>(.*?)</h3>", page) if title.startswith("Strides over")]
        assert len(titles) == 2

    def test_show_the_effect_of_a_cue_about_one_leg_on_that_leg(self) -> None:
        session = by_two_cameras(3.0)
        rule = {"name": str(session.cues[0]["rule"]), "when": "hip_extension below band", "leg": "left", "say": "push"}
        facing = {"facing": "right", "other_side": {"facing": "left"}, "config": {"cue": [rule]}}
        page = html_report(replace(session, header={**session.header, **facing}))
        assert "<h3>Effect of each cue, left leg</h3>" in page
        assert "<h3>Effect of each cue, right leg</h3>" not in page

    def test_draw_each_leg_against_its_own_band(self) -> None:
        session = by_two_cameras(3.0)
        own = {"left_band_low_deg": 2.0, "left_band_high_deg": 4.0}
        other = replace(session, phases=[{**row, **own} for row in session.phases]).of_other_side()
        assert last_band(session, HIP) != (2.0, 4.0) == last_band(other, HIP)
        assert last_band(session.of_other_side(), HIP) is None  # recorded by an earlier version: its band is unknown

    def test_without_a_difference_say_so(self) -> None:
        assert re.search(r"0\.0 ±\u00a0\d\.\d°: could be chance", html_report(by_two_cameras(0.0)))

    def test_without_zeros_draw_no_difference_because_its_uncertainty_is_too_large(self) -> None:
        session = by_two_cameras(3.0)
        left, right = (
            [{**row, "standing_thigh_deg": None} for row in rows] for rows in (session.other_strides, session.strides)
        )
        page = html_report(replace(session, strides=right, other_strides=left))
        assert "<h3>Left and right</h3>" not in page
        assert "<td>not stated: its uncertainty of" in page

    def test_that_are_one_are_not_compared(self) -> None:
        assert "Left and right" not in html_report(coached_session())


class TestThePage:
    def test_lets_nothing_run_or_load_but_its_own_style_and_script(self) -> None:
        page = html_report(coached_session())
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
        assert policy is not None
        assert policy[1].startswith("default-src 'none';")
        for tag in ("style", "script"):
            [content] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy[1]
        for outside in ("src=", "@import", "url(", "<link", "href=", " style=", "<iframe", "<object"):
            assert outside not in page

    def test_is_for_three_readers_the_last_one_folded_away(self) -> None:
        page = html_report(filmed(coached_session()))
        coach, _, researcher = page.partition("<details>")
        for title in (
            "Strides over the session",
            "What stayed",
            "Triple extension",
            "Guards",
            "The stride against other runners",
        ):
            assert f"<h3>{title}</h3>" in coach
        for title in ("Figures and their uncertainty", "Tracking", "Cadence"):
            assert f"<h3>{title}</h3>" in researcher
        assert "<details open" not in page

    def test_is_read_on_a_phone_in_the_dark_and_on_two_sheets_of_paper(self) -> None:
        page = html_report(coached_session())
        assert 'name="viewport" content="width=device-width' in page
        assert "prefers-color-scheme:dark" in page
        assert "@page { size: A4;" in page

    @pytest.mark.slow
    def test_of_a_days_strides_stays_below_a_megabyte(self) -> None:
        session = coached_session(strides=20_000, cues=[cue_row(14_000.0 + 20.0 * number) for number in range(600)])
        assert len(html_report(session).encode()) < 1_000_000

    def test_each_drawing_is_well_formed(self) -> None:
        drawings = re.findall(r"<svg.*?</svg>", html_report(filmed(coached_session())), re.DOTALL)
        assert len(drawings) >= 9
        for drawing in drawings:
            ElementTree.fromstring(drawing)

    def test_no_name_rule_source_or_phase_becomes_markup(self) -> None:
        session = coached_session(cues=[cue_row(36.0, HOSTILE, HOSTILE)], source=HOSTILE, software=HOSTILE, calibration=HOSTILE)
        phases = [*session.phases, phase_row(90.0, "<b>x</b>")]
        hostile = replace(session, header={**session.header, "runner": HOSTILE}, phases=phases)
        page = html_report(hostile)
        assert page.count("<script") == 1
        assert "<img" not in page
        assert "<b>" not in page
        assert "\x1b" not in page
        assert "{{7*7}}" in page

    def test_of_a_session_without_strides_says_so_and_draws_nothing(self) -> None:
        page = html_report(RecordedSession(header(), [], [], []))
        assert "No stride of the near leg was measured." in page
        assert "0 near, 0 far" in page
        assert "<svg" not in page


class TestThePdf:
    def test_has_the_same_content_on_two_pages(self, tmp_path: Path) -> None:
        rules = (("push", "Push the belt behind you"), ("ease", "Shorter, quicker steps"), ("good", "That's it"))
        cues = [cue_row(34.0 + 4.0 * number, text, rule) for number, (rule, text) in enumerate(2 * rules)]
        write_report(filmed(coached_session(strides=60, cues=cues)), tmp_path / "r.pdf")
        content = (tmp_path / "r.pdf").read_bytes()
        assert content.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
        # With a font of the machine, a page would break somewhere else on the next one.
        assert b"Roboto-Regular" in content

    @pytest.mark.parametrize("name", ["$\\foo$", "#panic[]", "a_b^c \\ {x", "\x1b[2J\x07", HOSTILE, "= *b* @x <y>", "走る 🏃"])
    def test_no_name_is_a_command_of_the_typesetter(self, tmp_path: Path, name: str) -> None:
        session = coached_session(cues=[cue_row(36.0, name, name)], source=name)
        write_report(replace(session, header={**session.header, "runner": name}), tmp_path / "r.pdf")
        assert (tmp_path / "r.pdf").stat().st_size > 1000


class TestTheFrames:
    def test_are_read_once_and_never_held(self, tmp_path: Path) -> None:
        folder = tmp_path / "s"
        folder.mkdir()
        session = replace(coached_session(), folder=folder)
        columns = ("t_s", "state", "near_thigh_deg", "near_thigh_settled_deg", "far_thigh_deg", "far_knee_deg", "far_ankle_deg")

        def peak_bytes(frames: int) -> int:
            rows = [f"{frame / 200},measuring,10.5,10.4,20.1,80.2,-3.0" for frame in range(frames)]
            (folder / "samples.csv").write_text("\n".join([",".join(columns), *rows]) + "\n")
            del rows
            tracemalloc.start()
            found = frame_figures(session)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert found.all.frames == frames
            return peak

        few, many = peak_bytes(2000), peak_bytes(12_000)
        assert many < few + 500_000  # held as rows, 10,000 more frames take some 8 MB

    def test_of_a_file_that_cannot_be_read_are_refused_in_one_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "samples.csv").write_text("t_s,state\nsoon,measuring\n")
        with pytest.raises(SessionsError, match="cannot be read as a table"):
            frame_figures(replace(coached_session(), folder=tmp_path))

    def test_give_the_curve_of_the_strides_whatever_the_frame_rate(self) -> None:
        session = coached_session()
        true_deg = reference_curve(3.5)
        peaks_s = [float(row["t_peak_s"] or 0) for row in session.strides]
        for fps in (30, 60):
            times_s = np.arange(0, peaks_s[-1], 1 / fps)
            share = (times_s - peaks_s[0]) / STRIDE_S % 1.0
            angles_deg = np.interp(share, np.linspace(0, 1, POINTS), true_deg)
            frames: list[Row] = [
                {"t_s": float(t_s), "state": "measuring", "near_thigh_settled_deg": float(angle)}
                for t_s, angle in zip(times_s, angles_deg, strict=True)
            ]
            curve = frame_figures(replace(session, samples=frames)).curve
            assert curve is not None
            assert curve.strides == len(peaks_s) - 1
            assert np.abs(curve.mean_deg - true_deg).max() < 0.8
            assert curve.sd_deg.max() < 0.6

    def test_are_counted_from_the_first_to_the_last_stride(self) -> None:
        session = filmed(coached_session(), ("measuring", "no_person"))
        before: list[Row] = [{"t_s": -10 + frame / 30, "state": "no_person"} for frame in range(300)]
        found = frame_figures(replace(session, samples=[*before, *session.samples]))
        assert found.all.reasons["no_person"] > found.running.reasons["no_person"]
        assert found.running.share == pytest.approx(0.5, abs=0.01)
        assert found.missing[5] == pytest.approx(0.5, abs=0.15)

    @pytest.mark.parametrize("t_s", [0.0, 1e9, -1e9])
    def test_at_forged_times_do_no_harm(self, t_s: float) -> None:
        frames: list[Row] = [{"t_s": t_s, "state": "measuring", "near_thigh_deg": 1.0} for _ in range(5000)]
        assert frame_figures(replace(coached_session(), samples=frames)).all.frames == 5000


class TestWhatACueBrought:
    @staticmethod
    def session(before_deg: float, after_deg: float, cue_s: float = 10.6 * STRIDE_S, **more: float) -> RecordedSession:
        values = [before_deg] * 10 + [after_deg] * 10
        rows = [
            stride_row(number, number * STRIDE_S, value + 0.1 * (number % 2)) for number, value in enumerate(values, start=1)
        ]
        rows = [{**row, **more} if index >= 10 else row for index, row in enumerate(rows)]
        return RecordedSession(header(), rows, [cue_row(cue_s)], [phase_row(0.0, "drill", BAND_DEG)])

    def test_is_the_mean_of_five_strides_after_it_less_that_of_the_five_before(self) -> None:
        [found] = cue_effects(self.session(15.0, 18.0))
        [effect] = found.effects
        assert effect.before == pytest.approx(15.04, abs=0.03)
        assert effect.change == pytest.approx(3.0, abs=0.05)
        assert 0 < effect.half < 0.2
        assert found.half is None  # one cue is too few for an interval over cues

    def test_is_not_stated_across_a_gap_or_too_near_an_end(self) -> None:
        session = self.session(15.0, 18.0)
        late = [
            {**row, "t_peak_s": float(row["t_peak_s"] or 0) + (60.0 if index >= 10 else 0.0)}
            for index, row in enumerate(session.strides)
        ]
        assert cue_effects(replace(session, strides=late)) == []
        assert cue_effects(self.session(15.0, 18.0, cue_s=1.0)) == []

    def test_has_an_interval_over_the_cues_of_a_rule(self) -> None:
        session = coached_session(strides=60, cues=[cue_row(48.0 + 6.0 * number) for number in range(5)])
        [found] = cue_effects(session)
        assert len(found.effects) == 5
        assert found.half is not None
        assert abs(found.mean) < found.half + 0.5

    def test_is_about_the_measure_of_its_rule(self) -> None:
        session = self.session(15.0, 15.0, cadence_spm=180.0)
        rule = {"name": "push", "when": "slow_cadence", "text": "Quicker steps"}
        found = cue_effects(replace(session, header={**session.header, "config": {"cue": [rule, "x", {"name": 5}]}}))
        assert found[0].measure.name == "cadence"
        assert found[0].mean == pytest.approx(9.0)


class TestTheGuards:
    def test_hold_where_the_coach_would_have_them_hold(self) -> None:
        session = coached_session()
        leaning = [
            {**row, "trunk_lean_deg": 1.0 if 60 <= index < 70 else 6.0, "cadence_spm": 150.0 if 72 <= index < 80 else 171.0}
            for index, row in enumerate(session.strides)
        ]
        lean, cadence, quality = guard_times(replace(session, strides=leaning))
        # Five strides must have a mean that is 3° lower: three of them are enough, and three leave it.
        assert lean.held == pytest.approx(10, abs=2)
        assert cadence.held > 0
        assert quality.held == 0
        [(start_s, end_s)] = lean.spans_s
        assert 60 * STRIDE_S < start_s < end_s < 73 * STRIDE_S

    def test_need_a_drill(self) -> None:
        assert guard_times(coached_session(drill_deg=None, retention_deg=None)) == []


class TestTheTarget:
    def test_phases_that_are_noted_twice_are_one(self) -> None:
        session = coached_session()
        again = [*session.phases[:2], phase_row(40.0, "drill", BAND_DEG, cueing=0), *session.phases[2:]]
        assert [span.name for span in phase_spans(replace(session, phases=again))] == ["baseline", "drill", "retention"]
        assert last_band(session, HIP) == BAND_DEG


@pytest.mark.parametrize("kind", TAKEN)
def test_a_forged_session_has_a_small_page_and_a_pdf(kind: str, tmp_path: Path) -> None:
    folder = good_session(tmp_path / "s")
    TAKEN[kind](folder)
    session = from_folder(folder, with_frames=False)
    for name in ("r.html", "r.pdf"):
        write_report(session, tmp_path / name)
        assert 1000 < (tmp_path / name).stat().st_size < 1_000_000


def test_a_session_read_without_its_frames_has_the_same_report(tmp_path: Path) -> None:
    folder = good_session(tmp_path / "s", strides=30)
    assert session_document(from_folder(folder, with_frames=False)) == session_document(from_folder(folder))
