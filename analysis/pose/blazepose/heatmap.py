"""Landmarks refined by their heat maps (RefineLandmarksFromHeatmapCalculator)."""

import numpy as np

from analysis.pose.blazepose.networks import Floats32
from analysis.pose.landmarks import Floats

WINDOW = 9
"""Side of the window around a landmark, cells.

MediaPipe's graph file says 7, but `mediapipe.solutions.pose` (0.10.21) runs with the calculator's default, 9: Python passes
the graph on as text and drops the option, because refine_landmarks_from_heatmap_calculator_pb2 has not been imported.
Measured from the same boxes: 9 gives MediaPipe's landmarks and 7 is off by 0.9 px in the median; once that module is imported
it is the reverse.
"""
LEAST_CONFIDENCE = 0.5
"""A landmark stays where it is if no cell of its window reaches this value: min_confidence_to_refine, MediaPipe's default."""

_AWAY = np.arange(WINDOW) - WINDOW // 2


def refine(points: Floats, heat: Floats32, crop_side_px: int) -> Floats:
    """Each landmark moved to the weighted mean of the heat around it; unchanged where its map is cold or it lies outside.

    `points`: shape (n, 2), finite, pixels of the crop; `heat`: shape (rows, columns, n or more), before the sigmoid, one map
    per landmark. The position of a cell is its first corner, not its centre, as in MediaPipe.
    """
    rows, columns, _ = heat.shape
    cell_px = np.array((crop_side_px / columns, crop_side_px / rows))
    # Truncated, not floored, like MediaPipe's cast; clipped so that distant points can still be cast.
    at = np.clip(points / cell_px, -WINDOW, rows + columns).astype(np.intp)
    column, row = at[:, :1] + _AWAY, at[:, 1:] + _AWAY
    within = ((row >= 0) & (row < rows))[:, :, None] & ((column >= 0) & (column < columns))[:, None, :]
    seen = heat[
        np.clip(row, 0, rows - 1)[:, :, None],
        np.clip(column, 0, columns - 1)[:, None, :],
        np.arange(len(points))[:, None, None],
    ]
    warmth = within / (1.0 + np.exp(-seen))
    # MediaPipe does not check whether a point lies below the map either; a window that reaches into the map still counts.
    refined = (warmth.max(axis=(1, 2)) >= LEAST_CONFIDENCE) & (at >= 0).all(axis=1) & (at[:, 0] < columns)
    by_column, by_row = warmth.sum(axis=1), warmth.sum(axis=2)
    moments = np.stack(((by_column * column).sum(axis=1), (by_row * row).sum(axis=1)), axis=1)
    total = np.where(refined, by_row.sum(axis=1), 1.0)
    return np.where(refined[:, None], moments / total[:, None] * cell_px, points)
