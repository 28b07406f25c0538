"""Landmarks moved to where their heat maps are warm (RefineLandmarksFromHeatmapCalculator)."""

import numpy as np

from analysis.blazepose.networks import Floats32
from analysis.landmarks import Floats

WINDOW = 9
"""Side of the window around a landmark, cells.

MediaPipe's graph file says 7, but `mediapipe.solutions.pose` (0.10.21) runs it with the calculator's default, 9: Python
hands the graph on as text, and drops the option because nobody imported refine_landmarks_from_heatmap_calculator_pb2.
Measured from the same boxes: 9 gives MediaPipe's landmarks, 7 lies 0.9 px beside them in the median; once that module is
imported it is the other way round.
"""
LEAST_CONFIDENCE = 0.5
"""A landmark stays where it is when no cell of its window is this warm; min_confidence_to_refine, MediaPipe's default."""

_AWAY = np.arange(WINDOW) - WINDOW // 2


def refine(points: Floats, heat: Floats32, crop_side_px: int) -> Floats:
    """Each landmark moved to the centre of warmth around it, or left alone where its map is cold or its point outside.

    `points`: shape (n, 2), finite, pixels of the crop; `heat`: shape (rows, columns, n or more), before the sigmoid, one
    map a landmark. A cell's place is its first corner, not its middle, as MediaPipe has it.
    """
    rows, columns, _ = heat.shape
    cell_px = np.array((crop_side_px / columns, crop_side_px / rows))
    # Truncated, not floored, as MediaPipe casts; clipped so that points far away stay castable.
    at = np.clip(points / cell_px, -WINDOW, rows + columns).astype(np.intp)
    column, row = at[:, :1] + _AWAY, at[:, 1:] + _AWAY
    within = ((row >= 0) & (row < rows))[:, :, None] & ((column >= 0) & (column < columns))[:, None, :]
    seen = heat[
        np.clip(row, 0, rows - 1)[:, :, None],
        np.clip(column, 0, columns - 1)[:, None, :],
        np.arange(len(points))[:, None, None],
    ]
    warmth = within / (1.0 + np.exp(-seen))
    # Below the map is not asked for: MediaPipe does not either, and a window that reaches into the map still counts.
    refined = (warmth.max(axis=(1, 2)) >= LEAST_CONFIDENCE) & (at >= 0).all(axis=1) & (at[:, 0] < columns)
    by_column, by_row = warmth.sum(axis=1), warmth.sum(axis=2)
    moments = np.stack(((by_column * column).sum(axis=1), (by_row * row).sum(axis=1)), axis=1)
    total = np.where(refined, by_row.sum(axis=1), 1.0)
    return np.where(refined[:, None], moments / total[:, None] * cell_px, points)
