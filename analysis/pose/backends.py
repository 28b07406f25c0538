"""Opens the pose backend that the settings name."""

from pathlib import Path

from analysis.pose.pose_estimator import PoseError, PoseEstimator
from config.sections.analysis import AnalysisSettings
from wire.system import usable_cores


def open_backend(settings: AnalysisSettings, kept_in: Path | None = None) -> PoseEstimator:
    """The pose estimator that the settings ask for. Raises PoseError.

    `kept_in`: a folder for compiled networks, with which it starts faster the next time.
    """
    if settings.backend == "mediapipe":
        return _open_mediapipe()
    try:
        return _open_openvino(settings, kept_in)
    except PoseError:
        # MediaPipe would download a model of another size; the reason why OpenVINO has none is the user's to mend.
        if settings.backend == "openvino" or settings.model != "full":
            raise
        return _open_mediapipe()


# Imported only when wanted: the libraries of a backend take up to a second to load.


def _open_openvino(settings: AnalysisSettings, kept_in: Path | None) -> PoseEstimator:
    from analysis.pose.blazepose import BlazePose, CompiledNetworks

    folder = Path(settings.model_folder).expanduser() if settings.model_folder else None
    kept = None if kept_in is None else CompiledNetworks(kept_in)
    return BlazePose(settings.threads or usual_threads(), settings.device, settings.model, folder, mirrors=True, kept=kept)


def _open_mediapipe() -> PoseEstimator:
    from analysis.pose.mediapipe_backend import MediaPipePose

    return MediaPipePose()


def usual_threads() -> int:
    """Two threads where there are more than two cores; a third gained nothing.

    With two cores, camera and screen need the second one: two threads would wait for it and for each other. Alone, two threads
    take two thirds of the time of one; beside the rest of the program, as long as one, and more of the processor.
    """
    return 2 if usable_cores() > 2 else 1
