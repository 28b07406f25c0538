"""The camera's part of the uncertainty of a report's figures: constants of sessions/report/statistics.py.

Read from the cells of docs/accuracy.md, section 4 (measured by bench.accuracy): a drawn runner whose sides are equal and whose
extension is known, seen by the real pose model. Near minus far is CAMERA_SIDE_RMS_DEG. CAMERA_CHANGE_RMS is the
error of a measured change, as a share of it, from each extension to the next.
"""

from pathlib import Path

import numpy as np

from sessions.report.statistics import CAMERA_CHANGE_RMS, CAMERA_SIDE_RMS_DEG
from tests.support.drawn_runner_cells import cells, change_shares, differences_deg, root_mean_square


def main() -> None:
    found = cells(Path("docs/accuracy.md").read_text(encoding="utf-8"))
    sides, shares = differences_deg(found), change_shares(found)
    print(f"near minus far, {len(sides)} cells: {min(sides):+.1f} to {max(sides):+.1f}°, mean {np.mean(sides):+.1f}°")
    print(f"  root mean square {root_mean_square(sides):.2f}° (the program uses {CAMERA_SIDE_RMS_DEG}°)")
    print(f"a true change is {1 + min(shares):.0%} to {1 + max(shares):.0%} of what is seen of it, {len(shares)} steps")
    print(f"  off by {root_mean_square(shares):.1%}, root mean square (the program uses {CAMERA_CHANGE_RMS:.0%})")


if __name__ == "__main__":
    main()
