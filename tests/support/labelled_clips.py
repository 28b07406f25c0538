"""Real treadmill clips beside the checkout, in `shared`, their hand labels, and what the labels' own tool says of a session.

They are no part of the project.
"""

import re
import subprocess
import sys
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
TRUTH = SHARED / "data" / "truth"
TOOL = SHARED / "tools" / "score_clip.py"

_NUMBER = r"([-+]?[\d.]+|nan)"
_PATTERNS = {
    "strides": rf"near strides labelled {_NUMBER} found {_NUMBER} missed {_NUMBER} invented {_NUMBER}",
    "cadence": rf"cadence from near strides {_NUMBER} spm, labelled {_NUMBER}",
    "live sample": rf"live sample against {_NUMBER} of {_NUMBER} labels: offset {_NUMBER} SD {_NUMBER} RMSE {_NUMBER}",
    "stride peak": rf"stride peak against {_NUMBER} of {_NUMBER} labels: offset {_NUMBER} SD {_NUMBER} RMSE {_NUMBER}",
    "identity": rf"leg identity right in {_NUMBER} % of {_NUMBER} frames, {_NUMBER} % blank",
    "delay": rf"p50 {_NUMBER} ms, max {_NUMBER} ms",
}


def clip_file(name: str) -> Path:
    """Where the clip lies, if it is there."""
    return SHARED / "data" / "clips" / f"{name}.mp4"


def scored(session: Path, name: str) -> dict[str, tuple[float, ...]]:
    """The numbers of each kind of line that the tool prints of a clip's session; a line that is not there gives nothing."""
    printed = subprocess.run([sys.executable, TOOL, session, name], capture_output=True, text=True, check=True).stdout
    found = {kind: re.search(pattern, printed) for kind, pattern in _PATTERNS.items()}
    return {kind: tuple(float(number) for number in match.groups()) for kind, match in found.items() if match}
