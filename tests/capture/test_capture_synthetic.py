"""The synthetic runner is configured by key=value pairs; an error message names what is wrong in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.opening import open_recording
from capture.sources.source import SourceError
from capture.synthetic.synthetic_source import SyntheticRunner, SyntheticSettings, is_synthetic, parse_synthetic
from config.secret_address import SecretAddress
from tests.support.value_or_error import value_or_error
from wire.clock import NS_PER_S

SMALL = "synthetic:width=160,height=120"


def refused(name: str) -> str:
    with pytest.raises(SourceError) as caught:
        open_recording(SecretAddress(name))
    sentence = str(caught.value)
    assert sentence.startswith("synthetic: ")
    assert "\n" not in sentence
    return sentence.removeprefix("synthetic: ")


@pytest.mark.parametrize("name", ["synthetic", "synthetic:"])
def test_without_settings_it_is_the_default_runner(name: str) -> None:
    assert is_synthetic(name)
    assert parse_synthetic(name) == SyntheticSettings()


@pytest.mark.parametrize("name", ["", "synthetics", "my synthetic:", "synthetic.mp4", "0"])
def test_other_names_are_not_synthetic(name: str) -> None:
    assert not is_synthetic(name)


def test_spaces_around_keys_and_values_are_ignored() -> None:
    wanted = parse_synthetic("synthetic:extension=12.5, cadence = 160 ,facing=left,neighbour=true,seconds=3,")
    assert (wanted.extension, wanted.cadence, wanted.facing) == (12.5, 160, "left")
    assert (wanted.neighbour, wanted.seconds) == (True, 3)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ("extension", "'extension' is not key=value, as in synthetic:"),
        ("extention=18", "extention is not a setting; did you mean 'extension'?"),
        ("speed=12", "speed is not a setting; "),
        ("=12", " is not a setting; choose from extension, "),
        ("extension=46", "extension = '46': must be at most 45"),
        ("extension=-11", "extension = '-11': must be at least -10"),
        ("far_extension=fast", "far_extension = 'fast': must be a number"),
        ("knee_drive=9", "knee_drive = '9': must be at least 10"),
        ("cadence=99", "cadence = '99': must be at least 100"),
        ("cadence=", "cadence = '': must be a number"),
        ("lean=31", "lean = '31': must be at most 30"),
        ("facing=up", "facing = 'up': must be 'right' or 'left'"),
        ("fps=1000", "fps = '1000': must be at most 240"),
        ("fps=nan", "fps = 'nan': must be "),
        ("width=12.5", "width = '12.5': must be a whole number"),
        ("height=1", "height = '1': must be at least 120"),
        ("sway=16", "sway = '16': must be at most 15"),
        ("sway_s=0", "sway_s = '0': must be more than 0"),
        ("change=16", "change = '16': must be at most 15"),
        ("change_s=-1", "change_s = '-1': must be at least 0"),
        ("scatter=-1", "scatter = '-1': must be at least 0"),
        ("stand=-1", "stand = '-1': must be at least 0"),
        ("seconds=0", "seconds = '0': must be more than 0"),
        ("seconds=inf", "seconds = 'inf': must be at most 86400"),
        ("noise=41", "noise = '41': must be at most 40"),
        ("seed=-1", "seed = '-1': must be at least 0"),
        ("neighbour=maybe", "neighbour = 'maybe': must be true or false"),
    ],
)
def test_an_error_gives_the_key_the_value_and_what_is_allowed(pairs: str, message: str) -> None:
    assert refused(f"synthetic:{pairs}").startswith(message)


@given(st.lists(st.tuples(st.sampled_from(sorted(SyntheticSettings.model_fields)) | st.text(), st.text()), max_size=4))
def test_any_text_gives_settings_or_an_error_message(pairs: list[tuple[str, str]]) -> None:
    text = "synthetic:" + ",".join(f"{key}={value}" for key, value in pairs)
    found = value_or_error(SourceError, parse_synthetic, text)
    assert not isinstance(found, SourceError) or str(found).startswith("synthetic: ")


def test_size_and_rate_are_as_configured() -> None:
    runner = SyntheticRunner(f"{SMALL},fps=50")
    assert [runner.advance() for _ in range(3)] == [0, NS_PER_S // 50, 2 * NS_PER_S // 50]
    assert runner.image().shape == (120, 160, 3)
    assert runner.image().dtype == np.uint8
    assert runner.facts == {"source": "synthetic runner", "mode": "160x120 at 50 fps, drawn"}
    assert (runner.fps, runner.time_source) == (50.0, "synthetic")


def test_it_ends_after_its_seconds() -> None:
    runner = SyntheticRunner(f"{SMALL},fps=30,seconds=1.5")
    assert runner.frames == 45
    assert sum(runner.advance() is not None for _ in range(60)) == 45


def test_without_seconds_it_never_ends() -> None:
    runner = SyntheticRunner(f"{SMALL},fps=240")
    assert runner.frames is None
    assert all(runner.advance() is not None for _ in range(20_000))


def test_the_same_settings_give_the_same_pictures() -> None:
    first, second = SyntheticRunner(f"{SMALL},seed=5"), SyntheticRunner(f"{SMALL},seed=5")
    for _ in range(5):
        assert first.advance() == second.advance()
        np.testing.assert_array_equal(first.image(), second.image())


def test_another_seed_gives_different_noise() -> None:
    first, second = SyntheticRunner(f"{SMALL},seed=5"), SyntheticRunner(f"{SMALL},seed=6")
    first.advance(), second.advance()
    assert not np.array_equal(first.image(), second.image())


def test_a_rewind_starts_over() -> None:
    runner = SyntheticRunner(f"{SMALL},noise=0,stand=0")
    runner.advance()
    first = runner.image()
    for _ in range(7):
        runner.advance()
    assert not np.array_equal(runner.image(), first)
    runner.rewind()
    assert runner.advance() == 0
    np.testing.assert_array_equal(runner.image(), first)
