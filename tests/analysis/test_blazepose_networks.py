"""The networks: where they come from, which parts are removed, and that nothing leaves the machine."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis.pose import backends
from analysis.pose.backends import open_backend, usual_threads
from analysis.pose.blazepose import BlazePose
from analysis.pose.blazepose.networks import (
    DETECTOR_FILE,
    LANDMARKS_FILE,
    LANDMARKS_OUTPUTS,
    LANDMARKS_RANGE,
    LANDMARKS_SIDE_PX,
    Network,
    landmarks_path,
    network_path,
    open_core,
    pruned,
)
from analysis.pose.pose_estimator import PoseError
from config.sections.analysis import AnalysisSettings
from tests.support.eventually import DEADLINE_S

FULL = LANDMARKS_FILE.format(model="full")
REPOSITORY = Path(__file__).parents[2]
SPY = """
import os, sys
seen = []
def spy(event, arguments):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.mkdir"):
        seen.append(event)
sys.addaudithook(spy)
import numpy as np
from analysis.pose.blazepose import BlazePose
BlazePose().estimate(np.zeros((64, 64, 3), np.uint8))
import time; time.sleep(0.5)
loaded = [name for name, module in sys.modules.items() if module and name.startswith(("openvino_telemetry", "mediapipe"))]
print(seen, loaded, os.listdir(os.environ["HOME"]))
"""


def test_nothing_is_sent_and_mediapipe_is_not_imported(tmp_path: Path) -> None:
    """A fresh process with an empty home: no socket, no other process, no file of consent or identity."""
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    ran = subprocess.run(
        [sys.executable, "-c", SPY], env=environment, capture_output=True, text=True, check=True, timeout=DEADLINE_S
    )
    assert ran.stdout.strip() == "[] [] []"


@pytest.mark.parametrize("file", [DETECTOR_FILE, FULL])
def test_the_networks_lie_in_the_installed_mediapipe_package(file: str) -> None:
    assert network_path(file).stat().st_size > 1_000_000


def test_without_mediapipe_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(PoseError, match="pip install mediapipe"):
        network_path(FULL)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(PoseError, match=r"pose_landmark_huge\.tflite is missing"):
        network_path("modules/pose_landmark/pose_landmark_huge.tflite")


def test_the_other_sizes_come_from_a_folder_of_the_users(tmp_path: Path) -> None:
    """The full network under the name of the heavy one: the files differ in size only."""
    with pytest.raises(PoseError, match=r'"heavy".*model_folder'):
        landmarks_path("heavy")
    with pytest.raises(PoseError, match=r"pose_landmark_heavy\.tflite is missing"):
        landmarks_path("heavy", tmp_path)
    (tmp_path / "pose_landmark_heavy.tflite").symlink_to(network_path(FULL))
    pose = open_backend(AnalysisSettings(model="heavy", model_folder=str(tmp_path)))
    assert pose.facts["pose model"].startswith("BlazePose heavy")
    pose.close()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "pose_landmark_lite.tflite").write_bytes(b"no network")
    with pytest.raises(PoseError, match=r"pose_landmark_lite\.tflite"):
        BlazePose(model="lite", folder=tmp_path)


def test_mediapipe_is_used_where_openvino_cannot_run_and_no_backend_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    pose = open_backend(AnalysisSettings(backend="auto"))
    assert pose.facts["pose backend"] == "mediapipe"
    pose.close()
    with pytest.raises(PoseError, match="pip install openvino"):
        open_backend(AnalysisSettings(backend="openvino"))


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 2), (16, 2)])
def test_camera_and_screen_are_left_a_core(cores: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "usable_cores", lambda: cores)
    assert usual_threads() == threads


def test_mediapipe_does_not_stand_in_for_another_model_than_its_own(tmp_path: Path) -> None:
    """It runs "full" only; the sentence is about the file that is missing."""
    with pytest.raises(PoseError, match=r"pose_landmark_heavy\.tflite is missing"):
        open_backend(AnalysisSettings(model="heavy", model_folder=str(tmp_path)))


def test_an_unknown_device_is_named() -> None:
    path = network_path(FULL)
    with pytest.raises(PoseError, match=r"'ABACUS'.*try the device CPU"):
        Network(open_core(), path, LANDMARKS_OUTPUTS, LANDMARKS_RANGE, threads=1, device="ABACUS")


def test_the_segmentation_head_is_gone() -> None:
    core = open_core()
    whole = core.read_model(str(network_path(FULL)))
    part = pruned(core.read_model(str(network_path(FULL))), LANDMARKS_OUTPUTS)
    assert len(part.get_ops()) < len(whole.get_ops()) - 150
    assert [sorted(output.get_names())[0] for output in part.outputs] == list(LANDMARKS_OUTPUTS)


def test_an_image_in_bytes_gives_what_the_whole_network_gives_for_floats() -> None:
    """Pruning, colour order and value range change no number."""
    core = open_core()
    path = network_path(FULL)
    side = LANDMARKS_SIDE_PX
    image = np.random.default_rng(5).integers(0, 256, (side, side, 3), np.uint8)
    network = Network(core, path, LANDMARKS_OUTPUTS, LANDMARKS_RANGE, threads=1, device="CPU")
    whole = core.compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    whole.infer([image[None, :, :, ::-1].astype(np.float32) / 255])
    for name, result in zip(LANDMARKS_OUTPUTS, network.infer(image), strict=True):
        assert np.allclose(result, whole.get_tensor(name).data, rtol=1e-3, atol=1e-2)
