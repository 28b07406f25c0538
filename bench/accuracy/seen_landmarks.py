"""The landmarks of a whole recording, found once by the pose model and kept, or a drawn runner's true ones; their strides."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.backends import open_backend
from analysis.pose.landmarks import Floats, Landmarks
from capture.opening import open_recording
from capture.sources.cropping import framed
from capture.synthetic.pinhole_camera import SideCamera
from capture.synthetic.synthetic_source import SyntheticRunner
from config.loading import load
from tests.support.stick_runner import true_landmarks
from wire.clock import NS_PER_S
from wire.messages import CameraName, Stamps, Stride, opposite, side_of

_ONE_VIEW = -1
"""Value of `mirrored` for a pose model that never mirrors."""


@dataclass(frozen=True)
class SeenLandmarks:
    """Landmarks with one entry per picture."""

    times_ns: NDArray[np.int64]
    points_px: Floats
    """Shape (pictures, 33, 2); NaN where nobody was found."""
    visibility: Floats
    mirrored: NDArray[np.int8]
    """1 or 0; -1: there is one view."""
    size_px: NDArray[np.int64]
    """Width and height."""

    def strides(self, camera: CameraName) -> list[Stride]:
        """The strides that the engine measures from them, in order of time, as `hipcue analyse` would."""
        engine = GaitEngine()
        width_px, height_px = self.size_px.tolist()
        found: list[Stride] = []
        for index, at_ns in enumerate(self.times_ns.tolist()):
            view = int(self.mirrored[index])
            mirrored = None if view == _ONE_VIEW else bool(view)
            seen = not np.isnan(self.points_px[index, 0, 0])
            landmarks = Landmarks(self.points_px[index], self.visibility[index], mirrored) if seen else None
            facts = FrameFacts(1, index + 1, index, width_px, height_px, Stamps(at_ns))
            sample, settled = engine.measure(facts, landmarks)
            if sample.facing is not None:
                found += [structs.replace(one, camera=camera, side=side_of(one.leg, sample.facing)) for one in settled]
        return found


def by_pose_model(source: str, folder: Path) -> SeenLandmarks:
    """The landmarks of a source; read from `folder` if they were found before."""
    settings = load(overrides={"capture.source": source})
    pose = open_backend(settings.analysis)
    key = hashlib.sha256("\n".join([source, *pose.facts.values()]).encode()).hexdigest()[:16]
    path = folder / f"{key}.npz"
    try:
        if path.exists():
            with np.load(path) as kept:
                return SeenLandmarks(**kept)
        recording = open_recording(settings.capture.source)
        times_ns, points_px, visibility, mirrored = [], [], [], []
        nobody = np.full((33, 2), np.nan)
        size_px = (0, 0)
        while (at_ns := recording.advance()) is not None:
            image = framed(recording.image(), settings.capture)
            size_px = image.shape[1], image.shape[0]
            found = pose.estimate(image)
            times_ns.append(at_ns)
            points_px.append(nobody if found is None else found.points_px)
            visibility.append(np.zeros(33) if found is None else found.visibility)
            mirrored.append(_ONE_VIEW if found is None or found.mirrored is None else int(found.mirrored))
        recording.close()
    finally:
        pose.close()
    seen = SeenLandmarks(
        np.array(times_ns), np.array(points_px), np.array(visibility), np.array(mirrored, np.int8), np.array(size_px)
    )
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **vars(seen))
    return seen


def exactly(source: str, noise_px: float, seed: int) -> SeenLandmarks:
    """The true landmarks of a drawn runner, without pictures or pose model, each point with noise of this size."""
    drawn = SyntheticRunner(source)
    wanted, rng = drawn.settings, np.random.default_rng(seed)
    facing = opposite(wanted.facing) if wanted.other_side else wanted.facing
    camera = SideCamera(wanted.width, wanted.height, facing)
    times_ns, points_px = [], []
    while (at_ns := drawn.advance()) is not None:
        pose = drawn.runner.pose(at_ns / NS_PER_S)
        pose = pose.from_other_side() if wanted.other_side else pose
        exact_px = true_landmarks(pose, facing, lambda point: camera.see(point)[0]).points_px
        times_ns.append(at_ns)
        points_px.append(exact_px + noise_px * rng.normal(size=exact_px.shape))
    frames = len(times_ns)
    one_view = np.full(frames, _ONE_VIEW, np.int8)
    return SeenLandmarks(
        np.array(times_ns), np.array(points_px), np.ones((frames, 33)), one_view, np.array((wanted.width, wanted.height))
    )
