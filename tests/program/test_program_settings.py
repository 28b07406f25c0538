"""Given the running program, when its settings file is saved, then a mistake is reported and a valid file applies."""

import signal
from pathlib import Path

import pytest

from tests.support.listener import Listener
from tests.support.program import Running, hipcue, one_sentence
from wire.faults import FaultCode
from wire.topics import PROCESSES, SUPERVISOR

GOOD = """
[target]
mode = "absolute"
absolute_deg = {target_deg}

[session]
stand_s = 0.0
warm_up_s = 0.0
baseline_s = 0.0
"""
GARBAGE = (
    (b"[target]\nmode = ", "is not TOML"),
    (b"\xff\xfe\x00\x01" * 1000, "is not"),
    (b"[target]\nhalf_widht_deg = 2\n", "target.half_widht_deg is not a setting; did you mean 'half_width_deg'?"),
    (b'[[cue]]\nname = "push"\nwhen = "hip_extension below 300"\nstrides = "many"\n', "strides"),
)


@pytest.mark.raises_fault(FaultCode.SETTINGS_REFUSED)
def test_garbage_changes_nothing_and_is_said_and_the_good_file_after_it_applies(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.format(target_deg=18.0))
    quiet = ("--no-display", "--session-dir", str(tmp_path / "s"))
    program = Running(
        "run", "--source", "synthetic:extension=14,fps=30,width=640,height=360", "--config", str(file), *quiet, exact=True
    )
    listener = Listener(program.runtime)
    try:
        listener.until_heard(*PROCESSES, SUPERVISOR)
        listener.until_strides(2)
        pids = {name: listener.pid(name) for name in PROCESSES}
        refused: list[str] = []
        for garbage, mention in GARBAGE:
            file.write_bytes(garbage)
            listener.until(lambda: said(listener) not in ("", *refused), f"{mention!r} is said")
            refused.append(said(listener))
            assert refused[-1].startswith(f"{file}: ")
            assert mention in refused[-1]
            assert one_sentence(refused[-1])
            listener.until_strides(2)
        shown = hipcue("status", environment={"XDG_RUNTIME_DIR": str(program.runtime)}).out
        assert "mine.toml" in "".join(shown.split())  # a narrow table breaks long words
        assert bands(listener) == [(16.0, 20.0)]
        assert listener.health[SUPERVISOR].state == "running"

        file.write_text(GOOD.format(target_deg=25.0))
        listener.until(lambda: said(listener) == "" and bands(listener)[-1] == (23.0, 27.0), "the good file applies")
        listener.until_strides(3)
        assert {name: listener.pid(name) for name in PROCESSES} == pids
        assert bands(listener) == [(16.0, 20.0), (23.0, 27.0)]
    finally:
        listener.close()
        program.signal(signal.SIGTERM)
        ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")
    lines = ended.out.splitlines()
    assert [line for line in lines if line.startswith("settings")] == [
        *(f"settings     {sentence}." for sentence in refused),
        "settings     The saved file is valid again",
    ]


def said(listener: Listener) -> str:
    return next((fault.cause for fault in listener.health[SUPERVISOR].faults), "")


def bands(listener: Listener) -> list[tuple[float, float]]:
    """The target bands so far, each once."""
    found = [(phase.band.low_deg, phase.band.high_deg) for phase in listener.phases if phase.band is not None]
    return [band for band, before in zip(found, [None, *found], strict=False) if band != before]
