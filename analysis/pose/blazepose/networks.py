"""BlazePose's two networks: loaded from the mediapipe package without importing it, run by OpenVINO without telemetry."""

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.pose.blazepose.compiled_networks import CompiledNetworks
from analysis.pose.pose_estimator import PoseError
from wire.frames.frame import Image

if TYPE_CHECKING:
    import openvino

Floats32 = NDArray[np.float32]

DETECTOR_FILE = "modules/pose_detection/pose_detection.tflite"
DETECTOR_SIDE_PX = 224
DETECTOR_OUTPUTS = ("Identity", "Identity_1")
"""Raw boxes and points, shape (1, 2254, 12); raw scores, shape (1, 2254, 1)."""
DETECTOR_RANGE = (-1.0, 1.0)

LANDMARKS_FILE = "modules/pose_landmark/pose_landmark_{model}.tflite"
"""The mediapipe package contains "full"; "lite" and "heavy" are MediaPipe's names for the other two sizes."""
LANDMARKS_SIDE_PX = 256
LANDMARKS_OUTPUTS = ("Identity", "Identity_1", "Identity_3")
"""Landmarks, shape (1, 195); presence of a person, shape (1, 1); heat maps, shape (1, 64, 64, 39).
Not computed: Identity_2, the segmentation mask, which takes more than a third of the network's time, and Identity_4, points
in metres."""
LANDMARKS_RANGE = (0.0, 1.0)

_TELEMETRY_MODULES = ("openvino.tools.ovc", "openvino_telemetry")
_MAX_GREY = 255.0


def network_path(file: str) -> Path:
    """The path of this network in the installed mediapipe package, which is not imported. Raises PoseError."""
    found = importlib.util.find_spec("mediapipe")
    if found is None or not found.submodule_search_locations:
        raise PoseError("mediapipe, which holds the pose networks, is not installed; install it with: pip install mediapipe")
    path = Path(next(iter(found.submodule_search_locations))) / file
    if not path.is_file():
        raise PoseError(f"{path} is missing; reinstall it with: pip install --force-reinstall mediapipe==0.10.21")
    return path


def landmarks_path(model: str, folder: Path | None = None) -> Path:
    """The path of the landmark network "lite", "full" or "heavy", in `folder` or the mediapipe package. Raises PoseError."""
    file = LANDMARKS_FILE.format(model=model)
    if folder is None:
        if model == "full":
            return network_path(file)
        raise PoseError(
            f'the "{model}" pose model does not come with HipCue; set analysis.model_folder to the folder that holds its file'
        )
    path = folder / Path(file).name
    if not path.is_file():
        raise PoseError(f"{path} is missing; put the file there or set analysis.model_folder to the folder that holds it")
    return path


def open_core() -> "openvino.Core":
    """OpenVINO's runtime without its conversion tools. Raises PoseError.

    `import openvino` (2026.4.1) imports `openvino.tools.ovc`, which on import sends an event to Google Analytics through
    `openvino_telemetry` unless ~/intel/openvino_telemetry opts out. HipCue needs neither and sends nothing, so both are
    blocked for the rest of the process; OpenVINO treats the tools as optional. Never import openvino any other way.
    """
    if "openvino" not in sys.modules:
        for name in _TELEMETRY_MODULES:
            sys.modules[name] = None  # type: ignore[assignment]  # None blocks an import
    try:
        import openvino  # only after the tools are blocked
    except ImportError as error:
        raise PoseError(f"openvino cannot be imported ({error}); install it with: pip install openvino") from None
    return openvino.Core()


class Network:
    """One network, compiled for one device. It takes images as the camera gives them: blue-green-red, uint8, square.

    Colour order, float conversion and value range are part of the compiled graph.
    `outputs` names the outputs to compute; operations that serve only other outputs are removed. `kept`: where it is read from
    instead of being compiled, and written to once it is compiled.
    Raises PoseError if the device or the file cannot be used.
    """

    def __init__(
        self,
        core: "openvino.Core",
        path: Path,
        outputs: Sequence[str],
        value_range: tuple[float, float],
        *,
        threads: int,
        device: str,
        kept: CompiledNetworks | None = None,
    ) -> None:
        try:
            compiled = _compiled(core, path, outputs, value_range, device, _settings(threads, device), kept)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise PoseError(f"OpenVINO cannot run {path.name} on {device!r} ({reason}); try the device CPU") from None
        self._request = compiled.create_infer_request()
        self._results = [self._request.get_tensor(name) for name in outputs]
        self._input = self._request.get_input_tensor()

    def infer(self, image: Image) -> list[Floats32]:
        """The outputs in the order given to the constructor. They are views that the next call overwrites.

        `image`: shape (side, side, 3), blue-green-red.
        """
        np.copyto(self._input.data[0], image)
        self._request.infer(share_outputs=True)
        return [result.data for result in self._results]


def _compiled(
    core: "openvino.Core",
    path: Path,
    outputs: Sequence[str],
    value_range: tuple[float, float],
    device: str,
    settings: Mapping[str, str | int | bool],
    kept: CompiledNetworks | None,
) -> "openvino.CompiledModel":
    """Raises RuntimeError."""
    import openvino  # see open_core

    made_of = (openvino.__version__, device, outputs, value_range, settings)
    found = None if kept is None else kept.read(path, made_of)
    if found is not None:
        with suppress(RuntimeError):  # it was compiled for another processor
            return core.import_model(found, device, dict(settings))
    model = with_image_input(pruned(core.read_model(os.fspath(path)), outputs), value_range)
    compiled = core.compile_model(model, device, dict(settings))
    if kept is not None:
        with suppress(RuntimeError):  # not every device can export it
            kept.keep(path, made_of, compiled.export_model().getvalue())
    return compiled


def pruned(model: "openvino.Model", outputs: Sequence[str]) -> "openvino.Model":
    """The part of this model that these outputs need, with its outputs in this order."""
    import openvino  # see open_core

    return openvino.Model([model.output(name) for name in outputs], model.get_parameters(), "pruned")


def with_image_input(model: "openvino.Model", value_range: tuple[float, float]) -> "openvino.Model":
    """This model, taking blue-green-red bytes instead of red-green-blue floats in `value_range`."""
    import openvino  # see open_core
    from openvino.preprocess import ColorFormat, PrePostProcessor

    least, most = value_range
    scale = _MAX_GREY / (most - least)
    wrapped = PrePostProcessor(model)
    wrapped.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    wrapped.input().tensor().set_color_format(ColorFormat.BGR)
    steps = wrapped.input().preprocess().convert_color(ColorFormat.RGB).convert_element_type(openvino.Type.f32)
    if least:
        steps.mean(-least * scale)
    steps.scale(scale)
    wrapped.input().model().set_layout(openvino.Layout("NHWC"))
    return wrapped.build()


def _settings(threads: int, device: str) -> dict[str, str | int | bool]:
    # Full precision: by default OpenVINO uses bfloat16 where the processor has it. That is a third faster, but moves landmarks
    # by 1 px in the median and by 6 to 11 px at the 95th percentile.
    settings: dict[str, str | int | bool] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    if device == "CPU":
        # Pinning would keep the pose threads on cores that capture and display are using.
        settings |= {"INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
    return settings
