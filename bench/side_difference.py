"""How differently the camera sees the two legs: near minus far of the drawn runner, whose sides are equal.

Read from the cells of docs/accuracy.md, section 4 (measured by bench.accuracy); the root mean square is
CAMERA_SIDE_RMS_DEG of feedback/sessions/statistics.py.
"""

from pathlib import Path

import numpy as np

from feedback.sessions.statistics import CAMERA_SIDE_RMS_DEG

NEAR_ERROR, FAR_ERROR = "near: mean error", "far: mean error"


def differences_deg(document: str) -> list[float]:
    """Near minus far mean error of each cell."""
    lines = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in document.splitlines() if line.startswith("|")]
    start = next(index for index, cells in enumerate(lines) if FAR_ERROR in cells)
    near, far = lines[start].index(NEAR_ERROR), lines[start].index(FAR_ERROR)
    found = []
    for cells in lines[start + 2 :]:
        if len(cells) != len(lines[start]) or not cells[near].endswith("°"):
            break
        found.append(float(cells[near].rstrip("°")) - float(cells[far].rstrip("°")))
    return found


def main() -> None:
    found = np.array(differences_deg(Path("docs/accuracy.md").read_text(encoding="utf-8")))
    print(f"near minus far, {len(found)} cells: {found.min():+.1f} to {found.max():+.1f}°, mean {found.mean():+.1f}°")
    print(f"root mean square {np.sqrt(np.mean(found**2)):.1f}° (the program uses {CAMERA_SIDE_RMS_DEG}°)")


if __name__ == "__main__":
    main()
