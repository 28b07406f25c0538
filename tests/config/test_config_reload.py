"""Changed settings apply at once where the program can take them over; the other keys keep their running value by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import Origin, load, presets
from config.reload import AT_START, LIVE, applicable, from_json, is_live
from config.schema import Settings

DEFAULTS = load()
KEYS = [
    "cue" if section == "cue" else f"{section}.{key}"
    for section, field in Settings.model_fields.items()
    for key in (["cue"] if section == "cue" else getattr(DEFAULTS, section).__class__.model_fields)
]


def test_the_list_names_settings_only() -> None:
    sections = set(Settings.model_fields)
    assert all(name in KEYS or name in sections for name in (*LIVE, *AT_START))


def test_what_a_coach_changes_between_two_strides_is_live() -> None:
    live = ("cue", "target.delta_deg", "guard.arching_deg", "fading.cues_on_s", "session.drill_s", "audio.volume")
    assert all(is_live(key) for key in live)
    at_start = ("capture.source", "capture.fps", "analysis.backend", "audio.enabled", "belt.source", "session.folder")
    assert not any(is_live(key) for key in at_start)


def test_live_keys_are_taken_over_and_the_others_are_kept_and_named() -> None:
    wanted = load("show", overrides={"audio.volume": 0.1, "capture.source": "7", "audio.enabled": False})
    now, waiting = applicable(DEFAULTS, wanted)
    assert (now.audio.volume, now.target.mode, len(now.rules)) == (0.1, "absolute", 3)
    assert (now.capture, now.audio.enabled) == (DEFAULTS.capture, True)
    assert waiting == ("capture.source", "audio.enabled")


def test_nothing_changed_is_nothing_changed() -> None:
    assert applicable(DEFAULTS, load()) == (DEFAULTS, ())


@given(st.sampled_from(presets()), st.sampled_from(presets()))
def test_what_is_applied_and_what_waits_make_up_the_file(before: str, after: str) -> None:
    running, wanted = load(before), load(after)
    now, waiting = applicable(running, wanted)
    for key in KEYS:
        section, _, name = key.partition(".")
        value, run, want = (
            getattr(settings, section) if not name else getattr(getattr(settings, section), name)
            for settings in (now, running, wanted)
        )
        assert value == (run if key in waiting else want)


@pytest.mark.parametrize("preset", presets())
def test_settings_travel_as_json(preset: str) -> None:
    assert from_json(load(preset).model_dump_json()) == load(preset)


@pytest.mark.parametrize("text", ["", "{", '{"target": 3}', '{"of_another_version": 1}'])
def test_what_is_not_settings_is_none(text: str) -> None:
    assert from_json(text) is None


def test_an_origin_can_be_loaded_again() -> None:
    assert Origin("show", None, {"audio.volume": 0.1}).load() == load("show", None, {"audio.volume": 0.1})
