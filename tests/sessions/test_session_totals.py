"""A session's figures are the same whether they are counted as it happens or again from its tables, after any crashes."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.format.header import current_header, read_header
from sessions.recorder.interrupted_session import interrupted_session
from sessions.recorder.session_writer import SessionWriter
from tests.support.message_examples import cue, sample, stride
from tests.support.recorded_sessions import header
from wire.messages import STRIDE_TONE, CameraName, Cue, Sample, Stride

CAMERAS = st.sampled_from(["main", "other_side"])
STEP_S = 0.01


def frame(camera: CameraName) -> Sample:
    return msgspec.structs.replace(sample(), camera=camera)


def stride_by(camera: CameraName, **measured: Any) -> Stride:
    return msgspec.structs.replace(stride(), camera=camera, **measured)


STRIDES = st.builds(
    stride_by,
    CAMERAS,
    leg=st.sampled_from(["near", "far"]),
    hip_extension_deg=st.floats(-40, 60),
    cadence_spm=st.none() | st.floats(100, 240),
    standing_thigh_deg=st.none() | st.floats(-20, 20),
    zero_correction_deg=st.sampled_from([None, 0.0, 2.5]),
)
EVENTS = st.lists(
    st.builds(frame, CAMERAS) | STRIDES | st.builds(cue, st.sampled_from(["push", STRIDE_TONE])) | st.just("crash"), max_size=40
)


class Recorded:
    """A session that is recorded event by event, one every STEP_S; a crash is followed by another recorder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer = SessionWriter(folder, header())
        self._number = 0

    def add(self, event: Sample | Stride | Cue | str) -> None:
        self._number += 1
        at_ns = round((100 + self._number * STEP_S) * 1e9)
        if isinstance(event, Sample):
            stamps = msgspec.structs.replace(event.stamps, capture_ns=at_ns)
            # Settled at once, so that its row does not wait in memory.
            self.writer.sample(
                msgspec.structs.replace(event, stamps=stamps, frame_index=self._number, settled_frame_index=self._number)
            )
        elif isinstance(event, Stride):
            self.writer.stride(msgspec.structs.replace(event, t_peak_ns=at_ns, t_known_ns=at_ns, number=self._number))
        elif isinstance(event, Cue):
            self.writer.cue(msgspec.structs.replace(event, decided_ns=at_ns))
        else:
            self.writer.flush()
            found = read_header(self.folder)
            self.writer = SessionWriter(self.folder, found, interrupted_session(self.folder, found))
            self._number += 20  # longer than the time in which a leg has no second peak

    def counted(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The figures as they were counted, and those of the tables."""
        self.writer.close(ended=False)
        return read_header(self.folder), current_header(self.folder)


@given(events=EVENTS)
def test_counting_again_gives_what_was_counted(events: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    recorded = Recorded(tmp_path_factory.mktemp("session"))
    for event in events:
        recorded.add(event)
    as_it_happened, again = recorded.counted()
    assert again == as_it_happened


@pytest.mark.parametrize("camera", ["main", "other_side"])
def test_every_interruption_is_stated_however_many_there_are(camera: CameraName, tmp_path: Path) -> None:
    recorded = Recorded(tmp_path / "s")
    for event in (frame("main"), frame(camera), "crash", frame(camera), "crash", "crash", frame(camera)):
        recorded.add(event)
    for figures in recorded.counted():
        of_camera = figures if camera == "main" else figures["other_side"]
        gaps = [(gap["from_s"], gap["to_s"]) for gap in of_camera["interruptions"]]
        assert gaps == [(pytest.approx(0.01), pytest.approx(0.23)), (pytest.approx(0.23), pytest.approx(0.66))]
