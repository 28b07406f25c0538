"""The drawings of a session's report: from its rows to the typed inputs of sessions/charts."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from config.measures import MEASURES, Measure
from config.reference import SIDE_LIMIT_DEG
from sessions.charts.intervals import Row as IntervalRow
from sessions.charts.intervals import Rows, interval_rows
from sessions.charts.lines import Columns, Dots, Level, Line, LineChart, line_chart
from sessions.charts.push_off import FarLeg, Posture, PushOff, push_off
from sessions.charts.stride_timeline import BandSpan, Event, Kind, PhaseSpan, StrideMark, StrideTimeline, stride_timeline
from sessions.charts.svg import COLUMN, NARROW, SMALL, WIDE
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import Floats, column, known, mean_known, number
from sessions.report.changes import changes
from sessions.report.cue_effects import STRIDES, RuleEffect
from sessions.report.document import Figure
from sessions.report.frame_figures import POINTS, FrameFigures
from sessions.report.guard_times import GuardTimes
from sessions.report.key_figures import left_right_words, legs_of
from sessions.report.left_right import left_right
from sessions.report.statistics import CAMERA_CHANGE_RMS, CAMERA_SIDE_RMS_DEG, LEAST_STRIDES, by_phase, near_minus_far, sides
from sessions.report.target import HIP, PHASE_NAMES, last_band, phase_spans, target_measure, target_spans
from sessions.report.thigh_curve import belt_speed, reference_curve, reference_far_leg
from sessions.report.verdict import amount
from wire.messages import STRIDE_TONE
from wire.texts import digits

_OVER_STRIDES = 10
_LEAST_SPAN = {"hip_extension": 8.0, "cadence": 12.0}
"""Least span of a chart of strides, so that mere scatter does not look large."""
_TRIPLE = (("Knee straightest", "knee_straightest_ms"), ("Ankle pushed down furthest", "ankle_peak_ms"))


def push_off_figure(session: RecordedSession, frames: FrameFigures) -> Figure | None:
    """The runner's own push-off, baseline against retention (or drill); None without strides."""
    near = session.trusted()
    phases = session.phase_names()
    if len(near) < LEAST_STRIDES:
        return None
    found = changes(session, HIP.column)
    after_phase = next((phase for phase in ("retention", "drill") if phase in found), None)
    after_rows = [row for row, phase in zip(near, phases, strict=True) if phase == after_phase] if after_phase else near
    before_rows = [row for row, phase in zip(near, phases, strict=True) if phase == "baseline"] if after_phase else []
    after, before = _posture(after_rows), _posture(before_rows) if before_rows else None
    if after is None:
        return None
    after_deg = float(np.nanmean(column(after_rows, HIP.column)))
    zero_deg = after.thigh_deg + after_deg
    far = frames.far_leg or reference_far_leg(belt_speed(session))
    after_name = {"retention": "after", "drill": "with cues", None: "mean"}[after_phase]
    data = PushOff(
        before=before,
        after=after,
        before_words="" if before is None else f"before {amount(HIP, float(np.nanmean(column(before_rows, HIP.column))))}",
        after_words=f"{after_name} {amount(HIP, after_deg)}",
        zero_deg=zero_deg,
        far=FarLeg(far.thigh_deg, far.knee_deg, far.ankle_deg),
        band_deg=last_band(session, HIP),
        facing="left" if session.header.get("facing") == "left" else "right",
    )
    caption = (
        "Your push-off at its furthest, as measured: near leg and trunk are means of your strides"
        + ("; grey: baseline, blue: " + {"retention": "without cues", "drill": "with cues"}[after_phase] if after_phase else "")
        + ". The scale counts hip extension in degrees."
    )
    return Figure("Your push-off", caption, push_off(data))


def _near(session: RecordedSession, measure: Measure) -> list[Row]:
    return [row for row in session.strides if row["leg"] == "near" and row.get(measure.column) is not None]


