"""Motion and marker files as OpenSim reads them.

Signs and names are those of the model of Rajagopal et al. (2016): hip_flexion + flexion, knee_angle + flexion (older models
such as gait2392 have - flexion), ankle_angle + dorsiflexion, lumbar_extension + backward. A side camera cannot see the pelvis:
hip_flexion is the thigh against the vertical, which is right with the model's pelvis left upright (pelvis_tilt 0).
"""

import itertools
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from feedback.sessions.errors import SessionsError
from feedback.sessions.recorded import Recorded
from feedback.sessions.rows import Floats, Row, column

_JOINTS = (("hip_flexion", "thigh"), ("knee_angle", "knee"), ("ankle_angle", "ankle"))
_MARKERS = (("Hip", "hip"), ("Knee", "knee"), ("Ankle", "ankle"), ("Heel", "heel"), ("BigToe", "toe"))
"""Names as in Sports2D and Pose2Sim."""
_MM_PER_CM = 10.0


def write_motion(session: Recorded, samples: list[Row], out: Path) -> None:
    """Joint angles frame by frame (.mot, .sto); nan where there was no measurement. Raises SessionsError, OSError."""
    near, far = _sides(session)
    samples = _in_order(samples)
    columns: dict[str, Floats] = {"time": column(samples, "t_s")}
    for leg, side in (("near", near), ("far", far)):
        for joint, angle in _JOINTS:
            columns[f"{joint}_{side}"] = column(samples, f"{leg}_{angle}_deg")
    columns["lumbar_extension"] = -column(samples, "trunk_lean_deg")
    rows = np.column_stack(list(columns.values()))
    lines = [
        f"HipCue {session.title}: hip_flexion is the thigh against the vertical",
        "version=1",
        f"nRows={rows.shape[0]}",
        f"nColumns={rows.shape[1]}",
        "inDegrees=yes",
        "endheader",
        "\t".join(columns),
        *("\t".join(f"{value:.6f}" for value in row) for row in rows),
    ]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_trc(session: Recorded, landmarks: list[Row], out: Path, leg_cm: float | None = None) -> None:
    """Where the picture showed the joints (.trc): x forward, y up, z 0; NaN where not seen.

    With `leg_cm`, the length of the runner's leg from the hip joint to the ankle, in millimetres; without a scale in pixels of
    the measured picture. The origin is the lowest point seen and the mean of the near hip. Raises SessionsError, OSError.
    """
    near, far = (side.upper() for side in _sides(session))
    landmarks = _in_order(landmarks)
    forward = 1.0 if session.header["facing"] == "right" else -1.0
    points = {
        f"{side}{name}": (column(landmarks, f"{leg}_{joint}_x_px"), column(landmarks, f"{leg}_{joint}_y_px"))
        for leg, side in (("near", near), ("far", far))
        for name, joint in _MARKERS
    }
    points[f"{near}Shoulder"] = (column(landmarks, "shoulder_x_px"), column(landmarks, "shoulder_y_px"))
    hip_x_px = points[f"{near}Hip"][0]
    seen_y_px = np.concatenate([y_px for _, y_px in points.values()])
    if not np.isfinite(hip_x_px).any():
        raise SessionsError(f"{session.name}: no landmark was seen in this session")
    origin_px = float(np.nanmean(hip_x_px)), float(np.nanmax(seen_y_px))
    units, scale = ("px", 1.0) if leg_cm is None else ("mm", _MM_PER_CM * leg_cm / _leg_px(points, near))
    rate = session.header.get("fps") or 0.0
    count = len(landmarks)
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{out.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate:g}\t{rate:g}\t{count}\t{len(points)}\t{units}\t{rate:g}\t1\t{count}",
        "Frame#\tTime\t" + "\t\t\t".join(points) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{number}" for number in range(1, len(points) + 1) for axis in "XYZ"),
        "",
    ]
    t_s = column(landmarks, "t_s")
    for index in range(count):
        cells = [str(index + 1), f"{t_s[index]:.6f}"]
        for x_px, y_px in points.values():
            x, y = scale * forward * (x_px[index] - origin_px[0]), scale * (origin_px[1] - y_px[index])
            cells += ["NaN"] * 3 if math.isnan(x) else [f"{x:.3f}", f"{y:.3f}", "0"]
        lines.append("\t".join(cells))
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _leg_px(points: Mapping[str, tuple[Floats, Floats]], side: str) -> float:
    """Length of thigh and shank in the picture, the usual one: each lies in the plane of the picture, as it does in running."""
    joints = [np.array(points[f"{side}{name}"]) for name in ("Hip", "Knee", "Ankle")]
    return float(sum(np.nanmedian(np.hypot(*(lower - upper))) for upper, lower in itertools.pairwise(joints)))


def _sides(session: Recorded) -> tuple[str, str]:
    """The near and the far side of the body, r or l: who faces right in the picture shows the right side."""
    facing = session.header.get("facing")
    if facing not in ("right", "left"):
        raise SessionsError(f"{session.name}: where the runner faced never became known, so right and left are not known")
    return ("r", "l") if facing == "right" else ("l", "r")


def _in_order(rows: list[Row]) -> list[Row]:
    """Rows whose time goes on; these formats allow no other."""
    t_s = column(rows, "t_s")
    latest = np.maximum.accumulate(t_s) if len(t_s) else t_s
    return [row for index, row in enumerate(rows) if index == 0 or t_s[index] > latest[index - 1]]
