"""What the screen shows of a session: phases, belt, settings and recorder."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.settings import Settings
from feedback.display.state.geometry import line_from
from feedback.display.state.mirror_lines import WEDGE_REACH_THIGHS, BestStride, update_best
from feedback.display.state.screen import Screen, ScreenMessage
from feedback.display.state.sides import UNKNOWN_SIDES
from feedback.display.state.view import View
from tests.support.healths import fault, health
from tests.support.message_examples import stride
from tests.support.screen_states import STATES, SUMMARY, Scene, drawn
from wire.clock import s_to_ns
from wire.faults import FaultCode, NoticeCode, SampleState
from wire.frames.frame import Frame
from wire.messages import Band, Belt, Cue, Notice, Phase, PhaseName
from wire.topics import SUPERVISOR

BAND = Band(16.0, 20.0)


def phase(name: PhaseName = "drill", band: Band | None = BAND, **changes: Any) -> Phase:
    return Phase(name, "hip_extension", band, None, s_to_ns(60), paused=False, muted=False, **changes)


def seen(*messages: ScreenMessage) -> View:
    screen = Screen(Settings())
    for message in messages:
        screen.handle(message, 0)
    return screen.view(0)


class TestWithheldNumber:
    def test_a_silent_phase_shows_the_time_instead_of_the_number(self) -> None:
        board = seen(phase("baseline", None, hide_value=True), stride()).board
        assert board.value is None
        assert board.verdict == "no_target"
        assert board.withheld == "Measuring your baseline"
        assert board.time_left_s == 60

    def test_wedge_ghost_and_the_other_leg_do_not_reveal_it(self) -> None:
        view = STATES["retention"].view()
        assert view.frame is not None
        assert view.frame.lines is not None
        assert (view.frame.lines.wedge_px, view.frame.lines.ghost_px) == ((), None)
        assert (view.board.sides.near, view.board.sides.far) == (None, None)

    def test_a_withheld_cadence_is_shown_nowhere_else(self) -> None:
        silent = Phase("baseline", "cadence", None, None, None, paused=False, muted=False, hide_value=True)
        assert seen(silent, stride()).board.cadence_spm is None
        assert seen(phase("baseline", hide_value=True), stride()).board.cadence_spm == 170

    def test_the_strides_are_still_counted(self) -> None:
        assert len(seen(phase(hide_value=True), stride(1), stride(2)).board.bars) == 2


class TestStanding:
    def test_a_clock_counts_down_and_the_screen_asks_for_stillness(self) -> None:
        board = STATES["stand"].view().board
        assert board.message is not None
        assert (board.message.text, board.withheld, board.time_left_s) == ("Stand still", "Setting the zero", 3)

    def test_the_screen_does_not_ask_to_run_too_early(self) -> None:
        board = STATES["idle"].view().board
        assert (board.message, board.hint) == (None, "Step on when ready")

    def test_a_runner_out_of_view_is_told_so_in_any_phase(self) -> None:
        message = Scene(phase("stand", None), state=SampleState.NO_PERSON).view().board.message
        assert message is not None
        assert message.text == "Step into view"


def test_a_tone_does_not_erase_the_text_of_a_cue() -> None:
    words = Cue("push", "Push the belt behind you", "low", "", 1, 0, 0)
    assert seen(phase(), words, Cue("tone", "", "tone", "", 2, 0, 0, pitch_hz=440.0)).board.cue == "Push the belt behind you"


def test_a_changed_quality_gate_applies_at_once() -> None:
    screen = Screen(Settings())
    screen.handle(phase(min_quality=0.5), 0)
    screen.handle(stride(quality=0.6), 0)
    before = screen.view(0).board.verdict
    screen.handle(phase(min_quality=0.7), 0)
    assert (before, screen.view(0).board.verdict) == ("below", "unsure")


class TestWedgeAndGhost:
    def test_before_the_first_stride_the_wedge_uses_the_standing_zero(self) -> None:
        view = Scene(phase(), ()).view()
        assert view.frame is not None
        assert view.frame.lines is not None
        hip, first, *_, last = view.frame.lines.wedge_px
        angles = [math.degrees(math.atan2(hip[0] - x, y - hip[1])) for x, y in (first, last)]
        assert angles == pytest.approx([BAND.low_deg - 1.0, BAND.high_deg - 1.0])

    def test_without_calibration_its_zero_is_vertical(self) -> None:
        view = Scene(phase(), (), calibrated=False).view()
        assert view.frame is not None
        assert view.frame.lines is not None
        hip, first = view.frame.lines.wedge_px[:2]
        assert math.degrees(math.atan2(hip[0] - first[0], first[1] - hip[1])) == pytest.approx(BAND.low_deg)

    def test_the_ghost_is_the_stride_closest_to_the_middle_and_as_long_as_the_thigh(self) -> None:
        view = Scene(phase(), (16.5, 18.2, 19.9, 25.0)).view()
        assert view.frame is not None
        lines = view.frame.lines
        assert lines is not None
        assert lines.ghost_px is not None
        (hip_x, hip_y), (knee_x, knee_y) = lines.ghost_px
        assert math.degrees(math.atan2(hip_x - knee_x, knee_y - hip_y)) == pytest.approx(18.2 - 1.0)
        assert lines.hip_px is not None
        assert lines.knee_px is not None
        assert math.dist(*lines.ghost_px) == pytest.approx(math.dist(lines.hip_px, lines.knee_px))

    def test_a_stride_of_low_quality_or_of_another_band_is_never_the_best(self) -> None:
        screen = Screen(Settings())
        image, sample = drawn(0.0, (960, 540), 17.0)
        for message in (
            phase(min_quality=0.5),
            stride(1, quality=0.2),
            stride(2),
            phase(band=Band(10.0, 17.0), min_quality=0.5),
            stride(3, hip_extension_deg=19.0),
        ):
            screen.handle(message, 0)
        screen.handle(Frame(1, 1, 1, 0, 0, 0, "synthetic", image), 0)
        screen.handle(sample, 0)
        picture = screen.view(0).frame
        assert picture is not None
        assert picture.lines is not None
        assert picture.lines.ghost_px is None

    def test_the_next_runner_sees_nothing_of_the_previous_one(self) -> None:
        screen = Screen(Settings())
        image, sample = drawn(0.0, (960, 540), 17.0)
        screen.handle(phase(), 0)
        for number in range(1, 8):
            screen.handle(stride(number, hip_extension_deg=18.0), 0)
            screen.handle(stride(number, hip_extension_deg=18.0, leg="far"), 0)
        screen.handle(Frame(1, 1, 1, 0, 0, 0, "synthetic", image), 0)
        screen.handle(sample, 0)
        before = screen.view(0)
        assert before.frame is not None
        assert before.frame.lines is not None
        assert before.frame.lines.ghost_px is not None
        assert (len(before.board.bars), before.board.sides.far) == (7, 18.0)

        screen.handle(phase(name="summary"), 0)
        assert len(screen.view(0).board.bars) == 7
        screen.handle(phase(name="idle"), 0)
        screen.handle(phase(), 0)
        image, sample = drawn(0.0, (480, 270), 17.0)
        screen.handle(Frame(1, 2, 2, 0, 0, 0, "synthetic", image), 0)
        screen.handle(structs.replace(sample, frame_seq=2), 0)
        after = screen.view(0)
        assert (after.board.value, after.board.bars, after.board.sides) == (None, (), UNKNOWN_SIDES)
        assert after.frame is not None
        assert after.frame.lines is not None
        assert after.frame.lines.ghost_px is None
        hip, first = after.frame.lines.wedge_px[:2]
        assert sample.near.hip_px is not None
        assert sample.near.knee_px is not None
        thigh_px = math.dist(sample.near.hip_px, sample.near.knee_px)
        assert math.dist(hip, first) == pytest.approx(WEDGE_REACH_THIGHS * thigh_px)

    @given(st.lists(st.floats(-40, 60), max_size=20))
    def test_the_best_stride_is_the_one_in_the_band_closest_to_its_middle(self, values: list[float]) -> None:
        best: BestStride | None = None
        for value in values:
            best = update_best(best, BAND, value, -value)
        inside = [abs(value - 18.0) for value in values if BAND.low_deg <= value <= BAND.high_deg]
        assert (best.off_middle_deg if best is not None else None) == (min(inside) if inside else None)

    def test_a_new_band_discards_the_best_stride(self) -> None:
        best = update_best(None, BAND, 18.0, -18.0)
        assert update_best(best, Band(10.0, 12.0), 18.0, -18.0) is None

    def test_the_ghost_lies_behind_a_runner_who_faces_left_too(self) -> None:
        _, (knee_x, knee_y) = line_from((100.0, 100.0), 50.0, 30.0, "left", 0.0)
        assert (knee_x, knee_y) == pytest.approx((125.0, 100.0 + 50.0 * math.cos(math.radians(30.0))))


def test_belt_speed_is_shown_in_kilometres_per_hour() -> None:
    board = seen(Belt(0, 3.0, 1.5, "ftms")).board
    assert (board.belt_kmh, board.incline_pct) == (10.8, 1.5)
    assert seen(Belt(0, None, None, "config")).board.belt_kmh is None
    assert seen(Belt(0, math.nan, math.inf, "config")).board.belt_kmh is None


def test_a_rejected_settings_file_is_shown_until_a_valid_one_is_saved() -> None:
    sentence = "club.toml: strides must be at most 50"
    refused = health(SUPERVISOR, "running", fault(FaultCode.SETTINGS_REFUSED, SUPERVISOR, cause=sentence))
    assert seen(refused).board.refused_settings == "club.toml: strides must be at most 50."
    assert seen(refused, health(SUPERVISOR)).board.refused_settings == ""


def test_the_runners_name_and_notices_are_in_the_small_print() -> None:
    board = seen(phase(runner="Anna", session_number=3, notice=Notice(NoticeCode.SPEED_UNKNOWN))).board
    assert board.runner == "Anna, session 3"
    assert [(note.text, note.fault) for note in board.notes] == [("Belt speed unknown: the target follows the baseline", True)]
    assert seen(phase(runner="Anna")).board.runner == "Anna"
    assert seen(phase()).board.runner == ""


def test_stored_video_is_read_from_the_recorders_health() -> None:
    assert seen(health("recorder", stores_video=True)).board.storing_video
    assert not seen(health("recorder")).board.storing_video


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
def test_every_state_has_its_message(name: str, text: str) -> None:
    message = STATES[name].view().board.message
    assert message is not None
    assert message.text == text


def test_a_frozen_camera_is_distinguished_from_a_lost_one() -> None:
    frozen = health("capture", "degraded", fault(FaultCode.CAMERA_FROZEN, device="camera 0", value=3.0))
    message = Scene(phase(), healths=(frozen,)).view().board.message
    assert message is not None
    assert message.text == "Camera frozen"


def test_a_slow_camera_is_noted_and_the_session_continues() -> None:
    board = STATES["camera-slow"].view().board
    assert board.message is None
    assert [note.fault for note in board.notes] == [True]
