"""`hipcue` with time to end, for tests on a busy machine.

python -m tests.support.patient_program [--exact | --landmarks FILE] run …

A process that has not ended with the program is killed later than users would have it: bench/reliability/ending.py measures how
long ending takes. With `--exact` there is no pose model, and the pose model's time is saved: capture draws pictures that
carry the drawn runner's landmarks, and analysis reads them (tests/support/exact_landmarks.py). Nothing else can be measured so.
Tests use it wherever the accuracy of the pose model is not the subject. `--landmarks` likewise plays what the pose model has
found before (tests/support/landmark_tape.py), whatever source is named. All the rest is the program as it is.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from hipcue.supervisor import process_table
from hipcue.supervisor.process_table import Job, ProcessSpec
from tests.support.exact_landmarks import ExactPose, LandmarkPainter
from tests.support.landmark_tape import LandmarkTape, RecordedLandmarks
from wire.topics import ANALYSIS, ANALYSIS_2, CAPTURE, CAPTURE_2

EXACT = "--exact"
LANDMARKS = "--landmarks"
_END_S, _STOP_ROUND_S = 60.0, 20.0


def start_capture(job: Job) -> None:
    """The camera's process, drawing runners whose pictures carry their landmarks."""
    with patch("capture.synthetic.synthetic_source.RunnerPainter", LandmarkPainter):
        process_table.start_capture(job)


def start_analysis(job: Job) -> None:
    """The measurement's process, reading them."""
    with patch("analysis.process.open_backend", lambda *_settings, **_kept: ExactPose()):
        process_table.start_analysis(job)


def start_tape(file: Path, job: Job) -> None:
    """The camera's process, playing recorded landmarks."""
    with patch("capture.opening.open_recording", lambda *_: LandmarkTape(RecordedLandmarks.load(file))):
        process_table.start_capture(job)


def start_capture_2(job: Job) -> None:
    """That of a second camera."""
    with patch("capture.synthetic.synthetic_source.RunnerPainter", LandmarkPainter):
        process_table.start_capture_2(job)


def start_analysis_2(job: Job) -> None:
    """Its measurement."""
    with patch("analysis.process.open_backend", lambda *_settings, **_kept: ExactPose()):
        process_table.start_analysis_2(job)


def main() -> None:
    """Run `hipcue`."""
    starts: dict[str, Callable[[Job], None]] = {}
    if LANDMARKS in sys.argv[1:2]:
        starts = {CAPTURE: partial(start_tape, Path(sys.argv[2])), ANALYSIS: start_analysis}
        del sys.argv[1:3]
    if EXACT in sys.argv[1:2]:
        del sys.argv[1]
        starts = {
            CAPTURE: start_capture,
            ANALYSIS: start_analysis,
            CAPTURE_2: start_capture_2,
            ANALYSIS_2: start_analysis_2,
        }

    def of(table: tuple[ProcessSpec, ...]) -> tuple[ProcessSpec, ...]:
        return tuple(replace(spec, start=starts.get(spec.name, spec.start)) for spec in table)

    with (
        patch("hipcue.supervisor.process_table.PROCESSES", of(process_table.PROCESSES)),
        patch("hipcue.supervisor.process_table.OTHER_SIDE", of(process_table.OTHER_SIDE)),
        patch("hipcue.supervisor.supervisor.END_S", _END_S),
        patch("hipcue.supervisor.supervisor.STOP_ROUND_S", _STOP_ROUND_S),
    ):
        from hipcue.cli.main import main as hipcue  # noqa: PLC0415 - it takes the table as it is now

        hipcue()


if __name__ == "__main__":
    # Spawned processes find this module's functions under its name, not as parts of __main__.
    from tests.support import patient_program

    patient_program.main()