def timeline_figure(
    session: RecordedSession, guards: Sequence[GuardTimes], beside: Sequence[RecordedSession] = ()
) -> Figure | None:
    """Strides over the session, with phases, bands, cues and guards; None without strides.

    `beside`: sessions whose timelines have the same scale, as of the other leg.
    """
    measure = target_measure(session)
    near = _near(session, measure)
    if not near:
        return None
    bands = target_spans(session, measure)
    means = {phase: mean.mean for phase, mean in by_phase(session, measure.column).items()}

    def mark(row: Row) -> StrideMark:
        t_s, value = number(row["t_peak_s"]), number(row[measure.column])
        phase = session.phase_at(t_s)
        band = next((one for one in reversed(bands) if one.start_s <= t_s <= one.end_s), None)
        kind: Kind = "free" if band is None else "inside" if band.low <= value <= band.high else "outside"
        if number(row["quality"]) < session.min_quality:
            kind = "left_out"
        return StrideMark(round(number(row["stride"])), t_s, value, kind, PHASE_NAMES.get(phase, phase))

    data = StrideTimeline(
        label=measure.label,
        mark=measure.unit.mark,
        strides=[mark(row) for row in near],
        phases=[
            PhaseSpan(PHASE_NAMES.get(span.name, span.name), span.start_s, span.end_s, means.get(span.name))
            for span in phase_spans(session)
        ],
        bands=[BandSpan(one.start_s, one.end_s, one.low, one.high, one.cueing) for one in bands],
        cues=[
            Event(number(row["t_s"]), number(row["t_s"]), str(row["text"] or row["rule"]))
            for row in session.cues
            if row["rule"] != STRIDE_TONE
        ],
        guards=[
            Event(start_s, end_s, f"{guard.name}: {guard.condition}") for guard in guards for start_s, end_s in guard.spans_s
        ],
        least_span=_LEAST_SPAN.get(measure.name, 0.1 * (measure.high - measure.low)),
        also_spans=[
            *(number(row[measure.column]) for other in beside for row in _near(other, measure)),
            *(end for other in beside for one in target_spans(other, measure) for end in (one.low, one.high)),
        ],
    )
    caption = (
        "Each mark is a stride of the near leg; the band is darker while cues may sound. "
        "One stride is measured to about ± 2° (95 %)."
    )
    return Figure("Strides over the session", caption, stride_timeline(data, WIDE), stride_timeline(data, NARROW), across=True)


def changes_figure(session: RecordedSession) -> Figure | None:
    """Drill and retention against the baseline, of each leg, with what could be chance; None without a baseline."""
    measure, legs = target_measure(session), legs_of(session)
    names = {"drill": "drill, with cues", "retention": "retention, without cues"}
    rows = []
    for leg, camera in legs:
        for phase, change in changes(camera, measure.column).items():
            name = f"{leg}, {names[phase]}" if len(legs) > 1 else names[phase]
            words = _signed(measure, change.change, change.ci95)
            rows.append(IntervalRow(name.capitalize(), words, change.change, change.ci95, change.real, change.mdc95))
    if not rows:
        return None
    caption = (
        f"{measure.label} against your own baseline, strides at the baseline's belt speed. Bars: 95 % interval, from the "
        f"strides' scatter and the camera's part (about {100 * CAMERA_CHANGE_RMS:.0f} % of the change)."
    )
    label = f"Change of {measure.label.lower()} against the baseline"
    drawn = interval_rows(Rows(label, f"{label}{_unit(measure)}", rows), COLUMN.width)
    return Figure("What stayed", caption, drawn)


def cue_effects_figure(found: Sequence[RuleEffect], measure: Measure) -> Figure | None:
    """The effect of the cues about the target's measure; None without any."""
    about = [one for one in found if one.measure is measure]
    rows = []
    for one in about:
        half = one.half
        words = _signed(measure, one.mean, half) if half is not None else f"{_plain(measure, one.mean)}, too few cues"
        sure = half is not None and abs(one.mean) > half
        rows.append(
            IntervalRow(
                f"{one.words} ({len(one.effects)})",
                words,
                one.mean,
                half or 0.0,
                sure,
                each=[effect.change for effect in one.effects],
            )
        )
    if not rows:
        return None
    caption = (
        f"Mean of the {STRIDES} strides after a cue minus that of the {STRIDES} before it, over the cues of each rule (their "
        "number in brackets), with its 95 % interval. A cue comes when strides are outside the band, so some of the way back "
        "is chance."
    )
    label = f"Change of {measure.label.lower()} after a cue"
    drawn = interval_rows(Rows(label, f"{label}{_unit(measure)}", rows, each_words="one cue"), COLUMN.width)
    return Figure("Effect of each cue", caption, drawn)


