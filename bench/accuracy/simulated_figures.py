"""Turns simulated runs into figures with limits."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.report import Figure, at_least, at_most, between, none_of, reported
from feedback.display.state.sides import compare
from tests.support.gait_simulation import SPEEDS_MPS
from tests.support.simulated_runs import DELAY_LIMIT_MS, SD_LIMIT_DEG, Outcome
from tests.support.stride_score import Pool, Score, slope, step_shown


def exact_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Row 1."""
    test = "1 exact landmarks, mean curves"
    figures = []
    for fps in (30, 60, 120):
        for v in SPEEDS_MPS:
            pool = Pool([one.near for one in outcomes if one.case.fps == fps and one.case.curve == v])
            figures.append(at_most(test, f"{v} m/s at {fps} fps: largest peak error", pool.worst_deg, 0.2))
    every = Pool([one.near for one in outcomes])
    return [*figures, *_found(test, "all", every)]


def noisy_figures(test: str, outcomes: Sequence[Outcome], slack: float) -> list[Figure]:
    """Rows 2 and 3, with the limits times `slack`."""
    figures = []
    for fps in (30, 60):
        for what, varied, real in (
            ("mean curves", True, False),
            ("real strides, varied", True, True),
            ("real strides", False, True),
        ):
            at_rate = [one for one in outcomes if one.case.fps == fps and one.case.varied == varied]
            chosen = [one for one in at_rate if one.case.is_mean_curve != real]
            if chosen:
                figures += _cell(test, f"{what}, {fps} fps", chosen, fps, slack)
    return figures


def _cell(test: str, what: str, outcomes: Sequence[Outcome], fps: int, slack: float) -> list[Figure]:
    stepped = [one for one in outcomes if one.case.step_deg or not one.case.varied]
    pool = Pool([one.near for one in stepped])
    gain, error = slope(_by_curve(stepped))
    figures = [
        at_most(test, f"{what}: bias of {pool.found} strides", pool.bias_deg, round(0.3 * slack, 3), signed=True),
        at_most(test, f"{what}: SD", pool.sd_deg, round(SD_LIMIT_DEG[fps] * slack, 3)),
    ]
    if stepped[0].case.varied:
        figures.append(between(test, f"{what}: slope within a runner", gain, 1 - 0.05 * slack, 1 + 0.05 * slack, error))
        if pairs := _pairs(outcomes):
            first, second = (100 * step_shown(pairs, after) for after in (1, 2))
            figures.append(reported(test, f"{what}: step shown by the first stride", f"{first:.0f} %"))
            figures.append(at_least(test, f"{what}: step shown by the second stride", second, 100 - 5 * slack, " %", 0))
    else:
        every, _ = slope([[one.near for one in stepped]])
        figures += [
            between(test, f"{what}: slope over all runners", every, 1 - 0.05 * slack, 1 + 0.05 * slack),
            reported(test, f"{what}: slope within a runner", f"{gain:.2f} ± {error:.2f}"),
        ]
    return [*figures, *_found(test, what, pool)]


def identity_figures(test: str, outcomes: Sequence[Outcome]) -> list[Figure]:
    """Row 3: which leg is which."""
    figures = []
    for fps in (30, 60):
        chosen = [one.identity for one in outcomes if one.case.fps == fps]
        order = 100 * sum(i.order_right for i in chosen) / sum(i.apart for i in chosen)
        labels = 100 * sum(i.labels_right for i in chosen) / sum(i.frames for i in chosen)
        figures += [
            at_least(test, f"{fps} fps: right leg behind, of {sum(i.apart for i in chosen)} frames", order, 99.5, " %"),
            at_least(test, f"{fps} fps: every label on its leg, of {sum(i.frames for i in chosen)} frames", labels, 99.5, " %"),
        ]
    return figures


def delay_figures(groups: Sequence[tuple[str, Sequence[Outcome]]]) -> list[Figure]:
    """Row 6: from the true turn to the frame that settled it."""
    test = "6 delay of the settled peak"
    figures = []
    for what, outcomes in groups:
        for fps, limit in DELAY_LIMIT_MS.items():
            pool = Pool([one.near for one in outcomes if one.case.fps == fps])
            for name, percent in (("p50", 50.0), ("p95", 95.0), ("max", 100.0)):
                figures.append(at_most(test, f"{what}, {fps} fps: {name}", pool.delay(percent), limit, " ms", 0))
    return figures


