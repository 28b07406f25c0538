"""The pose model and the measurement: [analysis]."""

from typing import Literal

from pydantic import model_validator

from config.sections.section import Fraction, Section, setting


class AnalysisSettings(Section):
    """The pose model and the measurement."""

    backend: Literal["auto", "openvino", "mediapipe"] = setting(
        "auto",
        '"openvino", "mediapipe" (takes twice as long and cannot choose between several people) '
        'or "auto" (openvino where it runs, otherwise mediapipe)',
    )
    model: Literal["lite", "full", "heavy"] = setting(
        "full", '"lite", "full" or "heavy"; HipCue includes full, the others need their file in model_folder'
    )
    model_folder: str = setting("", "folder with pose_landmark_lite.tflite or pose_landmark_heavy.tflite")
    device: str = setting(
        "CPU",
        'processor that openvino uses: "CPU", "GPU", "GPU.1" or "NPU"; hipcue doctor measures which is fastest',
        pattern=r"^[A-Z]+(\.[0-9]+)?$",
    )
    threads: int = setting(0, "CPU threads for the pose model; 0: two, or one if there are at most two cores", ge=0, le=64)
    facing: Literal["auto", "right", "left"] = setting(
        "auto", 'where the runner faces in the image: "right", "left" or "auto" (detected once, then kept)'
    )
    camera_roll_deg: float = setting(
        0.0, "how far the camera is turned clockwise, seen from behind it", live=True, ge=-30, le=30
    )
    min_quality: Fraction = setting(0.5, "0 to 1; a stride below this is shown in grey and never cued", live=True)
    max_age_ms: float = setting(
        250.0, "frames and strides older than this are neither measured nor cued", live=True, ge=20, le=2000
    )

    @model_validator(mode="after")
    def _has_its_model(self) -> "AnalysisSettings":
        if self.model != "full" and self.backend == "mediapipe":
            raise ValueError(f'model = {self.model!r}: mediapipe runs "full" only; set backend = "openvino"')
        if self.model != "full" and not self.model_folder:
            file = f"pose_landmark_{self.model}.tflite"
            raise ValueError(f"model = {self.model!r}: HipCue does not include it; set model_folder to the folder with {file}")
        return self
