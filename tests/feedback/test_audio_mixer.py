"""The rendered wave does not depend on the size of its blocks, and never clicks."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.audio.engine.lane import FADE_MS, Ducking, PlaybackOutcome
from feedback.audio.engine.loudness import Samples
from feedback.audio.engine.mixer import GAIN_RAMP_MS, Mixer
from feedback.audio.engine.sounds import RECIPES, make_all, make_tone

RATE_HZ = 22050
PROMPTS = make_all(RATE_HZ)
TONE = make_tone(None, RATE_HZ)
SOUNDS = {**PROMPTS, "tone": TONE}
NAMES: list[str] = sorted(RECIPES)
FADE_FRAMES = round(FADE_MS * RATE_HZ / 1000)
LENGTH = 30_000
MAX_LATE = 1000

# The largest step of a sound alone, and of a sound faded by a raised cosine.
TONE_STEP = max(float(np.abs(np.diff(wave, prepend=0, append=0)).max()) for wave in SOUNDS.values())
PEAK = max(float(np.abs(wave).max()) for wave in SOUNDS.values())
RAMP_STEP = PEAK * np.pi / 2 * (1 / FADE_FRAMES + 1 / (GAIN_RAMP_MS * RATE_HZ / 1000))
# A prompt, and a lowered tone with it.
CLICK_FREE_STEP = 1.01 * (TONE_STEP + RAMP_STEP) * 1.2


@dataclass(frozen=True)
class Event:
    """A call of the mixer when `at_frame` is the next frame to render."""

    at_frame: int
    sound: str | None = None
    start_frame: int | None = None
    volume: float | None = None
    muted: bool | None = None


def events(names: list[str]) -> st.SearchStrategy[list[Event]]:
    at = st.integers(0, LENGTH - 1)
    order = st.builds(Event, at, st.sampled_from(names), st.none() | st.integers(0, LENGTH))
    volume = st.builds(Event, at, volume=st.floats(0, 1))
    mute = st.builds(Event, at, muted=st.booleans())
    return st.lists(st.one_of(order, order, volume, mute), max_size=8).map(
        lambda found: sorted(found, key=lambda event: event.at_frame)
    )


def play(calls: list[Event], cuts: list[int]) -> tuple[Samples, list[PlaybackOutcome]]:
    """Render LENGTH frames in blocks that end at the cuts and the events."""
    mixer = Mixer(RATE_HZ, volume=1.0)
    borders = sorted({0, LENGTH, *cuts, *(event.at_frame for event in calls)})
    rendered = []
    for first, last in pairwise(borders):
        for event in calls:
            if event.at_frame == first:
                ask(mixer, event)
        rendered.append(mixer.render(first, last - first).copy())
    return np.concatenate(rendered), sorted(mixer.outcomes(), key=lambda outcome: outcome.ticket)


def ask(mixer: Mixer, event: Event) -> None:
    if event.sound is not None:
        mixer.schedule(SOUNDS[event.sound], event.start_frame, "tone" if event.sound == "tone" else "prompt", MAX_LATE)
    if event.volume is not None:
        mixer.set_volume(event.volume)
    if event.muted is not None:
        mixer.set_muted(event.muted)


cuts = st.lists(st.integers(1, LENGTH - 1), max_size=60)


@given(events([*NAMES, "tone"]), cuts)
def test_block_size_never_changes_the_wave(calls: list[Event], where: list[int]) -> None:
    whole, outcomes = play(calls, [])
    cut, cut_outcomes = play(calls, where)
    np.testing.assert_array_equal(cut, whole)
    assert cut_outcomes == outcomes


@given(events([*NAMES, "tone", "tone", "tone"]))
def test_there_are_no_clicks_and_no_clipping(calls: list[Event]) -> None:
    wave, _ = play(calls, list(range(0, LENGTH, 256)))
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() <= 1.0
    assert np.abs(np.diff(wave, prepend=0)).max() <= CLICK_FREE_STEP


def sounds_of(calls: list[Event]) -> dict[int, Samples]:
    """The scheduled sounds by ticket."""
    return {ticket: SOUNDS[name] for ticket, name in enumerate((e.sound for e in calls if e.sound), start=1)}


@given(events([*NAMES, "tone"]))
def test_there_is_silence_outside_the_sounds(calls: list[Event]) -> None:
    wave, outcomes = play(calls, [])
    ordered = sounds_of(calls)
    allowed = np.zeros(LENGTH, bool)
    for outcome in outcomes:
        if outcome.start_frame is not None:
            allowed[outcome.start_frame : outcome.start_frame + len(ordered[outcome.ticket])] = True
    assert not wave[~allowed].any()


@given(events(NAMES))
def test_every_sound_starts_or_is_dropped_and_prompts_never_overlap(calls: list[Event]) -> None:
    wave, outcomes = play(calls, [])
    ordered = sounds_of(calls)
    assert len({outcome.ticket for outcome in outcomes}) == len(outcomes)
    assert all((outcome.start_frame is None) == (outcome.dropped != "") for outcome in outcomes)
    assert all(outcome.late_frames > MAX_LATE for outcome in outcomes if outcome.dropped == "late")
    # A sound in time may have to wait for the fade of the previous one.
    assert all(outcome.late_frames <= MAX_LATE + FADE_FRAMES for outcome in outcomes if outcome.start_frame is not None)
    begun = sorted((outcome.start_frame, outcome.ticket) for outcome in outcomes if outcome.start_frame is not None)
    for (start, ticket), (next_start, _) in pairwise(begun):
        assert next_start > start
        between = wave[start:next_start]
        alone = ordered[ticket][: len(between)]
        # Never more than the one playing sound.
        assert (np.abs(between[: len(alone)]) <= np.abs(alone) + 1e-7).all()


@given(st.sampled_from(NAMES), st.integers(0, 20_000), cuts)
def test_the_first_sample_is_exactly_at_the_scheduled_frame(name: str, start: int, where: list[int]) -> None:
    wave, outcomes = play([Event(0, name, start)], where)
    sound = SOUNDS[name]
    assert np.flatnonzero(wave)[0] == start
    kept = min(len(sound), LENGTH - start)
    np.testing.assert_array_equal(wave[start : start + kept], sound[:kept])
    assert outcomes == [PlaybackOutcome(1, start, 0)]


def test_a_sound_scheduled_in_the_past_starts_at_once_and_reports_its_delay() -> None:
    wave, outcomes = play([Event(1000, "push", 400)], [])
    assert np.flatnonzero(wave)[0] == 1000
    assert outcomes == [PlaybackOutcome(1, 1000, 600)]


def test_a_sound_without_a_frame_starts_with_the_next_block_and_is_never_late() -> None:
    wave, outcomes = play([Event(1000, "push")], [])
    assert np.flatnonzero(wave)[0] == 1000
    assert outcomes == [PlaybackOutcome(1, 1000, 0)]


def test_a_new_sound_fades_out_the_playing_one_and_starts_after_it() -> None:
    wave, outcomes = play([Event(0, "push"), Event(3000, "ease")], [])
    assert [outcome.start_frame for outcome in outcomes] == [0, 3000 + FADE_FRAMES]
    np.testing.assert_array_equal(wave[:3000], SOUNDS["push"][:3000])
    faded = wave[3000 : 3000 + FADE_FRAMES]
    assert (np.abs(faded) <= np.abs(SOUNDS["push"][3000 : 3000 + FADE_FRAMES])).all()
    np.testing.assert_array_equal(wave[3000 + FADE_FRAMES :][: len(SOUNDS["ease"])], SOUNDS["ease"])


def test_a_sound_scheduled_early_starts_on_time_and_the_playing_one_fades_before_it() -> None:
    wave, outcomes = play([Event(0, "push"), Event(1000, "ease", 3000)], [])
    assert outcomes[-1] == PlaybackOutcome(2, 3000, 0)
    np.testing.assert_array_equal(wave[: 3000 - FADE_FRAMES], SOUNDS["push"][: 3000 - FADE_FRAMES])


def test_the_newer_of_two_simultaneous_sounds_is_played() -> None:
    wave, outcomes = play([Event(500, "push"), Event(500, "good")], [])
    assert outcomes == [PlaybackOutcome(1, None, 0, "superseded"), PlaybackOutcome(2, 500, 0)]
    np.testing.assert_array_equal(wave[500 : 500 + len(SOUNDS["good"])], SOUNDS["good"])


def test_mute_and_unmute_take_one_ramp() -> None:
    wave, _ = play([Event(0, "push"), Event(2000, muted=True), Event(4000, muted=False)], [])
    ramp = round(GAIN_RAMP_MS * RATE_HZ / 1000)
    assert wave[1000:2000].any()
    assert not wave[2000 + ramp : 4000].any()
    np.testing.assert_array_equal(wave[4000 + ramp : 8000], SOUNDS["push"][4000 + ramp : 8000])


def test_the_volume_scales_the_samples() -> None:
    mixer = Mixer(RATE_HZ, volume=0.25)
    mixer.schedule(SOUNDS["push"])
    np.testing.assert_array_equal(mixer.render(0, 9000)[: len(SOUNDS["push"])], np.float32(0.25) * SOUNDS["push"])


def test_a_block_of_the_usual_size_reuses_its_memory() -> None:
    mixer = Mixer(RATE_HZ, volume=1.0)
    assert np.shares_memory(mixer.render(0, 256), mixer.render(256, 4096))


def test_a_sound_that_is_too_late_is_dropped_without_effect() -> None:
    wave, outcomes = play([Event(0, "push"), Event(3000, "good", 3000 - MAX_LATE - 1)], [])
    assert outcomes == [PlaybackOutcome(1, 0, 0), PlaybackOutcome(2, None, MAX_LATE + 1, "late")]
    np.testing.assert_array_equal(wave[: len(SOUNDS["push"])], SOUNDS["push"])


class TestDucking:
    def test_a_tone_alone_is_unchanged(self) -> None:
        wave, _ = play([Event(0, "tone", 500)], [])
        np.testing.assert_array_equal(wave[500 : 500 + len(TONE)], TONE)

    def test_a_tone_under_a_prompt_is_lowered(self) -> None:
        wave, outcomes = play([Event(0, "phase"), Event(0, "tone", 2000)], [])
        assert [outcome.start_frame for outcome in outcomes] == [0, 2000]
        rest = wave[2000 : 2000 + len(TONE)] - SOUNDS["phase"][2000 : 2000 + len(TONE)]
        np.testing.assert_allclose(rest, Ducking.GAIN * TONE, atol=1e-6)

    def test_a_playing_tone_is_lowered_as_fast_as_a_prompt_rises_and_restored_after_it(self) -> None:
        long_tone = np.ones(LENGTH, np.float32)
        mixer = Mixer(RATE_HZ, volume=1.0)
        mixer.schedule(long_tone, lane="tone")
        mixer.schedule(np.zeros(5000, np.float32), start_frame=1000)
        gain = mixer.render(0, LENGTH)
        back = 6000 + round(Ducking.RELEASE_MS * RATE_HZ / 1000)
        assert (gain[:1000] == 1).all()
        np.testing.assert_allclose(gain[1000 + FADE_FRAMES : 6000], Ducking.GAIN, atol=1e-6)
        assert (np.diff(gain[6000:back]) > 0).all()
        assert (gain[back:] == 1).all()

    def test_prompts_are_never_lowered_by_tones(self) -> None:
        wave, outcomes = play([Event(0, "tone"), Event(0, "push", 9000)], [])
        assert [outcome.dropped for outcome in outcomes] == ["", ""]
        np.testing.assert_array_equal(wave[9000 : 9000 + len(SOUNDS["push"])], SOUNDS["push"])


@pytest.mark.parametrize("volume", [-0.1, 1.1, float("nan")])
def test_a_volume_outside_its_range_is_rejected(volume: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Mixer(RATE_HZ, volume)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Mixer(RATE_HZ, 1.0).set_volume(volume)
