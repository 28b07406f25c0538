"""A change of a live setting applies at once; any other setting keeps its value and is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import Origin, load, presets
from config.reload import applicable, from_json
from config.settings import Settings

DEFAULTS = load()
KEYS = [
    "cue" if section == "cue" else f"{section}.{key}"
    for section, field in Settings.model_fields.items()
    for key in (["cue"] if section == "cue" else getattr(DEFAULTS, section).__class__.model_fields)
]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target.delta_deg", 5.0),
        ("guard.arching_deg", 2.0),
        ("fading.cues_on_s", 30.0),
        ("session.drill_s", 60.0),
        ("audio.volume", 0.1),
        ("analysis.camera_roll_deg", 2.0),
        ("display.mirror", True),
        ("cue", []),
    ],
)
def test_what_a_coach_changes_between_two_strides_applies_at_once(key: str, value: object) -> None:
    wanted = load(overrides={key: value})
    assert applicable(DEFAULTS, wanted) == (wanted, ())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("capture.source", "7"),
        ("capture.zone.left", 0.1),
        ("analysis.backend", "mediapipe"),
        ("belt.source", "ftms"),
        ("session.folder", "elsewhere"),
        ("audio.enabled", False),
        ("display.mode", "window"),
        ("network.publish", "tcp://0.0.0.0:7660"),
    ],
)
def test_devices_and_places_wait_for_the_next_start(key: str, value: object) -> None:
    section, name, *_ = key.split(".")
    assert applicable(DEFAULTS, load(overrides={key: value})) == (DEFAULTS, (f"{section}.{name}",))


def test_live_settings_apply_and_the_others_wait() -> None:
    wanted = load("show", overrides={"audio.volume": 0.1, "capture.source": "7", "audio.enabled": False})
    now, waiting = applicable(DEFAULTS, wanted)
    assert (now.audio.volume, now.target.mode, len(now.rules)) == (0.1, "absolute", 3)
    assert (now.capture, now.audio.enabled) == (DEFAULTS.capture, True)
    assert waiting == ("capture.source", "audio.enabled")


def test_unchanged_settings() -> None:
    assert applicable(DEFAULTS, load()) == (DEFAULTS, ())


@given(st.sampled_from(presets()), st.sampled_from(presets()))
def test_every_setting_either_applies_or_waits(before: str, after: str) -> None:
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
def test_settings_can_be_sent_as_json(preset: str) -> None:
    assert from_json(load(preset).model_dump_json()) == load(preset)


@pytest.mark.parametrize("text", ["", "{", '{"target": 3}', '{"of_another_version": 1}'])
def test_other_json_is_not_settings(text: str) -> None:
    assert from_json(text) is None


def test_an_origin_can_be_loaded_again() -> None:
    assert Origin("show", None, {"audio.volume": 0.1}).load() == load("show", None, {"audio.volume": 0.1})
