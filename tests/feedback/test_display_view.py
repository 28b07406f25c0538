"""What the screen shows for messages in any order and at any time."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from config.sections.analysis import AnalysisSettings
from config.sections.display import DisplaySettings
from config.settings import Settings
from feedback.display.state.geometry import direction, wedge
from feedback.display.state.screen import CUE_SHOWN_S, Screen, ScreenMessage
from feedback.display.state.view import STRIP_STRIDES, View
from tests.support.healths import CAMERA_SILENT, CAMERA_SLOW, fault, health
from tests.support.message_examples import any_message
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import FaultCode, SampleState
from wire.frames.frame import Frame
from wire.frames.pairing import Pairing
from wire.messages import Band, Belt, Cue, Health, Leg, Phase, PhaseName, Sample, Stamps, Stride, Summary

HOLD_NS = ms_to_ns(500)
BAND = Band(16.0, 20.0)


def frame(seq: int, epoch: int = 1, at_ms: float | None = None) -> Frame:
    capture_ns = ms_to_ns(at_ms if at_ms is not None else seq * 16.0)
    return Frame(epoch, seq, seq, capture_ns, capture_ns, capture_ns, "synthetic", np.zeros((54, 96, 3), np.uint8))


def sample(seq: int, state: SampleState = SampleState.MEASURING, epoch: int = 1, hip_x: float = 50.0) -> Sample:
    near = Leg(thigh_deg=-10.0, hip_px=(hip_x, 20.0), knee_px=(hip_x - 4, 30.0), ankle_px=(hip_x - 10, 40.0))
    return Sample(
        epoch=epoch,
        frame_seq=seq,
        frame_index=seq,
        stamps=Stamps(ms_to_ns(seq * 16.0)),
        width_px=96,
        height_px=54,
        state=state,
        facing="right",
        near=near,
        far=Leg(),
        shoulder_px=(50.0, 5.0),
        trunk_lean_deg=5.0,
        cadence_spm=168.0,
        quality=0.9,
    )


def stride(number: int, value_deg: float, leg: str = "near", quality: float = 0.9, zero_deg: float = 2.0) -> Stride:
    return Stride(
        number=number,
        leg="near" if leg == "near" else "far",
        t_peak_ns=0,
        t_known_ns=0,
        hip_extension_deg=value_deg,
        thigh_min_deg=zero_deg - value_deg,
        standing_thigh_deg=2.0,
        stamps=Stamps(0),
        cadence_spm=170.4,
        quality=quality,
    )


def phase(band: Band | None = BAND, name: PhaseName = "drill", **changes: Any) -> Phase:
    parts: dict[str, Any] = {
        "name": name,
        "measure": "hip_extension",
        "band": band,
        "baseline_deg": 15.0,
        "ends_ns": s_to_ns(100),
        "paused": False,
        "muted": False,
        "min_quality": 0.5,
    }
    return Phase(**{**parts, **changes})


def settled(screen: Screen, now_ns: int) -> View:
    """The view after a message has lasted long enough to be shown."""
    screen.view(now_ns)
    return screen.view(now_ns + HOLD_NS)


def message_of(view: View) -> str:
    """The message to the runner; "" if nothing is wrong."""
    return view.board.message.text if view.board.message is not None else ""


def notes(view: View) -> list[str]:
    return [note.text for note in view.board.notes]


def measuring(now_ns: int = 0) -> Screen:
    screen = Screen(Settings())
    screen.handle(frame(1), now_ns)
    screen.handle(sample(1), now_ns)
    screen.handle(phase(), now_ns)
    return screen


class TestFrame:
    def test_a_frame_waits_for_its_own_sample(self) -> None:
        screen = Screen(Settings())
        screen.handle(frame(1), 0)
        screen.handle(sample(1, hip_x=40.0), 0)
        screen.handle(frame(2), 0)
        before = screen.view(0).frame
        assert before is not None
        assert before.lines is not None
        assert (before.seq, before.lines.hip_px) == (1, (40.0, 20.0))
        screen.handle(sample(2, hip_x=41.0), 0)
        after = screen.view(0).frame
        assert after is not None
        assert after.lines is not None
        assert (after.seq, after.lines.hip_px) == (2, (41.0, 20.0))

    def test_a_sample_that_arrives_before_its_frame_is_kept(self) -> None:
        screen = Screen(Settings())
        screen.handle(sample(5), 0)
        screen.handle(frame(5), 0)
        picture = screen.view(0).frame
        assert picture is not None
        assert picture.measured

    def test_a_frame_without_a_sample_is_skipped(self) -> None:
        pairing = Pairing(150.0)
        for seq in (1, 2, 3):
            pairing.add_frame(frame(seq))
        pairing.add_sample(sample(3))
        pairing.add_sample(sample(2))
        shown = pairing.show()
        assert shown is not None
        assert shown[0].seq == 3

    def test_late_lines_are_omitted_and_the_frame_stays_current(self) -> None:
        screen = Screen(Settings())
        screen.handle(frame(1, at_ms=0), 0)
        screen.handle(sample(1), 0)
        screen.handle(frame(2, at_ms=150), 0)
        held = screen.view(0).frame
        screen.handle(frame(3, at_ms=151), 0)
        alone = screen.view(0).frame
        assert held is not None
        assert alone is not None
        assert held.seq == 1
        assert (alone.seq, alone.lines) == (3, None)

    def test_a_changed_age_limit_applies_to_the_shown_frame(self) -> None:
        screen = Screen(Settings())
        screen.handle(frame(1, at_ms=0), 0)
        screen.handle(sample(1), 0)
        screen.handle(frame(2, at_ms=100), 0)
        seqs = []
        for age_ms in (100.0, 99.0, 150.0):
            screen.apply_settings(Settings(display=DisplaySettings(max_lines_age_ms=age_ms)))
            picture = screen.view(0).frame
            assert picture is not None
            seqs.append(picture.seq)
        assert seqs == [1, 2, 1]

    def test_another_epoch_discards_earlier_frames(self) -> None:
        screen = Screen(Settings())
        screen.handle(frame(900, epoch=1), 0)
        screen.handle(sample(900, epoch=1), 0)
        screen.handle(frame(1, epoch=2), 0)
        picture = screen.view(0).frame
        assert picture is not None
        assert (picture.epoch, picture.seq, picture.lines) == (2, 1, None)

    def test_the_same_frame_is_the_same_object_and_not_drawn_twice(self) -> None:
        screen = measuring()
        assert screen.view(0) == screen.view(1)


class TestNumberAndBand:
    @pytest.mark.parametrize(
        ("value_deg", "verdict"), [(15.9, "below"), (16.0, "in"), (18.0, "in"), (20.0, "in"), (20.1, "above")]
    )
    def test_the_last_near_stride_is_judged_against_the_band(self, value_deg: float, verdict: str) -> None:
        screen = measuring()
        screen.handle(stride(1, value_deg), 0)
        board = screen.view(0).board
        assert (board.value, board.verdict) == (value_deg, verdict)

    @pytest.mark.parametrize(("value_deg", "verdict"), [(10.0, "form_first"), (18.0, "form_first"), (25.0, "above")])
    def test_while_form_comes_first_there_is_no_more_and_no_good(self, value_deg: float, verdict: str) -> None:
        screen = measuring()
        screen.handle(phase(form_first=True), 0)
        screen.handle(stride(1, value_deg), 0)
        assert screen.view(0).board.verdict == verdict

    def test_the_quality_gate_is_that_of_the_coaching_machine(self) -> None:
        screen = Screen(Settings(analysis=AnalysisSettings(min_quality=0.95)))
        screen.handle(phase(min_quality=0.5), 0)
        screen.handle(stride(1, 17.0, quality=0.6), 0)
        assert screen.view(0).board.verdict == "in"

    def test_below_the_quality_gate_nothing_is_judged(self) -> None:
        screen = measuring()
        screen.handle(stride(1, 10.0, quality=0.49), 0)
        screen.handle(stride(2, 10.0, quality=math.nan), 0)
        board = screen.view(0).board
        assert [bar.verdict for bar in board.bars] == ["unsure", "unsure"]

    def test_without_a_band_there_is_no_verdict(self) -> None:
        screen = measuring()
        screen.handle(phase(band=None, name="baseline"), 0)
        screen.handle(stride(1, 10.0), 0)
        board = screen.view(0).board
        assert (board.verdict, board.hint, board.phase) == ("no_target", "Run as usual", "Baseline")

    def test_a_far_stride_does_not_change_the_number(self) -> None:
        screen = measuring()
        screen.handle(stride(1, 17.0), 0)
        screen.handle(stride(1, 12.0, leg="far"), 0)
        assert screen.view(0).board.value == 17.0

    def test_the_number_disappears_when_no_stride_follows(self) -> None:
        screen = measuring()
        screen.handle(stride(1, 17.0), 0)
        assert screen.view(s_to_ns(4.1)).board.value is None

    def test_the_strip_keeps_the_last_twenty(self) -> None:
        screen = measuring()
        for number in range(30):
            screen.handle(stride(number, float(number)), 0)
        bars = screen.view(0).board.bars
        assert len(bars) == STRIP_STRIDES
        assert (bars[0].value, bars[-1].value) == (10.0, 29.0)

    def test_the_number_is_of_the_targets_measure(self) -> None:
        screen = measuring()
        screen.handle(phase(band=Band(165.0, 175.0), measure="cadence"), 0)
        screen.handle(stride(1, 17.0), 0)
        board = screen.view(0).board
        assert (board.measure.title, board.value, board.measure.unit, board.verdict) == ("Cadence", 170.4, "", "in")

    def test_legs_are_labelled_right_and_left_and_the_far_one_is_shown_only_if_steady(self) -> None:
        screen = measuring()
        for number in range(5):
            screen.handle(stride(number, 17.0 + 0.1 * number), 0)
            screen.handle(stride(number, 15.0, leg="far"), 0)
        board = screen.view(0).board
        assert (board.near_label, board.far_label) == ("Right", "Left")
        assert board.sides.near == pytest.approx(17.2)
        assert board.sides.far == 15.0
        for number in range(5):
            screen.handle(stride(number, 15.0 + 20.0 * (number % 2), leg="far"), 0)
        assert screen.view(0).board.sides.far is None


class TestWedge:
    def lines_hip_and_arc(self, facing: str) -> tuple[tuple[float, float], list[tuple[float, float]]]:
        screen = Screen(Settings())
        screen.handle(phase(), 0)
        screen.handle(stride(1, 17.0, zero_deg=0.0), 0)
        screen.handle(frame(1), 0)
        turned = sample(1)
        screen.handle(Sample(**{**{name: getattr(turned, name) for name in turned.__struct_fields__}, "facing": facing}), 0)
        picture = screen.view(0).frame
        assert picture is not None
        assert picture.lines is not None
        return picture.lines.wedge_px[0], list(picture.lines.wedge_px[1:])

    def test_it_lies_behind_a_runner_who_faces_right(self) -> None:
        hip, arc = self.lines_hip_and_arc("right")
        assert all(x < hip[0] and y > hip[1] for x, y in arc)

    def test_it_lies_behind_a_runner_who_faces_left(self) -> None:
        hip, arc = self.lines_hip_and_arc("left")
        assert all(x > hip[0] and y > hip[1] for x, y in arc)

    def test_its_edges_are_those_of_the_band_relative_to_the_standing_zero(self) -> None:
        screen = measuring()
        screen.handle(stride(1, 17.0, zero_deg=3.0), 0)
        screen.handle(frame(2), 0)
        screen.handle(sample(2), 0)
        picture = screen.view(0).frame
        assert picture is not None
        assert picture.lines is not None
        hip, first, *_, last = picture.lines.wedge_px
        angles = [math.degrees(math.atan2(hip[0] - x, y - hip[1])) for x, y in (first, last)]
        assert angles == pytest.approx([16.0 - 3.0, 20.0 - 3.0])

    def test_its_vertical_is_that_of_the_measuring_machine(self) -> None:
        screen = Screen(Settings(analysis=AnalysisSettings(camera_roll_deg=-7.0)))
        screen.handle(phase(), 0)
        screen.handle(stride(1, 17.0, zero_deg=0.0), 0)
        screen.handle(frame(1), 0)
        screen.handle(structs.replace(sample(1), camera_roll_deg=10.0), 0)
        picture = screen.view(0).frame
        assert picture is not None
        assert picture.lines is not None
        hip, first, *_, last = picture.lines.wedge_px
        angles = [math.degrees(math.atan2(hip[0] - x, y - hip[1])) for x, y in (first, last)]
        assert angles == pytest.approx([16.0 - 10.0, 20.0 - 10.0])

    def test_a_camera_turned_clockwise_sees_gravity_point_to_the_lower_right(self) -> None:
        x, y = direction(0.0, "right", 10.0)
        assert x == pytest.approx(math.sin(math.radians(10)))
        assert y == pytest.approx(math.cos(math.radians(10)))

    def test_every_point_of_the_arc_is_equally_far_from_the_hip(self) -> None:
        outline = wedge((10.0, 20.0), 30.0, (5.0, 25.0), "left", -4.0)
        assert [math.dist(outline[0], point) for point in outline[1:]] == pytest.approx([30.0] * (len(outline) - 1))


class TestMessages:
    def test_the_screen_shows_starting_and_then_no_message(self) -> None:
        assert message_of(Screen(Settings()).view(0)) == "Starting"
        assert settled(measuring(), 0).board.message is None

    @pytest.mark.parametrize(
        ("state", "sentence"),
        [(SampleState.NO_PERSON, "Step into view"), (SampleState.NOT_RUNNING, "Start running")],
    )
    def test_a_state_has_a_message(self, state: SampleState, sentence: str) -> None:
        screen = measuring()
        screen.handle(sample(2, state), 0)
        assert message_of(settled(screen, 0)) == sentence

    def test_one_frame_without_a_person_does_not_flash(self) -> None:
        screen = measuring()
        settled(screen, 0)
        screen.handle(sample(2, SampleState.NO_PERSON), ms_to_ns(600))
        assert screen.view(ms_to_ns(600)).board.message is None
        screen.handle(sample(3), ms_to_ns(700))
        assert screen.view(ms_to_ns(700)).board.message is None
        screen.handle(sample(4, SampleState.NO_PERSON), ms_to_ns(1150))
        assert screen.view(ms_to_ns(1150)).board.message is None

    def test_without_samples_it_waits_for_measurement(self) -> None:
        screen = measuring()
        screen.handle(frame(2), s_to_ns(1.3))
        assert message_of(settled(screen, s_to_ns(1.3))) == "Waiting for measurement"

    def test_a_silent_camera_is_a_message_and_a_slow_one_a_note(self) -> None:
        lost, slow = measuring(), measuring()
        lost.handle(health("capture", "degraded", CAMERA_SILENT), 0)
        slow.handle(health("capture", "degraded", CAMERA_SLOW), 0)
        assert settled(lost, 0).board.camera_lost
        view = slow.view(0)
        assert (view.board.camera_lost, notes(view)) == (False, ["The camera delivers 15 instead of 60 fps"])

    def test_a_camera_without_frames_is_lost_until_they_arrive_again(self) -> None:
        screen = measuring()
        assert message_of(settled(screen, s_to_ns(2.1))) == "Camera lost"
        screen.handle(frame(2), s_to_ns(5))
        screen.handle(sample(2), s_to_ns(5))
        assert settled(screen, s_to_ns(5)).board.message is None

    def test_the_end_of_a_recording_is_not_a_lost_camera(self) -> None:
        screen = measuring()
        screen.handle(health("capture", "ended"), 0)
        assert message_of(settled(screen, s_to_ns(3))) == "Recording ended"

    def test_a_pause_is_shown_at_once(self) -> None:
        screen = measuring()
        settled(screen, 0)
        screen.handle(phase(paused=True), ms_to_ns(600))
        assert message_of(screen.view(ms_to_ns(600))) == "Paused"
        screen.handle(phase(), ms_to_ns(650))
        assert screen.view(ms_to_ns(650)).board.message is None

    def test_faults_are_noted_for_the_coach(self) -> None:
        screen = measuring()
        screen.handle(phase(muted=True), 0)
        screen.handle(health("audio", "degraded", fault(FaultCode.SOUND_DEVICE_LOST, "audio")), 0)
        disk_full = fault(FaultCode.SESSION_NOT_WRITABLE, "recorder", "/s/strides.csv", "No space left on device")
        screen.handle(health("recorder", "degraded", disk_full), 0)
        screen.handle(health("display", "degraded", fault(FaultCode.SCREEN_MISSING, "display")), 0)
        screen.handle(Stride(1, "near", 0, 0, 17.0, -17.0, None, Stamps(0)), 0)
        assert notes(screen.view(0)) == [
            "Muted",
            "No sound",
            "/s/strides.csv: cannot be written (No space left on device)",
            "Not calibrated",
        ]

    def test_a_cue_is_shown_for_its_time(self) -> None:
        screen = measuring()
        screen.handle(Cue("push", "Push the belt", "push", "", 1, 0, 0), s_to_ns(10))
        assert screen.view(s_to_ns(10 + CUE_SHOWN_S)).board.cue == "Push the belt"
        assert screen.view(s_to_ns(10 + CUE_SHOWN_S) + 1).board.cue == ""

    def test_time_left_counts_down_to_zero(self) -> None:
        screen = measuring()
        lefts = [screen.view(s_to_ns(at_s)).board.time_left_s for at_s in (0, 0.5, 99.5, 100, 200)]
        assert lefts == [100, 100, 1, 0, 0]

    def test_a_phase_of_many_hours_has_no_clock(self) -> None:
        screen = measuring()
        screen.handle(phase(ends_ns=s_to_ns(24 * 3600)), 0)
        assert screen.view(0).board.time_left_s is None


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.none()
sure_numbers = st.floats(allow_nan=True, allow_infinity=True)
points = st.tuples(sure_numbers, sure_numbers) | st.none()
times_ns = st.integers(-(10**9), 10**12)
messages = st.one_of(
    st.builds(frame, st.integers(0, 9), st.integers(0, 2), st.floats(-1e6, 1e6)),
    st.builds(
        Sample,
        epoch=st.integers(0, 2),
        frame_seq=st.integers(0, 9),
        frame_index=st.integers(0, 9),
        stamps=st.just(Stamps(0)),
        width_px=st.integers(0, 100),
        height_px=st.integers(0, 100),
        state=st.sampled_from(SampleState),
        facing=st.sampled_from(["right", "left", None]),
        near=st.builds(Leg, hip_px=points, knee_px=points, ankle_px=points),
        far=st.just(Leg()),
        shoulder_px=points,
        trunk_lean_deg=numbers,
        cadence_spm=numbers,
        quality=sure_numbers,
    ),
    st.builds(
        Stride,
        number=st.integers(0, 99),
        leg=st.sampled_from(["near", "far"]),
        t_peak_ns=times_ns,
        t_known_ns=times_ns,
        hip_extension_deg=sure_numbers,
        thigh_min_deg=sure_numbers,
        standing_thigh_deg=st.none() | st.floats(-10, 10),
        stamps=st.just(Stamps(0)),
        cadence_spm=numbers,
        quality=sure_numbers,
    ),
    st.builds(Cue, st.just("r"), st.text(max_size=9), st.just(""), st.just(""), st.just(1), times_ns, times_ns),
    st.builds(
        Phase,
        name=st.sampled_from(["drill", "baseline", "", "x_y"]),
        measure=st.sampled_from(["hip_extension", "cadence", "nonsense", "number", ""]),
        band=st.none() | st.builds(Band, sure_numbers, sure_numbers),
        baseline_deg=numbers,
        ends_ns=st.none() | times_ns,
        paused=st.booleans(),
        muted=st.booleans(),
        hide_value=st.booleans(),
        runner=st.text(max_size=5),
        summary=st.none() | any_message(Summary),
    ),
    any_message(Belt),
    any_message(Health),
)


@settings(deadline=None)
@given(st.lists(st.tuples(messages, times_ns, times_ns), max_size=30))
def test_any_messages_in_any_order_at_any_time_give_a_view(received: list[tuple[ScreenMessage, int, int]]) -> None:
    screen = Screen(Settings())
    for message, came_ns, seen_ns in received:
        screen.handle(message, came_ns)
        board = screen.view(seen_ns).board
        assert board.value is None or math.isfinite(board.value)
        assert board.band is None or board.band.low_deg <= board.band.high_deg
        assert board.time_left_s is None or board.time_left_s >= 0