def triple_extension_figure(session: RecordedSession) -> Figure | None:
    """When knee and ankle were furthest, relative to the hip's peak; None where that was not measured."""
    near = session.trusted()
    rows = []
    for name, where in _TRIPLE:
        values = known(column(near, where))
        if len(values):
            mean, sd = float(values.mean()), float(values.std())
            words = f"{digits(mean, '+.0f')} ± {sd:.0f} ms"
            rows.append(IntervalRow(name, words, mean, sd, each=values.tolist()))
    if not rows:
        return None
    caption = (
        "Times relative to the hip's peak of extension (0), with their SD. It is a sequence, not an instant: some 57 ms from "
        "first to last in 45 runners at 2.5 m/s. The frame rate limits it."
    )
    data = Rows("Triple extension", "ms before (−) or after (+) the hip's peak", rows, "one stride", "mean, with its SD")
    return Figure("Triple extension", caption, interval_rows(data, COLUMN.width))


def curve_figure(session: RecordedSession, frames: FrameFigures) -> Figure | None:
    """Mean and SD of the near thigh over the stride against the reference at the belt's speed; None without frames."""
    curve = frames.curve
    if curve is None:
        return None
    stride_pct = np.linspace(0, 100, POINTS).tolist()
    speed = belt_speed(session)
    speeds = (speed,) if speed is not None else (2.5, 4.5)
    references = [
        Line(f"28 runners at {mps:.1f} m/s", stride_pct, reference_curve(mps).tolist(), f"line-before line {css}")
        for css, mps in zip(("dashed", "dotted"), speeds, strict=False)
    ]
    own = Line(
        f"your near leg, {curve.strides} strides",
        stride_pct,
        curve.mean_deg.tolist(),
        half=curve.sd_deg.tolist(),
        half_words="± SD",
    )
    data = LineChart(
        label=f"Thigh over the stride: from {curve.mean_deg.min():.0f}° behind to {curve.mean_deg.max():.0f}° in front",
        x_label="stride, % (0: peak of extension)",
        y_label="thigh against vertical, °",
        lines=[*references, own],
        levels=[Level("", 0.0, "line-axis thin")],
        x_range=(0.0, 100.0),
    )
    caption = (
        "Near thigh against vertical, + in front of the body, not zeroed. Dashed: 28 treadmill runners at the belt's speed "
        "(Fukuchi, Fukuchi & Duarte 2017); if that is not known, at 2.5 and 4.5 m/s. Compare the shape and the change, not the "
        "height: camera, clothing and pose model shift it by a few degrees."
    )
    return Figure("The stride against other runners", caption, line_chart(data, COLUMN))


def left_right_figure(session: RecordedSession) -> Figure | None:
    """Left minus right by two cameras; None for a session with one, and where the difference is too uncertain to be stated."""
    found = left_right(session)
    if found is None or not found.stated:
        return None
    words = left_right_words(found).partition(":")[0]
    row = IntervalRow("Left minus right", words, found.difference_deg, found.ci95_deg, found.differs, SIDE_LIMIT_DEG)
    caption = (
        f"Hip extension left {found.left.text}°, right {found.right.text}°, each by the camera that sees the leg near, over "
        f"{found.left.strides} strides."
    )
    data = Rows("Left and right", "Left minus right, °", [row], chance_words="healthy runners: within ± 3°")
    return Figure("Left and right", caption, interval_rows(data, COLUMN.width))


def sides_figure(session: RecordedSession) -> Figure | None:
    """Difference of the sides over the session, with its uncertainty and the limit for healthy runners."""
    found = None if session.has_both_sides else sides(session)
    near = session.trusted()
    if found is None or len(near) < _OVER_STRIDES:
        return None
    t_s = column(near, "t_peak_s").tolist()
    difference = _running_mean(near_minus_far(session, HIP.column)).tolist()
    half = [found.uncertainty_deg] * len(t_s)
    data = LineChart(
        label=f"Near minus far: {digits(found.difference_deg, '+.1f')} ± {found.uncertainty_deg:.1f}°",
        x_label="",
        y_label="near minus far, °",
        lines=[Line(f"mean of {_OVER_STRIDES} strides", t_s, difference, half=half, half_words="95 % uncertainty")],
        levels=[
            Level(f"healthy runners: within ± {SIDE_LIMIT_DEG:g}°", SIDE_LIMIT_DEG, "line-change thin dashed"),
            Level("", -SIDE_LIMIT_DEG, "line-change thin dashed"),
        ],
        x_range=(0.0, max(t_s[-1], 1.0)),
        time=True,
    )
    limit = f"± {found.uncertainty_deg:.1f}° is not below {SIDE_LIMIT_DEG:g}°"
    not_stated = "" if found.stated else f"Not stated as a figure: {limit}. "
    caption = (
        f"{not_stated}Hip extension of each near stride minus that of the far ones around it. The uncertainty contains the "
        f"strides' scatter and {CAMERA_SIDE_RMS_DEG:g}° (root mean square) by which a camera sees the two legs differently."
    )
    return Figure("Near and far leg", caption, line_chart(data, SMALL))


