"""Motion and marker files for OpenSim.

Signs and names are those of the model of Rajagopal et al. (2016): hip_flexion + flexion, knee_angle + flexion (older models
such as gait2392 have - flexion), ankle_angle + dorsiflexion, lumbar_extension + backward. A side camera cannot see the pelvis:
hip_flexion is the thigh against the vertical, which is correct if the model's pelvis stays upright (pelvis_tilt 0).
"""

import itertools
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sessions.errors import SessionsError
from sessions.format.csv_rows import read_rows
from sessions.format.durable import replace_text
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import Floats, column
from wire.visible_text import one_line

_JOINTS = (("hip_flexion", "thigh"), ("knee_angle", "knee"), ("ankle_angle", "ankle"))
_MARKERS = (("Hip", "hip"), ("Knee", "knee"), ("Ankle", "ankle"), ("Heel", "heel"), ("BigToe", "toe"))
"""Marker names as in Sports2D and Pose2Sim."""
_MM_PER_CM = 10.0
_LONGEST_GAP_S = 0.1
"""Longest gap between frames of the other camera over which values are interpolated."""


def write_motion(session: RecordedSession, samples: list[Row], out: Path) -> None:
    """Joint angles frame by frame (.mot, .sto); nan where there was no measurement. Raises SessionsError, OSError.

    With two cameras, each leg comes from the camera that sees it near, at the times of the main camera's frames.
    """
    near, far = _sides(session)
    samples = _in_order(samples)
    others: list[Row] = []
    if session.has_both_sides and session.folder is not None:
        others = _in_order(list(read_rows(session.folder / session.of_other_side().samples_file)))
    t_s = column(samples, "t_s")
    columns: dict[str, Floats] = {"time": t_s}
    for leg, side in (("near", near), ("far", far)):
        for joint, angle in _JOINTS:
            by_other = leg == "far" and others
            seen = _at(t_s, others, f"near_{angle}_deg") if by_other else column(samples, f"{leg}_{angle}_deg")
            columns[f"{joint}_{side}"] = seen
    columns["lumbar_extension"] = -column(samples, "trunk_lean_deg")
    rows = np.column_stack(list(columns.values()))
    lines = [
        f"HipCue {one_line(session.title)}: hip_flexion is the thigh against the vertical",
        "version=1",
        f"nRows={rows.shape[0]}",
        f"nColumns={rows.shape[1]}",
        "inDegrees=yes",
        "endheader",
        "\t".join(columns),
        *("\t".join(f"{value:.6f}" for value in row) for row in rows),
    ]
    replace_text(out, "\n".join(lines) + "\n")


def write_trc(session: RecordedSession, landmarks: list[Row], out: Path, leg_cm: float | None = None) -> None:
    """Positions of the joints (.trc): x forward, y up, z 0; NaN where a joint was not visible.

    In millimetres with `leg_cm`, the length of the runner's leg from hip joint to ankle; otherwise in pixels of the measured
    picture. The origin is at the height of the lowest point and at the mean of the near hip. Raises SessionsError, OSError.
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
        raise SessionsError(f"{session.name}: this session has no landmarks")
    origin_px = float(np.nanmean(hip_x_px)), float(np.nanmax(seen_y_px))
    units, scale = ("px", 1.0) if leg_cm is None else ("mm", _MM_PER_CM * leg_cm / _leg_px(points, near))
    rate = session.header.get("fps") or 0.0
    count = len(landmarks)
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{one_line(out.name)}",
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
    replace_text(out, "\n".join(lines) + "\n")


def _leg_px(points: Mapping[str, tuple[Floats, Floats]], side: str) -> float:
    """Median length of thigh and shank: in running, both lie in the plane of the picture."""
    joints = [np.array(points[f"{side}{name}"]) for name in ("Hip", "Knee", "Ankle")]
    return float(sum(np.nanmedian(np.hypot(*(lower - upper))) for upper, lower in itertools.pairwise(joints)))


def _sides(session: RecordedSession) -> tuple[str, str]:
    """The near and the far side of the body, r or l: a runner who faces right shows the right side."""
    facing = session.header.get("facing")
    if facing not in ("right", "left"):
        raise SessionsError(f"{session.name}: it is not known which way the runner faced, so left and right are unknown")
    return ("r", "l") if facing == "right" else ("l", "r")


def _at(t_s: Floats, rows: list[Row], name: str) -> Floats:
    """A column of these rows at other times, interpolated linearly; NaN where no measurement is near."""
    at_s, values = column(rows, "t_s"), column(rows, name)
    known = np.isfinite(values)
    at_s, values = at_s[known], values[known]
    if not len(at_s):
        return np.full(len(t_s), np.nan)
    behind = np.clip(np.searchsorted(at_s, t_s), 1, max(1, len(at_s) - 1))
    apart_s = np.maximum(np.abs(t_s - at_s[behind - 1]), np.abs(at_s[np.minimum(behind, len(at_s) - 1)] - t_s))
    found: Floats = np.where(apart_s <= _LONGEST_GAP_S, np.interp(t_s, at_s, values), np.nan)
    return found


def _in_order(rows: list[Row]) -> list[Row]:
    """The rows whose time increases; these formats allow no others."""
    t_s = column(rows, "t_s")
    latest = np.maximum.accumulate(t_s) if len(t_s) else t_s
    return [row for index, row in enumerate(rows) if index == 0 or t_s[index] > latest[index - 1]]
