"""The tone of every push-off is timed to the predicted peak, and its pitch follows the value."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.sections.audio import AudioSettings
from config.sections.coaching import TargetSettings
from config.sections.session import SessionSettings
from config.settings import Settings
from feedback.coach.engine import Coach
from feedback.coach.tone import MAX_LEAD_MS, MAX_SD_MS, MIDDLE_HZ, MIN_LEAD_MS, QUIET_AFTER_CUE_S, StrideTone, pitch_hz
from tests.support.message_examples import sample, stride
from wire.clock import ms_to_ns, s_to_ns
from wire.messages import STRIDE_TONE, Band, Cue, Sample

BAND = Band(16.0, 20.0)
STRIDE_S = 0.7


@dataclass
class Drill:
    """Frames every 33 ms; peaks every 0.7 s, each settled 70 ms later."""

    follows: StrideTone = field(default_factory=StrideTone)
    band: Band | None = BAND
    sd_ms: float | None = 8.0
    off_ms: float = 0.0
    """Error of the predictions."""
    cues: list[Cue] = field(default_factory=list)

    def run(self, seconds: float, frame_ms: float = 33.3, value: float = 18.0) -> list[Cue]:
        settled, t_s = 0, 0.0
        while t_s < seconds:
            t_s += frame_ms / 1000
            now_ns = s_to_ns(t_s)
            peak_s = (settled + 1) * STRIDE_S
            if peak_s + 0.07 <= t_s:
                settled += 1
                self._keep(self.follows.handle_stride(stride(settled, peak_s, value), value, self.band, now_ns))
            coming_s = (int(t_s / STRIDE_S) + 1) * STRIDE_S
            self._keep(self.follows.handle_sample(self._sample(t_s, coming_s), self.band, now_ns))
        return self.cues

    def _sample(self, t_s: float, coming_s: float) -> Sample:
        predicted_ns = None if self.sd_ms is None else s_to_ns(coming_s) + ms_to_ns(self.off_ms)
        return structs.replace(sample(at_s=t_s), next_peak_ns=predicted_ns, next_peak_sd_ms=self.sd_ms)

    def _keep(self, cue: Cue | None) -> None:
        if cue is not None:
            self.cues.append(cue)


def peaks(cues: list[Cue]) -> list[int]:
    return [round(cue.t_peak_ns / s_to_ns(STRIDE_S)) for cue in cues]


@given(frame_ms=st.floats(8, 66), off_ms=st.floats(-40, 40))
def test_every_peak_after_the_first_stride_has_exactly_one_tone(frame_ms: float, off_ms: float) -> None:
    cues = Drill(off_ms=off_ms).run(10, frame_ms)
    numbers = peaks(cues)
    assert numbers == list(range(1, numbers[-1] + 1))
    assert numbers[-1] >= 13
    for cue in cues[1:]:
        assert cue.play_at_ns == cue.t_peak_ns
        assert ms_to_ns(MIN_LEAD_MS) <= cue.play_at_ns - cue.decided_ns <= ms_to_ns(MAX_LEAD_MS)


@pytest.mark.parametrize("sd_ms", [None, MAX_SD_MS + 1])
def test_without_a_certain_prediction_it_comes_when_the_stride_has_settled(sd_ms: float | None) -> None:
    cues = Drill(sd_ms=sd_ms).run(5)
    assert peaks(cues) == list(range(1, 8))
    assert {cue.play_at_ns for cue in cues} == {None}
    assert all(cue.stamps is not None for cue in cues)
    assert max(cue.decided_ns - cue.t_peak_ns for cue in cues) <= ms_to_ns(70 + 34)


def test_a_late_prediction_is_left_to_the_settled_stride() -> None:
    follows = StrideTone()
    follows.handle_stride(stride(1, 0.7), 18.0, BAND, s_to_ns(0.77))
    late = structs.replace(sample(at_s=1.36), next_peak_ns=s_to_ns(1.4), next_peak_sd_ms=5.0)
    assert follows.handle_sample(late, BAND, s_to_ns(1.4) - ms_to_ns(MIN_LEAD_MS) + 1) is None
    at_once = follows.handle_stride(stride(2, 1.4), 18.0, BAND, s_to_ns(1.47))
    assert at_once is not None
    assert at_once.play_at_ns is None


def test_without_a_band_there_is_no_tone() -> None:
    assert Drill(band=None).run(5) == []


def test_a_rules_cue_suppresses_it_for_a_while() -> None:
    drill = Drill()
    drill.follows.cue_given(s_to_ns(1.0))
    first_s = drill.run(6)[0].decided_ns / 1e9
    assert 1.0 + QUIET_AFTER_CUE_S <= first_s <= 1.0 + QUIET_AFTER_CUE_S + STRIDE_S


def test_an_outdated_value_has_no_tone() -> None:
    follows = StrideTone()
    follows.handle_stride(stride(1, 1.0), 18.0, BAND, s_to_ns(1.07))
    coming = structs.replace(sample(at_s=9.9), next_peak_ns=s_to_ns(10.0), next_peak_sd_ms=5.0)
    assert follows.handle_sample(coming, BAND, s_to_ns(9.9)) is None


def test_the_pitch_follows_the_value() -> None:
    assert pitch_hz(18.0, BAND) == MIDDLE_HZ
    assert pitch_hz(20.0, BAND) == pytest.approx(MIDDLE_HZ * 2 ** (3 / 12))
    (first, *_) = Drill().run(2, value=20.0)
    assert first.pitch_hz == pytest.approx(pitch_hz(20.0, BAND))
    assert (first.rule, first.sound, first.text) == (STRIDE_TONE, "tone", "")


@given(value=st.floats(-60, 120), more=st.floats(0, 30), low=st.floats(-60, 100), width=st.floats(0, 40))
def test_the_pitch_rises_with_the_value_and_stays_within_a_fifth(value: float, more: float, low: float, width: float) -> None:
    band = Band(low, low + width)
    assert pitch_hz(value, band) <= pitch_hz(value + more, band) + 1e-9
    assert 440.0 <= pitch_hz(value, band) <= 990.0


def tones_in_the_drill(on: bool = True, session_number: int = 1) -> list[Cue]:
    settings = Settings(
        target=TargetSettings(mode="absolute", absolute_deg=18.0),
        session=SessionSettings(stand_s=0, warm_up_s=0, baseline_s=0, runner="kim", session_number=session_number),
        audio=AudioSettings(stride_tone=on),
    )
    coach, cues = Coach(settings), []
    for number in range(1, 8):
        peak_s = number * STRIDE_S
        coming = sample(at_s=peak_s - 0.1)
        timed = structs.replace(coming, next_peak_ns=s_to_ns(peak_s), next_peak_sd_ms=5.0 if number > 3 else None)
        cues.append(coach.handle_sample(timed, s_to_ns(peak_s - 0.1)))
        cues.append(coach.handle_stride(stride(number, peak_s, 18.0), s_to_ns(peak_s + 0.08)))
    return [cue for cue in cues if cue is not None]


@pytest.mark.parametrize("on", [True, False])
def test_the_coach_gives_tones_in_the_drill_if_they_are_switched_on(on: bool) -> None:
    timed = [cue.play_at_ns is not None for cue in tones_in_the_drill(on)]
    assert timed == ([False] * 3 + [True] * 4 if on else [])


def test_a_session_in_which_cues_have_faded_has_no_tones() -> None:
    assert len(tones_in_the_drill(session_number=7)) == 7
    assert tones_in_the_drill(session_number=8) == []
