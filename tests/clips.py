"""The real clips beside the checkout: found, skipped where they are absent, demanded where CI says they must be there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
TREADMILLS = ("treadmill_gym_60fps", "treadmill_home_30fps", "treadmill_elite_60fps")


def clip(name: str) -> Path:
    """The path of a clip by its name without ending; skips, or fails under HIPCUE_REQUIRE_DATA=1, where it is missing."""
    path = SHARED / "data" / "clips" / f"{name}.mp4"
    if not path.exists():
        if os.environ.get("HIPCUE_REQUIRE_DATA") == "1":
            pytest.fail(f"the clip {name} is missing, and HIPCUE_REQUIRE_DATA=1 demands it")
        pytest.skip("the real clips are not beside this checkout")
    return path


def score(out: Path, name: str) -> dict[str, float]:
    """What the scoring tool prints for a session of a clip, as numbers."""
    tool = SHARED / "tools" / "score_clip.py"
    printed = subprocess.run([sys.executable, tool, out, name], capture_output=True, text=True, check=True).stdout
    figures: dict[str, float] = {}
    for line in printed.splitlines():
        words = line.replace(",", "").split()
        if line.startswith("near strides"):
            figures |= {word: float(words[words.index(word) + 1]) for word in ("labelled", "found", "missed", "invented")}
        elif line.startswith("cadence"):
            figures |= {"cadence_spm": float(words[4]), "labelled_cadence_spm": float(words[-1])}
        elif line.startswith("live sample"):
            figures["live_sd_deg"] = float(words[words.index("SD") + 1])
        elif line.startswith("stride peak"):
            figures["peak_sd_deg"] = float(words[words.index("SD") + 1])
        elif line.startswith("leg identity"):
            figures["identity_percent"] = float(words[4])
            figures["blank_percent"] = float(words[words.index("frames") + 1])
        elif line.startswith("settled peak"):
            figures["delay_p50_ms"] = float(words[words.index("p50") + 1])
    return figures
