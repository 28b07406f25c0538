"""The drawings of a report. Each draws on the axes it is given and says whether there was anything to draw.

CAPTIONS tell what each one shows.

Colours are told apart by the colour-blind (Okabe & Ito 2008), and nothing is told by colour alone.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from feedback.sessions.changes import changes
from feedback.sessions.curve import POINTS, belt_speed, mean_curve, reference_curve
from feedback.sessions.recorded import Recorded, number
from feedback.sessions.rows import Floats, column
from feedback.sessions.statistics import (
    CAMERA_CHANGE_RMS,
    CAMERA_SIDE_RMS_DEG,
    SIDE_LIMIT_DEG,
    by_phase,
    near_minus_far,
    sides,
)
from wire.messages import STRIDE_TONE

NEAR, FAR, GREY, _CUE, _BAND = "#0072B2", "#D55E00", "#777777", "#CC79A7", "#009E73"
_OVER_STRIDES = 10
_TICKS_S, _MOST_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200), 9
_LEAST_SPAN_DEG = 8.0
"""A drawing of strides shows at least so much, so that mere scatter does not look like much."""
_LEAST_WORDED = 0.08
"""A phase that takes this share of the session has room for its name."""
_PHASE_WORDS = {"warm_up": "warm-up"}


def thigh_curve(session: Recorded, axes: Axes) -> bool:
    """Mean and SD of the near thigh over the stride beside the reference for the belt speed."""
    found = mean_curve(session)
    if found is None:
        return False
    name_axes(axes, "stride, % (0: peak of extension)", "thigh against vertical, °")
    stride_pct = np.linspace(0, 100, POINTS)
    low_deg, high_deg = found.mean_deg - found.sd_deg, found.mean_deg + found.sd_deg
    axes.fill_between(stride_pct, low_deg, high_deg, color=NEAR, alpha=0.25, linewidth=0, label="± SD")
    axes.plot(stride_pct, found.mean_deg, color=NEAR, linewidth=2, label=f"near leg, mean of {found.strides} strides")
    speed = belt_speed(session)
    speeds = (speed,) if speed is not None else (2.5, 4.5)
    for style, mps in zip(("--", ":"), speeds, strict=False):
        axes.plot(stride_pct, reference_curve(mps), style, color=GREY, label=f"28 runners at {mps:.1f} m/s")
    axes.axhline(0, color=GREY, linewidth=0.5)
    legend_below(axes, 4)
    return True


def strides_over_time(session: Recorded, axes: Axes) -> bool:
    """Hip extension stride by stride with each phase's mean, band, cues and phases."""
    near = session.trusted()
    if not near:
        return False
    _over_time(axes, session, "hip extension, °")
    t_min = column(near, "t_peak_s") / 60
    extension_deg = column(near, "hip_extension_deg")
    axes.plot(t_min, extension_deg, ".", color=NEAR, markersize=4, alpha=0.6, label="near leg, one stride")
    left_out = [row for row in session.strides if row["leg"] == "near" and number(row["quality"]) < session.min_quality]
    if left_out:
        where = column(left_out, "t_peak_s") / 60, column(left_out, "hip_extension_deg")
        axes.plot(*where, "x", color=GREY, markersize=4, label="left out: low quality")
    _draw_phases(axes, session, float(t_min[-1]))
    low_deg, high_deg = axes.get_ylim()
    short_deg = max(0.0, _LEAST_SPAN_DEG - (high_deg - low_deg)) / 2
    axes.set_ylim(low_deg - short_deg, high_deg + short_deg)
    phases = np.array([session.phase_at(60 * t) for t in t_min])
    for index, (phase, mean) in enumerate(by_phase(session, "hip_extension_deg").items()):
        within = t_min[phases == phase]
        label = "mean of the phase" if index == 0 else None
        axes.plot([within[0], within[-1]], [mean.mean] * 2, color="black", linewidth=1.8, label=label)
        if within[-1] - within[0] > _LEAST_WORDED * t_min[-1]:
            axes.text(within[-1], mean.mean, f"{mean.mean:.1f}° ", fontsize=9, weight="bold", ha="right", va="bottom")
    if cues := [row for row in session.cues if row["rule"] != STRIDE_TONE]:
        bottom = axes.get_ylim()[0]
        at_min = column(cues, "t_s") / 60
        axes.plot(at_min, np.full(len(at_min), bottom), "^", color=_CUE, markersize=7, clip_on=False, label="cue")
    legend_below(axes, 5)
    return True


