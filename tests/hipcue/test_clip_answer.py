"""Given a measured clip, then the first sentence is its result, or why there is none and what to do."""

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from hipcue.analyse.answer import answer
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from wire.faults import SampleState

FRAMES = 300


def clip(
    strides: int = 0,
    cadence_spm: float = 170.0,
    states: Mapping[SampleState, int] | None = None,
    quality: float = 0.9,
    **header: Any,
) -> RecordedSession:
    """A clip with regular strides of the near leg, alternately 12° and 13°."""
    states = states or {SampleState.MEASURING: 280, SampleState.STARTING: 20}
    samples: list[Row] = []
    for state, count in states.items():
        samples += [{"t_s": (len(samples) + one) / 30, "state": state.value} for one in range(count)]
    rows: list[Row] = [
        {
            "leg": "near",
            "stride": number + 1,
            "t_peak_s": 2 + number * 120 / cadence_spm,
            "hip_extension_deg": 12.0 + number % 2,
            "cadence_spm": cadence_spm,
            "quality": quality,
            "standing_thigh_deg": 1.5,
        }
        for number in range(strides)
    ]
    started = datetime(2026, 11, 2, tzinfo=timezone.utc).isoformat()
    return RecordedSession({"started": started, "frames": len(samples), **header}, rows, [], [], samples)


def facing(told: str, seen: str | None) -> dict[str, Any]:
    return {"config": {"analysis": {"facing": told}}, "facing_seen": seen}


def test_means_come_first_and_then_how_much_was_measured() -> None:
    found = answer(clip(strides=10))
    assert found.sentences == (
        "Hip extension 12.5 ± 0.3°, cadence 170, over 10 strides of the near leg.",
        "Measured in 93 % of 300 frames; in the others, the rhythm of the stride was not known yet.",
    )
    assert found.means == {"hip_extension_deg": "12.5 ± 0.3", "cadence_spm": "170"}
    assert (found.remark, found.misleading) == ("", False)


@pytest.mark.parametrize(("strides", "words"), [(1, "1 stride of the near leg"), (3, "3 strides of the near leg")])
def test_few_strides_are_called_few(strides: int, words: str) -> None:
    found = answer(clip(strides=strides))
    assert found.sentences[0].endswith(f"cadence 170, over {words}.")
    assert "too few for a reliable mean" in found.sentences[1]
    assert "too few" in found.remark


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SampleState.NO_PERSON, "nobody was seen. Film one runner from the side"),
        (SampleState.NOT_RUNNING, "nobody ran. Only running is measured; slow motion"),
        (SampleState.PARTLY_OUT, "the runner was partly out of view. The camera must see the runner from head to toe."),
        (SampleState.OBLIQUE, "the runner was not seen from the side. Film exactly from the side."),
        (SampleState.STARTING, "the rhythm of the stride was not known yet. Film at least ten seconds of regular strides"),
    ],
)
def test_without_strides_the_first_sentence_says_why_and_what_to_do(state: SampleState, words: str) -> None:
    found = answer(clip(states={state: 200, SampleState.MEASURING: 50}))
    assert found.sentences[0].startswith(f"No stride was measured: {words}")
    assert found.remark == found.sentences[0]
    assert not found.means


def test_every_state_has_a_reason_and_something_to_do() -> None:
    for state in SampleState:
        if state is not SampleState.MEASURING:
            sentence = answer(clip(states={state: 10})).sentences[0]
            assert "_" not in sentence
            assert sentence.count(".") >= 2, sentence


def test_strides_of_low_quality_are_named() -> None:
    assert answer(clip(strides=6, quality=0.1)).sentences[0].startswith("No stride was measured well enough: 6 of the near leg")


def test_a_clip_that_was_sped_up_needs_no_sharper_picture() -> None:
    first = answer(clip(strides=10, cadence_spm=340.0, quality=0.3)).sentences[0]
    assert first.endswith(
        "The clip seems sped up, at 340 steps a minute: add the filming rate, such as --filmed-at 30, or use the original."
    )
    assert answer(clip(strides=10, cadence_spm=250.0, quality=0.3)).sentences[0].endswith("A sharper, brighter picture helps.")


@pytest.mark.parametrize("cadence_spm", [21.0, 43.0, 85.0])
def test_slow_motion_is_no_number(cadence_spm: float) -> None:
    found = answer(clip(strides=10, cadence_spm=cadence_spm))
    assert found.sentences == (
        f"This looks like slow motion, at {cadence_spm:.0f} steps a minute: add the filming rate, such as --filmed-at 240.",
    )
    assert (found.means, found.misleading) == ({}, True)


