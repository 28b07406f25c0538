"""The cells of docs/accuracy.md, section 4: errors of the real pose model on a drawn runner whose extension is known.

Near minus far of a runner whose sides are equal is the camera's part of a difference of the sides. The
relative error of the change from each extension to the next is its part of a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_COLUMNS = ("extension", "facing", "fps", "near: mean error", "far: mean error")


@dataclass(frozen=True)
class Cell:
    """One run of the drawn runner. Errors are measured minus true, degrees."""

    extension_deg: float
    view: tuple[str, str]
    """Facing and frames per second."""
    near_deg: float
    far_deg: float


def cells(document: str) -> list[Cell]:
    """The cells of section 4."""
    lines = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in document.splitlines() if line.startswith("|")]
    start = next(index for index, found in enumerate(lines) if _COLUMNS[-1] in found)
    place = [lines[start].index(name) for name in _COLUMNS]
    found = []
    for line in lines[start + 2 :]:
        if len(line) != len(lines[start]) or not line[place[-1]].endswith("°"):
            break
        extension, facing, fps, near, far = (line[index].rstrip("°") for index in place)
        found.append(Cell(float(extension), (facing, fps), float(near), float(far)))
    return found


def differences_deg(found: Sequence[Cell]) -> list[float]:
    """Near minus far mean error of each cell."""
    return [cell.near_deg - cell.far_deg for cell in found]


def change_shares(found: Sequence[Cell]) -> list[float]:
    """From each extension to the next in the same view, near leg: by what share of the seen change the true one is larger."""
    shares = []
    for view in sorted({cell.view for cell in found}):
        ordered = sorted((cell.extension_deg, cell.near_deg) for cell in found if cell.view == view)
        true_deg, error_deg = np.array(ordered).T
        shares += list(-np.diff(error_deg) / np.diff(true_deg + error_deg))
    return shares


def root_mean_square(values: Sequence[float]) -> float:
    """Of errors."""
    return float(np.sqrt(np.mean(np.square(values))))