def what_stayed(session: Recorded, axes: Axes) -> bool:
    """Drill and retention against the baseline, with their uncertainty and what it takes to be more than chance."""
    found = changes(session, "hip_extension_deg")
    if not found:
        return False
    name_axes(axes, "change of hip extension against the baseline, °", "")
    for row, change in enumerate(reversed(found.values())):
        label = "could be chance: below the minimal detectable change" if row == 0 else None
        axes.barh(row, 2 * change.mdc95, left=-change.mdc95, height=0.6, color=GREY, alpha=0.3, linewidth=0, label=label)
        axes.errorbar(change.change, row, xerr=change.ci95, fmt="D", color=NEAR, capsize=5, linewidth=2)
        axes.text(
            change.change, row + 0.2, f"{change.change:+.1f} ± {change.ci95:.1f}°", fontsize=9, weight="bold", ha="center"
        )
    axes.axvline(0, color=GREY, linewidth=1)
    axes.margins(x=0.1)
    axes.set_yticks(range(len(found)), [_PHASE_WORDS.get(phase, phase) for phase in reversed(found)])
    axes.set_ylim(-0.6, len(found) - 0.3)
    legend_below(axes, 1)
    return True


def near_and_far(session: Recorded, axes: Axes) -> bool:
    """Difference of the sides over the session, with its uncertainty and the limit of healthy runners."""
    found = sides(session)
    near = session.trusted()
    if found is None or len(near) < _OVER_STRIDES:
        return False
    _over_time(axes, session, "near minus far, °")
    t_s = column(near, "t_peak_s")
    difference_deg = _running_mean(near_minus_far(session, "hip_extension_deg"))
    low_deg, high_deg = difference_deg - found.uncertainty_deg, difference_deg + found.uncertainty_deg
    axes.fill_between(t_s / 60, low_deg, high_deg, color=NEAR, alpha=0.2, linewidth=0, label="95 % uncertainty")
    axes.plot(t_s / 60, difference_deg, color=NEAR, label=f"mean of {_OVER_STRIDES} strides")
    for limit_deg in (-SIDE_LIMIT_DEG, SIDE_LIMIT_DEG):
        label = "healthy runners: within ± 3°" if limit_deg > 0 else None
        axes.axhline(limit_deg, color=FAR, linestyle="--", linewidth=1, label=label)
    if not found.stated:
        axes.set_title(f"not stated: ± {found.uncertainty_deg:.1f}° is not below 3°", fontsize=9, loc="left", color=GREY)
    legend_below(axes, 3)
    return True


def triple_extension(session: Recorded, axes: Axes) -> bool:
    """When the knee was straightest and the ankle most plantarflexed, relative to the hip's peak."""
    near = session.trusted()
    timings = (("knee\nstraightest", "knee_straightest_ms"), ("ankle\npeak", "ankle_peak_ms"))
    values = [column(near, name)[np.isfinite(column(near, name))] for _, name in timings]
    if not any(len(one) for one in values):
        return False
    name_axes(axes, "ms relative to the hip's peak of extension", "")
    for row, one in enumerate(values):
        if len(one):
            axes.plot(one, row + np.linspace(-0.2, 0.2, len(one)), ".", color=NEAR, alpha=0.4, markersize=5)
            axes.errorbar(one.mean(), row, xerr=one.std(), fmt="D", color="black", capsize=5)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_yticks(range(len(timings)), [label for label, _ in timings])
    axes.set_ylim(-0.6, len(timings) - 0.4)
    return True


def tracking_quality(session: Recorded, axes: Axes) -> bool:
    """Each stride's quality with the limit, and where frames were not measured."""
    if not session.strides:
        return False
    _over_time(axes, session, "quality of a stride")
    for leg, colour, mark in (("near", NEAR, "."), ("far", FAR, "+")):
        rows = [row for row in session.strides if row["leg"] == leg]
        axes.plot(column(rows, "t_peak_s") / 60, column(rows, "quality"), mark, color=colour, markersize=4, label=f"{leg} leg")
    axes.axhline(session.min_quality, color="black", linestyle="--", linewidth=1, label="left out below")
    t_min = column(session.samples, "t_s") / 60
    missing = np.array([row["state"] != "measuring" for row in session.samples])
    if missing.any():
        axes.fill_between(
            t_min, 0, 1, where=missing, color=GREY, alpha=0.4, linewidth=0, step="post", label="frames not measured"
        )
    axes.set_ylim(0, 1.05)
    _draw_phases(axes, session, number(session.strides[-1]["t_peak_s"]) / 60, band=False)
    legend_below(axes, 4)
    return True


def cadence(session: Recorded, axes: Axes) -> bool:
    """Steps per minute over the session."""
    near = session.trusted()
    values = column(near, "cadence_spm")
    if not np.isfinite(values).any():
        return False
    _over_time(axes, session, "steps per minute")
    axes.plot(column(near, "t_peak_s") / 60, values, color=NEAR)
    middle = float(np.nanmedian(values))
    axes.set_ylim(min(middle - 10, float(np.nanmin(values))), max(middle + 10, float(np.nanmax(values))))
    _draw_phases(axes, session, number(near[-1]["t_peak_s"]) / 60, band=False)
    return True


