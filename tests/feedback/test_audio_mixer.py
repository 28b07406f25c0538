"""Given orders at some frames, then the rendered wave is the same however it is cut into blocks, and never clicks."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.audio.loudness import Samples
from feedback.audio.mixer import FADE_MS, GAIN_RAMP_MS, Mixer, Outcome
from feedback.audio.sounds import RECIPES, make_all

RATE_HZ = 22050
SOUNDS = make_all(RATE_HZ)
NAMES = sorted(RECIPES)
FADE_FRAMES = round(FADE_MS * RATE_HZ / 1000)
LENGTH = 30_000

# The steepest a sound is by itself, and the steepest a raised cosine makes it when it is faded.
TONE_STEP = max(float(np.abs(np.diff(wave, prepend=0, append=0)).max()) for wave in SOUNDS.values())
PEAK = max(float(np.abs(wave).max()) for wave in SOUNDS.values())
RAMP_STEP = PEAK * np.pi / 2 * (1 / FADE_FRAMES + 1 / (GAIN_RAMP_MS * RATE_HZ / 1000))
CLICK_FREE_STEP = 1.01 * (TONE_STEP + RAMP_STEP)


@dataclass(frozen=True)
class Event:
    """Something asked of the mixer when `at_frame` is the next frame to be rendered."""

    at_frame: int
    sound: str | None = None
    start_frame: int | None = None
    volume: float | None = None
    muted: bool | None = None


def events() -> st.SearchStrategy[list[Event]]:
    at = st.integers(0, LENGTH - 1)
    order = st.builds(Event, at, st.sampled_from(NAMES), st.none() | st.integers(0, LENGTH))
    volume = st.builds(Event, at, volume=st.floats(0, 1))
    mute = st.builds(Event, at, muted=st.booleans())
    return st.lists(st.one_of(order, order, volume, mute), max_size=8).map(
        lambda found: sorted(found, key=lambda event: event.at_frame)
    )


def play(asked: list[Event], cuts: list[int]) -> tuple[Samples, list[Outcome]]:
    """Render LENGTH frames in blocks that end at the cuts and at the events."""
    mixer = Mixer(SOUNDS, RATE_HZ, volume=1.0)
    borders = sorted({0, LENGTH, *cuts, *(event.at_frame for event in asked)})
    rendered = []
    for first, last in pairwise(borders):
        for event in asked:
            if event.at_frame == first:
                ask(mixer, event)
        rendered.append(mixer.render(first, last - first).copy())
    return np.concatenate(rendered), mixer.outcomes()


def ask(mixer: Mixer, event: Event) -> None:
    if event.sound is not None:
        mixer.schedule(event.sound, event.start_frame)
    if event.volume is not None:
        mixer.set_volume(event.volume)
    if event.muted is not None:
        mixer.set_muted(event.muted)


cuts = st.lists(st.integers(1, LENGTH - 1), max_size=60)


@settings(max_examples=150, deadline=None)
@given(events(), cuts)
def test_block_size_never_changes_the_wave(asked: list[Event], where: list[int]) -> None:
    whole, outcomes = play(asked, [])
    cut, cut_outcomes = play(asked, where)
    np.testing.assert_array_equal(cut, whole)
    assert cut_outcomes == outcomes


@settings(max_examples=150, deadline=None)
@given(events())
def test_never_clicks_never_clips(asked: list[Event]) -> None:
    wave, _ = play(asked, list(range(0, LENGTH, 256)))
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() <= 1.0
    assert np.abs(np.diff(wave, prepend=0)).max() <= CLICK_FREE_STEP


@settings(max_examples=150, deadline=None)
@given(events())
def test_silence_outside_the_sounds(asked: list[Event]) -> None:
    wave, outcomes = play(asked, [])
    allowed = np.zeros(LENGTH, bool)
    for outcome in outcomes:
        if outcome.start_frame is not None:
            allowed[outcome.start_frame : outcome.start_frame + len(SOUNDS[outcome.sound])] = True
    assert not wave[~allowed].any()


@settings(max_examples=150, deadline=None)
@given(events())
def test_every_order_begins_or_is_dropped_and_sounds_never_overlap(asked: list[Event]) -> None:
    wave, outcomes = play(asked, [])
    assert len({outcome.ticket for outcome in outcomes}) == len(outcomes)
    begun = [outcome for outcome in outcomes if outcome.start_frame is not None]
    for before, after in pairwise(begun):
        assert before.start_frame is not None
        assert after.start_frame is not None
        assert after.start_frame > before.start_frame
        between = wave[before.start_frame : after.start_frame]
        alone = SOUNDS[before.sound][: len(between)]
        # At no time more than the one sound that runs.
        assert (np.abs(between[: len(alone)]) <= np.abs(alone) + 1e-7).all()
    assert all(outcome.late_frames >= 0 for outcome in outcomes)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 20_000), cuts)
def test_the_first_sample_is_exactly_where_it_was_ordered(name: str, start: int, where: list[int]) -> None:
    wave, outcomes = play([Event(0, name, start)], where)
    sound = SOUNDS[name]
    assert np.flatnonzero(wave)[0] == start
    kept = min(len(sound), LENGTH - start)
    np.testing.assert_array_equal(wave[start : start + kept], sound[:kept])
    assert outcomes == [Outcome(1, name, start, 0)]


def test_an_order_for_the_past_begins_at_once_and_says_how_late() -> None:
    wave, outcomes = play([Event(1000, "push", 400)], [])
    assert np.flatnonzero(wave)[0] == 1000
    assert outcomes == [Outcome(1, "push", 1000, 600)]


def test_an_order_without_a_frame_begins_with_the_next_block_and_is_never_late() -> None:
    wave, outcomes = play([Event(1000, "push")], [])
    assert np.flatnonzero(wave)[0] == 1000
    assert outcomes == [Outcome(1, "push", 1000, 0)]


def test_a_new_order_fades_the_running_sound_and_begins_when_it_is_gone() -> None:
    wave, outcomes = play([Event(0, "push"), Event(3000, "ease")], [])
    assert [outcome.start_frame for outcome in outcomes] == [0, 3000 + FADE_FRAMES]
    np.testing.assert_array_equal(wave[:3000], SOUNDS["push"][:3000])
    faded = wave[3000 : 3000 + FADE_FRAMES]
    assert (np.abs(faded) <= np.abs(SOUNDS["push"][3000 : 3000 + FADE_FRAMES])).all()
    np.testing.assert_array_equal(wave[3000 + FADE_FRAMES :][: len(SOUNDS["ease"])], SOUNDS["ease"])


def test_an_order_known_early_begins_on_time_and_the_running_sound_makes_way_before() -> None:
    wave, outcomes = play([Event(0, "push"), Event(1000, "ease", 3000)], [])
    assert outcomes[-1] == Outcome(2, "ease", 3000, 0)
    np.testing.assert_array_equal(wave[: 3000 - FADE_FRAMES], SOUNDS["push"][: 3000 - FADE_FRAMES])


def test_of_two_orders_at_once_the_newer_is_heard() -> None:
    wave, outcomes = play([Event(500, "push"), Event(500, "good")], [])
    assert outcomes == [Outcome(1, "push", None, 0), Outcome(2, "good", 500, 0)]
    np.testing.assert_array_equal(wave[500 : 500 + len(SOUNDS["good"])], SOUNDS["good"])


def test_mute_silences_within_its_ramp_and_back() -> None:
    wave, _ = play([Event(0, "push"), Event(2000, muted=True), Event(4000, muted=False)], [])
    ramp = round(GAIN_RAMP_MS * RATE_HZ / 1000)
    assert wave[1000:2000].any()
    assert not wave[2000 + ramp : 4000].any()
    np.testing.assert_array_equal(wave[4000 + ramp : 8000], SOUNDS["push"][4000 + ramp : 8000])


def test_volume_scales() -> None:
    mixer = Mixer(SOUNDS, RATE_HZ, volume=0.25)
    mixer.schedule("push")
    np.testing.assert_array_equal(mixer.render(0, 9000)[: len(SOUNDS["push"])], 0.25 * SOUNDS["push"])


def test_a_block_of_usual_size_reuses_its_memory() -> None:
    mixer = Mixer(SOUNDS, RATE_HZ, volume=1.0)
    assert np.shares_memory(mixer.render(0, 256), mixer.render(256, 4096))


def test_an_unknown_sound_is_refused_where_it_is_ordered() -> None:
    with pytest.raises(KeyError, match="bell"):
        Mixer(SOUNDS, RATE_HZ, volume=1.0).schedule("bell")


@pytest.mark.parametrize("volume", [-0.1, 1.1, float("nan")])
def test_a_volume_outside_its_range_is_refused(volume: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Mixer(SOUNDS, RATE_HZ, volume)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Mixer(SOUNDS, RATE_HZ, 1.0).set_volume(volume)
