"""Rendered people on a treadmill whose joints are exactly known: standing, then a run with a step of known size."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.pose.landmarks import Floats
from bench.report import Table
from capture.opening import open_recording
from config.loading import load
from tests.support.labelled_clips import SHARED
from tests.support.measuring import measured
from tests.support.stride_score import TOLERANCE
from wire.clock import NS_PER_S
from wire.quiet import keep_native_notes_off_stderr

MESH = SHARED / "data" / "mesh"
_NOT_FOUND = float("nan")


@dataclass(frozen=True)
class Body:
    """What came of one clip. Angles in degrees, measured less true hip extension."""

    name: str
    found: int
    invented: int
    true: int
    thigh_error_deg: Floats
    """Of each near stride found, not zeroed."""
    zeroed_error_deg: Floats
    standing_error_deg: float
    step_ratio: float
    """Measured step over the true one, of the same strides."""


def names() -> list[str]:
    """The rendered clips that are beside the checkout."""
    return sorted(path.stem for path in MESH.glob("*.mp4"))


def run(name: str) -> Body:
    """Measure a clip as `hipcue analyse` would."""
    keep_native_notes_off_stderr()
    settings = load(overrides={"capture.source": str(MESH / f"{name}.mp4")})
    facts = json.loads((MESH / f"{name}.json").read_text(encoding="utf-8"))
    with (MESH / f"{name}.strides.csv").open(newline="") as file:
        truth = [row for row in csv.DictReader(file) if row["leg"] == "near"]
    near = [
        one
        for _, settled in measured(open_recording(settings.capture.source), settings)
        for one in settled
        if one.leg == "near" and one.t_peak_ns / NS_PER_S >= facts["full_run_from_s"]
    ]
    at_s = np.array([float(row["t_peak_s"]) for row in truth])
    pairs = []
    for one in near:
        nearest = int(np.argmin(np.abs(at_s - one.t_peak_ns / NS_PER_S)))
        if abs(at_s[nearest] - one.t_peak_ns / NS_PER_S) <= TOLERANCE * facts["stride_s"]:
            pairs.append((one, truth[nearest]))
    after = np.array([row["after_step"] == "1" for _, row in pairs])
    true_deg = np.array([float(row["hip_extension_deg"]) for _, row in pairs])
    seen_deg = np.array([one.hip_extension_deg for one, _ in pairs])
    thigh_deg = np.array([float(row["thigh_min_deg"]) - one.thigh_min_deg for one, row in pairs])
    zero_deg = near[-1].standing_thigh_deg if near else None
    step = seen_deg[after].mean() - seen_deg[~after].mean()
    return Body(
        name=name,
        found=len(pairs),
        invented=len(near) - len(pairs),
        true=len(truth),
        thigh_error_deg=thigh_deg,
        zeroed_error_deg=seen_deg - true_deg,
        standing_error_deg=_NOT_FOUND if zero_deg is None else zero_deg - facts["near_standing_thigh_deg"],
        step_ratio=float(step / (true_deg[after].mean() - true_deg[~after].mean())),
    )


COLUMNS = ("clip", "strides found", "invented", "peak: mean error", "SD", "standing zero", "zeroed peak", "step, of its size")
TEXT = """\
Clips of rendered people (MakeHuman's mesh, CC0): 4 s of standing, then a run at 166 to 170 steps a minute with a step of 4° in
the middle; their joints are exactly known. Errors are measured less true hip extension. The error of a step differs by body,
so no factor corrects it: for this, the ± of a change in reports and exports contains 13 % of the change (root mean square),
besides the strides' scatter. No correction learnt from rendered bodies was tried."""


def table(bodies: Sequence[Body]) -> Table:
    """One line for each clip."""
    lines = []
    for one in bodies:
        peak, zeroed = one.thigh_error_deg, one.zeroed_error_deg
        line = [one.name, f"{one.found} of {one.true}", str(one.invented), f"{peak.mean():+.1f}°", f"{peak.std(ddof=1):.2f}°"]
        lines.append([*line, f"{one.standing_error_deg:+.1f}°", f"{zeroed.mean():+.1f}°", f"{one.step_ratio:.2f}"])
    ratios = np.array([one.step_ratio for one in bodies])
    if len(ratios) > 1:
        lines.append(["all", "", "", "", "", "", "", f"{ratios.mean():.2f}, SD {ratios.std(ddof=1):.2f}"])
    return Table("13 Rendered bodies", TEXT, COLUMNS, lines)
