"""Given the tables of faults, states, notices and advice, then each member has its words, and they can be read at a glance."""

import ast
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from config.sections.cue_rule import SoundName
from config.settings import Settings
from feedback.display.state.screen import Screen
from tests.support.healths import health
from tests.support.message_examples import sample
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import CAMERA_AWAY, HARMLESS, FaultCode, FindingCode, NoticeCode, SampleState
from wire.frames.frame import Frame
from wire.messages import AdviceName, Fault, Notice
from wire.texts import ADVICE, FAULTS, FINDINGS, NOTICES, STATES, note, notice_sentence, problem, sentence

TESTS = Path(__file__).parents[1]


def example(code: FaultCode) -> Fault:
    return Fault(code, "capture", 0, "camera 0", "The reason", 7.0, 60.0)


@pytest.mark.parametrize("code", FaultCode)
class TestEveryFault:
    def test_is_one_or_two_sentences_with_all_that_is_known(self, code: FaultCode) -> None:
        text = sentence(example(code))
        assert text[0].isupper() or "://" in text
        assert text.endswith((".", "?", "doctor", "reason"))
        assert "{" not in text
        words = FAULTS[code].coach
        for field, value in (("{device}", "amera 0"), ("{cause}", "he reason"), ("{because}", "he reason")):
            assert field not in words or value in text

    def test_is_shown_where_its_row_says(self, code: FaultCode) -> None:
        fault, words = example(code), FAULTS[code]
        screen = Screen(Settings())
        screen.handle(Frame(1, 1, 1, 0, 0, 0, "synthetic", np.zeros((54, 96, 3), np.uint8)), 0)
        screen.handle(sample(), 0)
        screen.handle(health("capture", "degraded", fault), 0)
        screen.view(0)
        board = screen.view(ms_to_ns(500)).board
        message = board.message.text if board.message is not None else ""
        assert message == (words.runner if words.place == "message" else "")
        assert (note(fault) in [one.text for one in board.notes]) == (words.place == "note")
        assert (problem(fault) in board.refused_settings) == (words.place == "plate")
        assert board.camera_lost == (words.sign == "camera")

    def test_has_few_words_for_the_runner(self, code: FaultCode) -> None:
        assert len(FAULTS[code].runner.split()) <= 5
        assert bool(FAULTS[code].runner) == (FAULTS[code].place == "message")

    def test_has_a_tone_only_if_there_is_such_a_sound(self, code: FaultCode) -> None:
        assert FAULTS[code].tone in ("", *get_args(SoundName))
        assert bool(FAULTS[code].tone) == (code in CAMERA_AWAY or code is FaultCode.CAMERA_MACHINE_SILENT)


def test_a_frozen_camera_is_told_from_a_lost_one() -> None:
    assert FAULTS[FaultCode.CAMERA_FROZEN].runner == "Camera frozen"
    assert {FAULTS[code].runner for code in CAMERA_AWAY - {FaultCode.CAMERA_FROZEN}} == {"Camera lost"}


def test_a_harmless_fault_never_interrupts_the_runner() -> None:
    assert {FAULTS[code].place for code in HARMLESS} <= {"status", "plate"}


@pytest.mark.parametrize("state", SampleState)
def test_every_state_has_its_words_or_is_well(state: SampleState) -> None:
    words = STATES[state]
    assert (words is None) == (state is SampleState.MEASURING)
    assert words is None or 0 < len(words.runner.split()) <= 5


@pytest.mark.parametrize("code", NoticeCode)
def test_every_notice_has_its_sentence(code: NoticeCode) -> None:
    text = notice_sentence(Notice(code, "step_length", ("capture.fps", "capture.loop")))
    assert "{" not in text
    assert ("{measure}" not in NOTICES[code]) or "step length" in text
    assert ("{keys}" not in NOTICES[code]) or "capture.fps, capture.loop" in text


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_has_its_words_and_a_bad_one_says_what_to_do(code: FindingCode) -> None:
    assert FINDINGS[code].found
    assert bool(FINDINGS[code].advice) != FINDINGS[code].good


@pytest.mark.parametrize("name", get_args(AdviceName))
def test_every_piece_of_advice_has_its_words(name: AdviceName) -> None:
    assert ADVICE[name].title
    assert ADVICE[name].text.endswith(".")


def test_every_fault_is_raised_in_a_running_process_by_some_test() -> None:
    """Marked `@pytest.mark.raises_fault(FaultCode.…)`: a test in which a running process, or the whole program, reports it."""
    marked = {
        code
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "raises_fault"
        for code in [argument.attr for argument in node.args if isinstance(argument, ast.Attribute)]
    }
    assert marked == {code.name for code in FaultCode}


def test_a_time_is_shown_without_needless_figures() -> None:
    assert problem(Fault(FaultCode.CAMERA_SILENT, "capture", s_to_ns(1), "camera 0", value=2.0)).endswith("for 2 s")


def test_a_code_is_written_as_its_value_wherever_it_is_written() -> None:
    assert (str(SampleState.NO_PERSON), f"{SampleState.NO_PERSON}") == ("no_person", "no_person")