def cadence_figure(session: RecordedSession) -> Figure | None:
    """Steps per minute over the session."""
    near = session.trusted()
    values = column(near, "cadence_spm")
    if not np.isfinite(values).any():
        return None
    t_s = column(near, "t_peak_s")
    data = LineChart(
        label=f"Cadence over the session, {np.nanmean(values):.0f} steps a minute on average",
        x_label="",
        y_label="steps a minute",
        lines=[Line("near leg, over 6 strides", t_s.tolist(), values.tolist())],
        x_range=(0.0, max(float(t_s.max()), 1.0)),
        least_span=20.0,
        time=True,
    )
    return Figure("Cadence", "A change of more than 4 % alone changes hip extension.", line_chart(data, SMALL))


def tracking_figure(session: RecordedSession, frames: FrameFigures) -> Figure | None:
    """Each stride's quality, the limit, and when frames were not measured."""
    if not session.strides:
        return None

    def dots(leg: str, css: str) -> Dots:
        rows = [row for row in session.strides if row["leg"] == leg]
        return Dots(f"{leg} leg", column(rows, "t_peak_s").tolist(), column(rows, "quality").tolist(), css, leg == "far")

    data = LineChart(
        label="Quality of each stride over the session",
        x_label="",
        y_label="quality",
        dots=[dots("far", "line-far thin"), dots("near", "fill-good half")],
        levels=[Level("left out below", session.min_quality, "line-ink thin dashed")],
        columns=Columns("frames not measured", frames.bin_s, frames.missing) if frames.missing else None,
        x_range=(0.0, max([number(row["t_peak_s"]) for row in session.strides] + [1.0])),
        y_range=(0.0, 1.05),
        time=True,
    )
    caption = (
        "0 to 1: certainty of the phase, visibility, frames seen, residual of the fit. Strides below the line are left out of "
        "every figure of this report."
    )
    return Figure("Tracking", caption, line_chart(data, SMALL))


def drawn(makers: Iterable[Callable[[], Figure | None]]) -> list[Figure]:
    """The figures for which there was something to draw."""
    return [figure for figure in (make() for make in makers) if figure is not None]


def _posture(rows: Sequence[Row]) -> Posture | None:
    """Means at the peak of extension; angles that were not measured are those of a runner."""
    thigh_deg = known(column(rows, "thigh_min_deg"))
    if not len(thigh_deg):
        thigh_deg = -known(column(rows, HIP.column))
    if not len(thigh_deg):
        return None
    others = (("knee_deg", 18.0), ("ankle_deg", -15.0), ("trunk_lean_deg", 8.0))
    return Posture(float(thigh_deg.mean()), *(mean_known(column(rows, name), usual) for name, usual in others))


def _running_mean(values: Floats) -> Floats:
    kernel = np.ones(min(_OVER_STRIDES, len(values)))
    summed: Floats = np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")
    return summed


def _signed(measure: Measure, value: float, half: float) -> str:
    return f"{_plain(measure, value).removesuffix(measure.unit.mark)} ± {half:.{_decimals(measure)}f}{measure.unit.mark}"


def _plain(measure: Measure, value: float) -> str:
    return digits(value, f"+.{_decimals(measure)}f") + measure.unit.mark


def _decimals(measure: Measure) -> int:
    return 1 if measure.unit.mark == MEASURES["hip_extension"].unit.mark else max(1, measure.decimals)


def _unit(measure: Measure) -> str:
    return f", {measure.unit.mark.strip() or measure.unit.name}"
