"""What `hipcue run` says of a session at its end."""

from pathlib import Path

import msgspec
import pytest

from hipcue.cli.commands import session_sentence
from tests.support.message_examples import sample, stride
from tests.support.recorded_sessions import begin
from wire.messages import CameraName, Facing

LEGS: dict[CameraName, tuple[Facing, float]] = {"main": ("right", 16.0), "other_side": ("left", 12.0)}


@pytest.mark.parametrize(
    ("strides", "said"),
    [
        ({"main": 2}, ": 2 near strides, hip extension 16.0° on average, cadence 170, 0 cues"),
        (
            {"main": 1, "other_side": 3},
            ": 1 right stride, hip extension 16.0° on average, 3 left strides, hip extension 12.0° on average, cadence 170, "
            "0 cues",
        ),
        ({"main": 0, "other_side": 3}, ": 3 left strides, hip extension 12.0° on average, cadence 170, 0 cues"),
        ({"main": 0, "other_side": 0}, ": no strides were measured"),
    ],
)
def test_it_is_about_the_legs_that_were_measured(tmp_path: Path, strides: dict[CameraName, int], said: str) -> None:
    writer = begin(tmp_path / "s")
    for camera, count in strides.items():
        facing, extension_deg = LEGS[camera]
        writer.sample(msgspec.structs.replace(sample(1, 0.5), camera=camera, facing=facing))
        for number in range(1, count + 1):
            taken = stride(number, 0.7 * number, extension_deg)
            writer.stride(msgspec.structs.replace(taken, camera=camera, side=facing))
    writer.close()
    assert session_sentence(tmp_path / "s").endswith(said)
