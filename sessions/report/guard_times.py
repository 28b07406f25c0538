"""When the guards were active: when asking for more would have been wrong (docs/coaching.md). Pure.

They are computed again from the recorded strides, as the coach does it: from means over the last strides against the baseline.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.measures import MEASURES, Measure
from config.sections.coaching import GuardSettings
from sessions.format.recorded import RecordedSession
from sessions.format.rows import Floats, mean_known, number
from sessions.report.statistics import Mean, mean_of

_NAMES = {"arching": "Leaning back", "slow_cadence": "Slower steps", "low_quality": "Poorly seen"}


@dataclass(frozen=True)
class GuardTimes:
    """One guard over the session."""

    name: str
    """Its name for people."""
    condition: str
    """When it is active, in a few words."""
    measure: Measure
    baseline: Mean | None
    drill: Mean | None
    held: int
    """Strides of the drill at which it was active."""
    strides: int
    """Strides of the drill."""
    spans_s: Sequence[tuple[float, float]]
    """Start and end of each time it was active, in drill and retention."""


def guard_times(session: RecordedSession) -> list[GuardTimes]:
    """The three guards; empty without a drill."""
    settings = _settings(session)
    every = [row for row in session.strides if row["leg"] == "near"]
    counted_of_all = np.array([number(row["quality"]) >= session.min_quality for row in every], dtype=bool)
    phases = session.phase_names()
    if not (phases == "drill").any():
        return []
    lean_deg, cadence_spm = session.values("trunk_lean_deg"), session.values("cadence_spm")
    lean_before, cadence_before = (mean_known(values[phases == "baseline"]) for values in (lean_deg, cadence_spm))
    slow_share = 1 - settings.slow_cadence_pct / 100
    poor = _rolling(~counted_of_all, settings.strides)[counted_of_all]
    tests: dict[str, tuple[str, Measure, NDArray[np.bool_]]] = {
        "arching": (
            f"trunk {settings.arching_deg:g}° further back than at baseline",
            MEASURES["trunk_lean"],
            _rolling(lean_deg, settings.strides) <= lean_before - settings.arching_deg,
        ),
        "slow_cadence": (
            f"cadence {settings.slow_cadence_pct:g} % below the baseline",
            MEASURES["cadence"],
            _rolling(cadence_spm, settings.strides) <= cadence_before * slow_share,
        ),
        "low_quality": (
            f"{100 * settings.low_quality_share:.0f} % of the last strides below quality {session.min_quality:g}",
            MEASURES["quality"],
            (poor > 0) & (poor >= settings.low_quality_share),
        ),
    }
    return [_guard(session, phases, _NAMES[name], *parts) for name, parts in tests.items()]


def _guard(
    session: RecordedSession, phases: NDArray[np.object_], name: str, condition: str, measure: Measure, holds: NDArray[np.bool_]
) -> GuardTimes:
    values, times_s = session.values(measure.column), session.values("t_peak_s")
    in_drill = phases == "drill"
    coached = holds & (in_drill | (phases == "retention"))
    return GuardTimes(
        name=name,
        condition=condition,
        measure=measure,
        baseline=mean_of(values[phases == "baseline"]),
        drill=mean_of(values[in_drill]),
        held=int((holds & in_drill).sum()),
        strides=int(in_drill.sum()),
        spans_s=_spans(coached, times_s),
    )


def _spans(holds: NDArray[np.bool_], times_s: Floats) -> list[tuple[float, float]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(int)))
    return [(float(times_s[first]), float(times_s[end - 1])) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def _rolling(values: Floats | NDArray[np.bool_], count: int) -> Floats:
    """The mean of the last `count` values at each of them; NaN while there are fewer, or where one is not known."""
    found = np.full(len(values), np.nan)
    if len(values) >= count:
        windows = np.lib.stride_tricks.sliding_window_view(values.astype(np.float64), count)
        found[count - 1 :] = windows.mean(axis=1)
    return found


def _settings(session: RecordedSession) -> GuardSettings:
    """The recorded settings; the defaults if they cannot be read."""
    try:
        return GuardSettings.model_validate(session.header.get("config", {}).get("guard") or {})
    except ValueError:
        return GuardSettings()