PLOTS: dict[str, Callable[[Recorded, Axes], bool]] = {
    "The stride": thigh_curve,
    "Strides over the session": strides_over_time,
    "What stayed": what_stayed,
    "Near and far leg": near_and_far,
    "Triple extension": triple_extension,
    "Cadence": cadence,
    "Tracking": tracking_quality,
}
CAPTIONS = {
    "The stride": (
        "Near thigh against vertical (+ in front of the body, not zeroed), mean and standard deviation over the strides, from "
        "one peak of extension to the next. Dashed: mean of 28 treadmill runners at the belt's speed, or dashed and dotted at "
        "2.5 and 4.5 m/s where that is not known (Fukuchi, Fukuchi & Duarte 2017). An offset of a few degrees comes from "
        "camera, clothing and pose model: compare the shape and the change, not the height."
    ),
    "Strides over the session": (
        "Peak hip extension of each stride of the near leg (+ behind the body, zeroed in standing where it was calibrated). "
        "Black: the mean of each phase. Green: the target band, darker while cues may sound. Triangles: cues. One stride is "
        "known to about ± 2° (95 %, docs/accuracy.md)."
    ),
    "What stayed": (
        "Mean of the drill (with cues) and of the retention (without) minus that of the baseline, near leg, at one belt speed. "
        "Grey: what chance alone may show, the minimal detectable change MDC95 = 1.96 √(SEM₁² + SEM₂²). Bars: 95 % interval, "
        f"from the strides' scatter and from the camera: some {100 * CAMERA_CHANGE_RMS:.0f} % (root mean square) of the change."
    ),
    "Near and far leg": (
        "Difference of peak hip extension. Its uncertainty holds the strides' own scatter and how differently the camera sees "
        f"the two legs ({CAMERA_SIDE_RMS_DEG}° root mean square on a drawn runner with equal sides)."
    ),
    "Triple extension": (
        "Knee straightest and ankle most plantarflexed, per stride, relative to the hip's peak (0); diamond: mean and standard "
        "deviation. A sequence, not an instant: about 57 ms from first to last in 45 runners at 2.5 m/s. A frame lasts 17 ms "
        "at 60 fps and 33 ms at 30; smaller differences mean nothing."
    ),
    "Cadence": (
        "Steps per minute, over the last 6 strides each (± SD in the table). A change of more than 4 % moves hip extension by "
        "itself."
    ),
    "Tracking": (
        "How far each stride can be trusted, 0 to 1: certainty of the phase, visibility, frames seen, residual of the fit. "
        "Strides below the line are in no figure of this report."
    ),
}


def name_axes(axes: Axes, x_label: str, y_label: str) -> None:
    """What the axes show; no lines where there is no axis."""
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.spines[["top", "right"]].set_visible(False)


def _over_time(axes: Axes, session: Recorded, y_label: str) -> None:
    """The x axis in minutes, told as minutes and seconds."""
    name_axes(axes, "time, minutes:seconds", y_label)
    end_s = max((number(row["t_peak_s"]) for row in session.strides), default=0.0)
    step_s = next((step for step in _TICKS_S if end_s / step <= _MOST_TICKS), _TICKS_S[-1])
    axes.xaxis.set_major_locator(MultipleLocator(step_s / 60))
    axes.xaxis.set_major_formatter(lambda t_min, _: f"{round(60 * t_min) // 60}:{round(60 * t_min) % 60:02d}")


def legend_below(axes: Axes, columns: int) -> None:
    """Below the name of the x axis, so that it hides nothing."""
    handles, words = axes.get_legend_handles_labels()
    if handles:
        axes.legend(
            handles,
            words,
            fontsize=8,
            ncols=columns,
            frameon=False,
            loc="upper center",
            bbox_to_anchor=(0.5, 0),
            borderaxespad=4.5,
        )


def _draw_phases(axes: Axes, session: Recorded, end_min: float, band: bool = True) -> None:
    """A line and a word where a phase begins; the band where there was one."""
    starts_min = [number(row["t_s"]) / 60 for row in session.phases]
    before = ""
    for row, start_min, until_min in zip(session.phases, starts_min, (*starts_min[1:], end_min), strict=False):
        name = str(row["phase"])
        if name not in (before, "idle") and start_min <= end_min:
            axes.axvline(start_min, color=GREY, linewidth=0.8, linestyle=":")
            # The words of a phase that is over at once would stand on those of the next.
            words = _PHASE_WORDS.get(name, name) if until_min - start_min > _LEAST_WORDED * end_min else ""
            axes.text(
                start_min, 1.0, f" {words}", fontsize=8, color="#444444", transform=axes.get_xaxis_transform(), va="bottom"
            )
        before = name
        low_deg, high_deg = row["band_low_deg"], row["band_high_deg"]
        if band and low_deg is not None and high_deg is not None and row["measure"] == "hip_extension":
            share = 0.25 if row.get("cueing") else 0.12
            axes.fill_between([start_min, until_min], number(low_deg), number(high_deg), color=_BAND, alpha=share, linewidth=0)


def _running_mean(values: Floats) -> Floats:
    kernel = np.ones(min(_OVER_STRIDES, len(values)))
    summed: Floats = np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")
    return summed
