"""Given a session's phases, the belt, the settings and the recorder, what the screen shows of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bench.screen_states import STATES, SUMMARY, Scene, drawn
from config.schema import Analysis, Settings
from feedback.display.ghost import Best, better, ghost_line
from feedback.display.screen import REACH_OF_THIGH, Screen
from feedback.display.sides import UNKNOWN_SIDES
from feedback.display.view import View
from tests.message_examples import stride
from wire.clock import s_to_ns
from wire.frames import Frame
from wire.messages import Band, Belt, ConfigState, Cue, Health, Phase, PhaseName

BAND = Band(16.0, 20.0)


def phase(name: PhaseName = "drill", band: Band | None = BAND, **changes: object) -> Phase:
    return Phase(name, "hip_extension", band, None, s_to_ns(60), paused=False, muted=False, **changes)  # type: ignore[arg-type]


def seen(*messages: object) -> View:
    screen = Screen(Settings())
    for message in messages:
        screen.take(message, 0)  # type: ignore[arg-type]
    return screen.view(0)


class TestWithheldNumber:
    def test_a_silent_phase_shows_the_time_instead_of_the_number(self) -> None:
        board = seen(phase("baseline", None, hide_value=True), stride()).board
        assert board.value is None
        assert board.verdict == "open"
        assert board.withheld == "Measuring your own baseline"
        assert board.time_left_s == 60

    def test_neither_wedge_nor_ghost_nor_the_other_leg_give_it_away(self) -> None:
        view = STATES["retention"].view()
        assert view.picture is not None
        assert view.picture.lines is not None
        assert (view.picture.lines.wedge_px, view.picture.lines.ghost_px) == ((), None)
        assert (view.board.sides.near, view.board.sides.far) == (None, None)

    def test_a_withheld_cadence_is_in_no_other_place_either(self) -> None:
        silent = Phase("baseline", "cadence", None, None, None, paused=False, muted=False, hide_value=True)
        assert seen(silent, stride()).board.cadence_spm is None
        assert seen(phase("baseline", hide_value=True), stride()).board.cadence_spm == 170

    def test_the_strides_are_counted_all_the_same(self) -> None:
        assert len(seen(phase(hide_value=True), stride(1), stride(2)).board.bars) == 2


class TestStanding:
    def test_a_clock_counts_down_and_the_screen_asks_for_stillness(self) -> None:
        board = STATES["stand"].view().board
        assert board.message is not None
        assert (board.message.text, board.withheld, board.time_left_s) == ("Stand still", "Setting the zero", 3)

    def test_nobody_is_told_to_run_before_it_is_time(self) -> None:
        board = STATES["idle"].view().board
        assert (board.message, board.hint) == (None, "Step on when ready")

    def test_who_is_not_seen_is_told_so_in_any_phase(self) -> None:
        message = Scene(phase("stand", None), state="no_person").view().board.message
        assert message is not None
        assert message.text == "Step into view"


def test_a_tone_does_not_wipe_out_the_words_of_a_cue() -> None:
    words = Cue("push", "Push the belt behind you", "low", "", 1, 0, 0)
    assert seen(phase(), words, Cue("tone", "", "tone", "", 2, 0, 0, pitch_hz=440.0)).board.cue == "Push the belt behind you"


def test_changed_settings_hold_at_once() -> None:
    screen = Screen(Settings())
    screen.take(phase(), 0)
    screen.take(stride(quality=0.6), 0)
    before = screen.view(0).board.verdict
    screen.configure(Settings(analysis=Analysis(min_quality=0.7)))
    assert (before, screen.view(0).board.verdict) == ("below", "unsure")


class TestWedgeAndGhost:
    def test_before_the_first_stride_the_wedge_has_the_zero_of_quiet_standing(self) -> None:
        view = Scene(phase(), ()).view()
        assert view.picture is not None
        assert view.picture.lines is not None
        hip, first, *_, last = view.picture.lines.wedge_px
        angles = [math.degrees(math.atan2(hip[0] - x, y - hip[1])) for x, y in (first, last)]
        assert angles == pytest.approx([BAND.low_deg - 1.0, BAND.high_deg - 1.0])

    def test_uncalibrated_its_zero_is_the_vertical(self) -> None:
        view = Scene(phase(), (), calibrated=False).view()
        assert view.picture is not None
        assert view.picture.lines is not None
        hip, first = view.picture.lines.wedge_px[:2]
        assert math.degrees(math.atan2(hip[0] - first[0], first[1] - hip[1])) == pytest.approx(BAND.low_deg)

    def test_the_ghost_is_the_stride_nearest_to_the_middle_and_as_long_as_the_thigh(self) -> None:
        view = Scene(phase(), (16.5, 18.2, 19.9, 25.0)).view()
        assert view.picture is not None
        lines = view.picture.lines
        assert lines is not None
        assert lines.ghost_px is not None
        (hip_x, hip_y), (knee_x, knee_y) = lines.ghost_px
        assert math.degrees(math.atan2(hip_x - knee_x, knee_y - hip_y)) == pytest.approx(18.2 - 1.0)
        assert lines.hip_px is not None
        assert lines.knee_px is not None
        assert math.dist(*lines.ghost_px) == pytest.approx(math.dist(lines.hip_px, lines.knee_px))

    def test_a_stride_of_low_quality_or_of_another_band_is_no_best(self) -> None:
        screen = Screen(Settings())
        image, sample = drawn(0.0, (960, 540), 17.0)
        for message in (
            phase(),
            stride(1, quality=0.2),
            stride(2),
            phase(band=Band(10.0, 17.0)),
            stride(3, hip_extension_deg=19.0),
        ):
            screen.take(message, 0)
        screen.take(Frame(1, 1, 1, 0, 0, 0, "synthetic", image), 0)
        screen.take(sample, 0)
        picture = screen.view(0).picture
        assert picture is not None
        assert picture.lines is not None
        assert picture.lines.ghost_px is None

    def test_whoever_steps_on_next_sees_nothing_of_the_runner_before(self) -> None:
        screen = Screen(Settings())
        image, sample = drawn(0.0, (960, 540), 17.0)
        screen.take(phase(), 0)
        for number in range(1, 8):
            screen.take(stride(number, hip_extension_deg=18.0), 0)
            screen.take(stride(number, hip_extension_deg=18.0, leg="far"), 0)
        screen.take(Frame(1, 1, 1, 0, 0, 0, "synthetic", image), 0)
        screen.take(sample, 0)
        before = screen.view(0)
        assert before.picture is not None
        assert before.picture.lines is not None
        assert before.picture.lines.ghost_px is not None
        assert (len(before.board.bars), before.board.sides.far) == (7, 18.0)

        screen.take(phase(name="summary"), 0)
        assert len(screen.view(0).board.bars) == 7
        screen.take(phase(name="idle"), 0)
        screen.take(phase(), 0)
        image, sample = drawn(0.0, (480, 270), 17.0)
        screen.take(Frame(1, 2, 2, 0, 0, 0, "synthetic", image), 0)
        screen.take(structs.replace(sample, frame_seq=2), 0)
        after = screen.view(0)
        assert (after.board.value, after.board.bars, after.board.sides) == (None, (), UNKNOWN_SIDES)
        assert after.picture is not None
        assert after.picture.lines is not None
        assert after.picture.lines.ghost_px is None
        hip, first = after.picture.lines.wedge_px[:2]
        thigh_px = math.dist(sample.near.hip_px, sample.near.knee_px)  # type: ignore[arg-type]
        assert math.dist(hip, first) == pytest.approx(REACH_OF_THIGH * thigh_px)

    @given(st.lists(st.floats(-40, 60), max_size=20))
    def test_the_best_of_any_strides_lies_in_the_band_and_none_is_nearer_to_its_middle(self, values: list[float]) -> None:
        best: Best | None = None
        for value in values:
            best = better(best, BAND, value, -value)
        inside = [abs(value - 18.0) for value in values if BAND.low_deg <= value <= BAND.high_deg]
        assert (best.off_middle_deg if best is not None else None) == (min(inside) if inside else None)

    def test_a_new_band_forgets_the_best_of_the_old_one(self) -> None:
        best = better(None, BAND, 18.0, -18.0)
        assert better(best, Band(10.0, 12.0), 18.0, -18.0) is None

    def test_the_ghost_lies_behind_a_runner_who_faces_left_too(self) -> None:
        _, (knee_x, knee_y) = ghost_line(Best(BAND, 0.0, -30.0), (100.0, 100.0), 50.0, "left", 0.0)
        assert (knee_x, knee_y) == pytest.approx((125.0, 100.0 + 50.0 * math.cos(math.radians(30.0))))


def test_the_belt_is_shown_in_kilometres_an_hour() -> None:
    board = seen(Belt(0, 3.0, 1.5, "ftms")).board
    assert (board.belt_kmh, board.incline_pct) == (10.8, 1.5)
    assert seen(Belt(0, None, None, "config")).board.belt_kmh is None
    assert seen(Belt(0, math.nan, math.inf, "config")).board.belt_kmh is None


def test_a_refused_settings_file_is_said_until_a_good_one_comes() -> None:
    refused = ConfigState(1, "{}", "club.toml: strides must be at most 50")
    assert seen(refused).board.refused == "club.toml: strides must be at most 50"
    assert seen(refused, ConfigState(2, "{}", "")).board.refused == ""


def test_who_runs_and_what_the_coach_should_know_is_in_the_small_print() -> None:
    board = seen(phase(runner="Anna", session_number=3, notice="Belt speed unknown.")).board
    assert board.who == "Anna, session 3"
    assert [(note.text, note.fault) for note in board.notes] == [("Belt speed unknown.", True)]
    assert seen(phase(runner="Anna")).board.who == "Anna"
    assert seen(phase()).board.who == ""


def test_stored_video_is_known_from_the_recorders_health() -> None:
    def recorder(**facts: str) -> Health:
        return Health("recorder", 1, "running", "", 0, 1, facts, {}, {})

    assert seen(recorder(video="session.mp4")).board.storing_video
    assert not seen(recorder()).board.storing_video
    assert not seen(recorder(video="")).board.storing_video


def test_the_summary_is_shown_in_its_phase_only() -> None:
    assert seen(phase("summary", None, summary=SUMMARY)).board.summary == SUMMARY
    assert seen(phase("retention", summary=SUMMARY)).board.summary is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("starting", "Starting"),
        ("step-into-view", "Step into view"),
        ("turn-side-on", "Turn the camera side-on"),
        ("paused", "Paused"),
        ("camera-lost", "Camera lost"),
        ("restarting", "Measurement restarting"),
        ("stopped", "Measurement stopped"),
    ],
)
def test_every_fault_has_its_sentence(name: str, text: str) -> None:
    message = STATES[name].view().board.message
    assert message is not None
    assert message.text == text


def test_a_picture_that_stands_still_is_told_from_a_camera_that_is_gone() -> None:
    frozen = Health("capture", 1, "degraded", "Camera lost: its picture is frozen", 0, 1, {}, {}, {})
    message = Scene(phase(), healths=(frozen,)).view().board.message
    assert message is not None
    assert message.text == "Camera frozen"


def test_a_slow_camera_goes_on_and_is_noted() -> None:
    board = STATES["camera-slow"].view().board
    assert board.message is None
    assert [note.fault for note in board.notes] == [True]
