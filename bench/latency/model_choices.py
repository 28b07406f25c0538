"""Ways to run the pose model: time a frame against accuracy.

python -m bench.latency.model_choices [--bodies 2] [--clips 3] [--isa AVX2] [--write]

Times are processor time, frame by frame in turn on one real clip. Accuracy is that of the whole measurement: real clips against
their hand labels, rendered bodies against the truth. "int8" is made here by NNCF, where that is installed (pip install nncf),
from every fourth picture that the network gets of clips and drawn runner.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

from analysis.pose.blazepose import BlazePose, networks
from analysis.pose.blazepose.networks import LANDMARKS_OUTPUTS, LANDMARKS_RANGE, landmarks_path, open_core
from analysis.pose.pose_estimator import PoseError
from bench.accuracy import bodies
from bench.accuracy.labelled import clips
from bench.latency.machine import LIMIT, machine
from bench.latency.page import MODEL_TITLE, PAGE, with_section
from bench.report import Table
from config.loading import load
from hipcue.analyse.clip import analyse
from tests.support.labelled_clips import clip_file, scored
from tests.support.pose_frames import clip_frames, runner_frames
from wire.frames.frame import Image

FRAMES = 150
CALIBRATION_FRAMES, EVERY = 160, 4
_SETTINGS, _PRUNED = networks._settings, networks.pruned
Opened = Callable[[], BlazePose]


@contextmanager
def precision(name: str) -> Iterator[None]:
    """Networks opened in this block compute with this precision."""
    settings = partial(_with_precision, name)
    with patch.object(networks, "_settings", settings):
        yield


def _with_precision(name: str, threads: int, device: str) -> dict[str, str | int | bool]:
    return {**_SETTINGS(threads, device), "INFERENCE_PRECISION_HINT": name}


def opened(name: str, threads: int = 1) -> BlazePose:
    """The pose model as shipped, except for its precision and threads."""
    with precision(name):
        return BlazePose(threads, mirrors=True)


class Int8:
    """The landmark network with weights and activations of 8 bits (NNCF, mixed preset, accurate bias correction)."""

    def __init__(self) -> None:
        core = open_core()
        model = networks.with_image_input(
            _PRUNED(core.read_model(os.fspath(landmarks_path("full"))), LANDMARKS_OUTPUTS), LANDMARKS_RANGE
        )
        nncf = import_module("nncf")  # not a dependency of the project; it must not load OpenVINO first
        pictures = list(_crops())[::EVERY]
        calibration = nncf.Dataset(pictures, lambda crop: crop[None])
        self._model = nncf.quantize(
            model,
            calibration,
            preset=nncf.QuantizationPreset.MIXED,
            fast_bias_correction=False,
            subset_size=len(pictures),
        )

    def open(self) -> BlazePose:
        """The pose model with this network."""
        pose = BlazePose(1, mirrors=True)
        compiled = open_core().compile_model(self._model, "CPU", _SETTINGS(1, "CPU"))
        network = pose._landmarks
        network._request = compiled.create_infer_request()
        network._results = [network._request.get_tensor(name) for name in LANDMARKS_OUTPUTS]
        network._input = network._request.get_input_tensor()
        return pose


def _crops() -> Iterator[Image]:
    """The images that the landmark network receives."""
    for pictures in (
        *(clip_frames(clip_file(name), CALIBRATION_FRAMES) for name in clips()),
        runner_frames(CALIBRATION_FRAMES),
    ):
        pose, seen = BlazePose(1, mirrors=True), list[Image]()
        infer = pose._landmarks.infer

        def watched(crop: Image, infer: Callable[..., object] = infer, seen: list[Image] = seen) -> object:
            seen.append(crop.copy())
            return infer(crop)

        with patch.object(pose._landmarks, "infer", watched):
            for picture in pictures:
                pose.estimate(picture)
        yield from seen


def times(choices: dict[str, Opened], pictures: list[Image]) -> dict[str, tuple[float, float]]:
    """Milliseconds a frame, and the ratio to the first one, by processor time: medians."""
    models = {name: choose() for name, choose in choices.items()}
    found: dict[str, list[float]] = {name: [] for name in models}
    for index, picture in enumerate(pictures):
        for name in list(models)[:: 1 if index % 2 else -1]:
            began_ns = time.process_time_ns()
            models[name].estimate(picture)
            found[name].append((time.process_time_ns() - began_ns) / 1e6)
    usual = np.array(next(iter(found.values())))
    return {name: (float(np.median(ms)), float(np.median(np.array(ms) / usual))) for name, ms in found.items()}


def accuracy(choose: Opened, clip_names: list[str], body_names: list[str]) -> list[str]:
    """SD of live samples and stride peaks against each clip's labels, and of the error on each rendered body."""
    with ExitStack() as changed:
        for user in ("hipcue.analyse.clip", "tests.support.measuring"):
            changed.enter_context(patch(f"{user}.open_backend", lambda _settings: choose()))
        cells = []
        for name in clip_names:
            with tempfile.TemporaryDirectory() as folder:
                analyse(load(overrides={"capture.source": str(clip_file(name))}), Path(folder))
                printed = scored(Path(folder), name)
            sds = [f"{printed[kind][3]:.2f}" if kind in printed else "none" for kind in ("live sample", "stride peak")]
            cells.append(f"{'/'.join(sds)}, {printed['strides'][2]:.0f}")
        for name in body_names:
            errors_deg = bodies.run(name).zeroed_error_deg
            cells.append(f"{np.mean(errors_deg):+.2f} ± {np.std(errors_deg):.2f}" if len(errors_deg) else "none")
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=3)
    parser.add_argument("--bodies", type=int, default=2)
    parser.add_argument("--isa", default="", help="as the environment variable ONEDNN_MAX_CPU_ISA: AVX2 imitates a small PC")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    wanted = parser.parse_args()
    if wanted.isa:
        os.environ[LIMIT] = wanted.isa
    clip_names, body_names = clips()[: wanted.clips], bodies.names()[: wanted.bodies]
    if not clips():
        sys.exit("the labelled clips are not beside the checkout")
    cv2.setNumThreads(1)
    choices: dict[str, Opened] = {
        "f32 (the default)": partial(opened, "f32"),
        "f32, two threads": partial(opened, "f32", 2),
        "bf16": partial(opened, "bf16"),
        "f16": partial(opened, "f16"),
    }
    open_core()
    if find_spec("nncf") is not None:
        choices["int8 (NNCF)"] = Int8().open
    usable = {name: choose for name, choose in choices.items() if _runs(choose)}
    took = times(usable, list(clip_frames(clip_file(clips()[0]), FRAMES)))
    rows = []
    for name, choose in usable.items():
        ms, ratio = took[name]
        rows.append((name, f"{ms:.1f} ms", f"{ratio:.2f}x", *accuracy(choose, clip_names, body_names)))
        print(rows[-1], file=sys.stderr, flush=True)
    text = (
        f"{machine()}. Clips: SD of live samples / stride peaks against hand labels, degrees, and strides missed. Rendered "
        "bodies: mean ± SD of the error of stride peaks, degrees."
    )
    columns = ("", "processor time", "ratio", *clip_names, *body_names)
    found = Table(MODEL_TITLE, text, columns, rows)
    print(found.plain())
    if wanted.write:
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), found.markdown()), encoding="utf-8")


def _runs(choose: Opened) -> bool:
    """Whether this processor supports it."""
    try:
        choose().close()
    except (RuntimeError, PoseError):
        return False
    return True


if __name__ == "__main__":
    main()