def far_figures(groups: Sequence[tuple[str, Sequence[Outcome]]]) -> list[Figure]:
    """Row 7: the far leg beside the near one."""
    figures = []
    for what, outcomes in groups:
        for fps in (30, 60):
            chosen = [one for one in outcomes if one.case.fps == fps and bool(one.case.step_deg) == one.case.varied]
            near, far = Pool([one.near for one in chosen]), Pool([one.far for one in chosen])
            measured = f"{far.bias_deg:+.2f}° and {far.sd_deg:.2f}° beside {near.bias_deg:+.2f}° and {near.sd_deg:.2f}°"
            figures.append(reported("7 far leg beside the near leg", f"{what}, {fps} fps: bias and SD", measured))
            figures.append(reported("7 far leg beside the near leg", f"{what}, {fps} fps: missed, invented", _missed(far)))
    return figures


def difference_figures(groups: Sequence[tuple[str, Sequence[Outcome]]]) -> list[Figure]:
    """Row 7: the near/far difference of the last strides of each run, as the screen compares them."""
    figures = []
    for what, outcomes in groups:
        for fps in (30, 60):
            # Without the step, which reaches the two legs at different times.
            chosen = [one for one in outcomes if one.case.fps == fps and not one.case.step_deg]
            compared = [(compare(list(a.measured_deg), list(b.measured_deg)), compare(list(a.true_deg), list(b.true_deg)))
                        for a, b in ((one.near, one.far) for one in chosen)]  # fmt: skip
            found = [(m.far_less_near, t.far_less_near) for m, t in compared]
            errors = [m - t for m, t in found if m is not None and t is not None]
            if errors:
                test = "7 near/far difference of ten strides"
                figures.append(reported(test, f"{what}, {fps} fps: shown", f"{len(errors)} of {len(chosen)} runs"))
                figures.append(at_most(test, f"{what}, {fps} fps: error (root mean square)", rms(errors), 3.0))
    return figures


def rms(values: Sequence[float]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


DETAIL_COLUMNS = (
    "test",
    "curve",
    "fps",
    "strides",
    "bias",
    "SD",
    "slope",
    "step, 1st stride",
    "2nd",
    "3rd",
    "missed, invented",
)


def detail_rows(test: str, outcomes: Sequence[Outcome]) -> list[list[str]]:
    """One line per curve and frame rate, to show where the errors come from."""
    lines = []
    for varied in (True, False):
        for curve in sorted({one.case.curve for one in outcomes if one.case.varied == varied}):
            for fps in (30, 60):
                chosen = [one for one in outcomes if (one.case.curve, one.case.fps, one.case.varied) == (curve, fps, varied)]
                stepped = [one for one in chosen if bool(one.case.step_deg) == varied]
                pool = Pool([one.near for one in stepped])
                gain, error = slope(_by_curve(stepped))
                pairs = _pairs(chosen)
                shares = [f"{100 * step_shown(pairs, at):.0f} %" if pairs else "" for at in (1, 2, 3)]
                name = (
                    f"{curve} m/s" if curve in SPEEDS_MPS else curve.removesuffix("angs.txt") + (", varied" if varied else "")
                )
                line = [test, name, str(fps), str(pool.found), f"{pool.bias_deg:+.2f}°", f"{pool.sd_deg:.2f}°"]
                lines.append([*line, f"{gain:.2f} ± {error:.2f}", *shares, _missed(pool)])
    return lines


def _by_curve(outcomes: Sequence[Outcome]) -> list[list[Score]]:
    """Near legs, a list for each curve."""
    curves = sorted({one.case.curve for one in outcomes})
    return [[one.near for one in outcomes if one.case.curve == curve] for curve in curves]


def _pairs(outcomes: Sequence[Outcome]) -> list[tuple[Score, Score]]:
    """Runs with the step, paired with the same runs without it."""
    by_case = {one.case: one for one in outcomes}
    stepped = [one for one in outcomes if one.case.step_deg]
    plain = [by_case.get(replace(one.case, step_deg=0.0)) for one in stepped]
    return [(one.near, other.near) for one, other in zip(stepped, plain, strict=True) if other is not None]


def _found(test: str, what: str, pool: Pool) -> list[Figure]:
    every = pool.found + pool.missed
    return [
        none_of(test, f"{what}: strides missed", pool.missed, every),
        none_of(test, f"{what}: invented", pool.invented, every),
    ]


def _missed(pool: Pool) -> str:
    return f"{pool.missed}, {pool.invented} of {pool.found + pool.missed}"
