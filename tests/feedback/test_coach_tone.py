"""Given the drill with a tone on every push-off, then it is timed to the predicted peak, and its pitch follows the value."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.schema import Audio, Settings
from config.training import Session, Target
from feedback.coach.engine import Coach
from feedback.coach.tone import LEAST_MS, MIDDLE_HZ, MOST_SD_MS, ORDER_MS, YIELDS_S, StrideTone, pitch_hz
from tests.message_examples import sample, stride
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
    """How far off the predictions are."""
    cues: list[Cue] = field(default_factory=list)

    def run(self, seconds: float, frame_ms: float = 33.3, value: float = 18.0) -> list[Cue]:
        settled, t_s = 0, 0.0
        while t_s < seconds:
            t_s += frame_ms / 1000
            now_ns = s_to_ns(t_s)
            peak_s = (settled + 1) * STRIDE_S
            if peak_s + 0.07 <= t_s:
                settled += 1
                self._keep(self.follows.stride(stride(settled, peak_s, value), value, self.band, now_ns))
            coming_s = (int(t_s / STRIDE_S) + 1) * STRIDE_S
            self._keep(self.follows.sample(self._sample(t_s, coming_s), self.band, now_ns))
        return self.cues

    def _sample(self, t_s: float, coming_s: float) -> Sample:
        told_ns = None if self.sd_ms is None else s_to_ns(coming_s) + ms_to_ns(self.off_ms)
        return structs.replace(sample(at_s=t_s), next_peak_ns=told_ns, next_peak_sd_ms=self.sd_ms)

    def _keep(self, cue: Cue | None) -> None:
        if cue is not None:
            self.cues.append(cue)


def peaks(cues: list[Cue]) -> list[int]:
    return [round(cue.t_peak_ns / s_to_ns(STRIDE_S)) for cue in cues]


@given(frame_ms=st.floats(8, 66), off_ms=st.floats(-40, 40))
def test_every_peak_after_the_first_stride_has_exactly_one_tone_on_it(frame_ms: float, off_ms: float) -> None:
    cues = Drill(off_ms=off_ms).run(10, frame_ms)
    numbers = peaks(cues)
    assert numbers == list(range(1, numbers[-1] + 1))
    assert numbers[-1] >= 13
    for cue in cues[1:]:
        assert cue.play_at_ns == cue.t_peak_ns
        assert ms_to_ns(LEAST_MS) <= cue.play_at_ns - cue.decided_ns <= ms_to_ns(ORDER_MS)


@pytest.mark.parametrize("sd_ms", [None, MOST_SD_MS + 1])
def test_unsure_it_sounds_when_the_stride_is_settled(sd_ms: float | None) -> None:
    cues = Drill(sd_ms=sd_ms).run(5)
    assert peaks(cues) == list(range(1, 8))
    assert {cue.play_at_ns for cue in cues} == {None}
    assert all(cue.stamps is not None for cue in cues)
    assert max(cue.decided_ns - cue.t_peak_ns for cue in cues) <= ms_to_ns(70 + 34)


def test_a_prediction_that_comes_too_late_is_left_to_the_settled_stride() -> None:
    follows = StrideTone()
    follows.stride(stride(1, 0.7), 18.0, BAND, s_to_ns(0.77))
    late = structs.replace(sample(at_s=1.36), next_peak_ns=s_to_ns(1.4), next_peak_sd_ms=5.0)
    assert follows.sample(late, BAND, s_to_ns(1.4) - ms_to_ns(LEAST_MS) + 1) is None
    at_once = follows.stride(stride(2, 1.4), 18.0, BAND, s_to_ns(1.47))
    assert at_once is not None
    assert at_once.play_at_ns is None


def test_where_no_tone_may_sound_there_is_none() -> None:
    assert Drill(band=None).run(5) == []


def test_it_makes_way_for_a_rules_cue() -> None:
    drill = Drill()
    drill.follows.cue_given(s_to_ns(1.0))
    first_s = drill.run(6)[0].decided_ns / 1e9
    assert 1.0 + YIELDS_S <= first_s <= 1.0 + YIELDS_S + STRIDE_S


def test_nothing_is_timed_from_a_value_of_long_ago() -> None:
    follows = StrideTone()
    follows.stride(stride(1, 1.0), 18.0, BAND, s_to_ns(1.07))
    coming = structs.replace(sample(at_s=9.9), next_peak_ns=s_to_ns(10.0), next_peak_sd_ms=5.0)
    assert follows.sample(coming, BAND, s_to_ns(9.9)) is None


def test_the_pitch_follows_the_value() -> None:
    assert pitch_hz(18.0, BAND) == MIDDLE_HZ
    assert pitch_hz(20.0, BAND) == pytest.approx(MIDDLE_HZ * 2 ** (3 / 12))
    (first, *_) = Drill().run(2, value=20.0)
    assert first.pitch_hz == pytest.approx(pitch_hz(20.0, BAND))
    assert (first.rule, first.sound, first.text) == (STRIDE_TONE, "tone", "")


@given(value=st.floats(-60, 120), more=st.floats(0, 30), low=st.floats(-60, 100), width=st.floats(0, 40))
def test_more_is_never_lower_and_all_is_within_a_fifth(value: float, more: float, low: float, width: float) -> None:
    band = Band(low, low + width)
    assert pitch_hz(value, band) <= pitch_hz(value + more, band) + 1e-9
    assert 440.0 <= pitch_hz(value, band) <= 990.0


def tones_in_the_drill(on: bool = True, session_number: int = 1) -> list[Cue]:
    settings = Settings(
        target=Target(mode="absolute", absolute_deg=18.0),
        session=Session(stand_s=0, warm_up_s=0, baseline_s=0, runner="kim", session_number=session_number),
        audio=Audio(stride_tone=on),
    )
    coach, cues = Coach(settings), []
    for number in range(1, 8):
        peak_s = number * STRIDE_S
        coming = sample(at_s=peak_s - 0.1)
        timed = structs.replace(coming, next_peak_ns=s_to_ns(peak_s), next_peak_sd_ms=5.0 if number > 3 else None)
        cues.append(coach.sample(timed, s_to_ns(peak_s - 0.1)))
        cues.append(coach.stride(stride(number, peak_s, 18.0), s_to_ns(peak_s + 0.08)))
    return [cue for cue in cues if cue is not None]


@pytest.mark.parametrize("on", [True, False])
def test_in_the_drill_the_coach_gives_tones_if_they_are_wanted(on: bool) -> None:
    timed = [cue.play_at_ns is not None for cue in tones_in_the_drill(on)]
    assert timed == ([False] * 3 + [True] * 4 if on else [])


def test_a_session_whose_number_leaves_no_cues_has_no_tones() -> None:
    assert len(tones_in_the_drill(session_number=7)) == 7
    assert tones_in_the_drill(session_number=8) == []