def test_a_slow_jogger_is_no_slow_motion() -> None:
    assert answer(clip(strides=10, cadence_spm=130.0)).sentences[0].startswith("Hip extension")


def test_a_facing_against_the_pictures_is_no_number() -> None:
    found = answer(clip(strides=10, **facing("right", "left")))
    assert found.sentences == ("The runner faces left, not right: leave out --facing, or use --facing left.",)
    assert found.misleading


@pytest.mark.parametrize(("told", "seen"), [("right", "right"), ("auto", "left"), ("right", None)])
def test_a_facing_that_may_be_right_is_taken(told: str, seen: str | None) -> None:
    assert answer(clip(strides=10, **facing(told, seen))).sentences[0].startswith("Hip extension")


def test_a_clip_that_was_cut_off_is_named() -> None:
    assert answer(clip(strides=10, frames_promised=900)).sentences[-1] == (
        "The file is damaged or cut off: 300 of its 900 pictures could be read."
    )
    assert len(answer(clip(strides=10, frames_promised=302)).sentences) == 2


@pytest.mark.parametrize(("missing", "said"), [(True, 1), (False, 0), (None, 0)])
def test_a_clip_without_its_end_is_named(missing: object, said: int) -> None:
    sentences = answer(clip(strides=10, frames_promised=302, end_missing=missing)).sentences
    assert [sentence for sentence in sentences if "damaged or cut off" in sentence] == said * [
        "The file is damaged or cut off at its end: if the clip was longer, copy it again from where it was filmed."
    ]


def test_an_empty_clip_is_answered() -> None:
    assert answer(RecordedSession({"started": "2026-11-02T00:00:00+00:00"}, [], [], [])).sentences[0].startswith("No stride")


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        ({"upright_rotate_deg": 90}, "Rotate it with --rotate 90."),
        ({"upright_rotate_deg": 0}, "Leave out --rotate."),
        ({}, "Rotate it with --rotate 90, 180 or 270."),
        ({"upright_rotate_deg": "x"}, "Rotate it with --rotate 90, 180 or 270."),
    ],
)
def test_a_runner_who_lies_on_the_side_is_to_be_rotated(header: dict[str, Any], advice: str) -> None:
    found = answer(clip(states={SampleState.NOT_UPRIGHT: 300}, **header))
    assert found.sentences[0] == f"No stride was measured: the runner was not upright in the picture. {advice}"


def test_without_a_zero_the_answer_says_from_where_it_counts() -> None:
    session = clip(strides=10)
    for row in session.strides:
        row["standing_thigh_deg"] = None
    assert answer(session).sentences[-1].startswith("No zero was set, so 0° is vertical: ")
    assert answer(session, alone=False).sentences == answer(clip(strides=10)).sentences


def test_where_nothing_was_measured_no_others_are_named() -> None:
    found = answer(clip(states={SampleState.OBLIQUE: 290, SampleState.STARTING: 10}))
    assert found.sentences[1] == "Measured in 0 % of 300 frames; in most of them, the runner was not seen from the side."


def test_a_clip_without_colours_is_named() -> None:
    assert answer(clip(strides=10, has_colours=True)).sentences == answer(clip(strides=10)).sentences
    found = answer(clip(strides=10, has_colours=False))
    assert found.sentences[-1] == "The clip has no colours: hip extension may read up to 3° low."
    assert (found.means["hip_extension_deg"], found.misleading) == ("12.5 ± 0.3", False)


def test_slow_motion_in_a_part_of_a_clip_is_named() -> None:
    """Steps of 0.35 s, then of 0.7 s, then as before."""
    session = clip(strides=40)
    for number, row in enumerate(session.strides):
        slow = max(0, min(number - 16, 6))
        row["t_peak_s"] = 2 + 0.7 * number + 0.7 * slow
    found = answer(session)
    assert found.sentences == (
        "Part of it looks like slow motion, at 86 steps a minute around 22 s: cut it out and try again.",
    )
    assert (found.means, found.misleading) == ({}, True)


def test_strides_that_were_missed_are_no_slow_motion() -> None:
    session = clip(strides=40)
    for number in (8, 9, 20, 30, 31, 32):
        del session.strides[number]
    assert answer(session).means


@pytest.mark.parametrize(("bits_per_pixel", "said"), [(0.03, False), (0.018, True), (None, False), ("x", False), (0.0, False)])
def test_a_clip_that_is_compressed_strongly_is_named(bits_per_pixel: object, said: bool) -> None:
    found = answer(clip(strides=10, bits_per_pixel=bits_per_pixel))
    assert ("compressed so strongly" in found.sentences[-1]) is said
