"""A session's target: the measure, the bands over time, and the direction. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from config.measures import MEASURES, Measure
from sessions.format.recorded import RecordedSession
from sessions.format.row_schema import Row
from sessions.format.rows import number

HIP = MEASURES["hip_extension"]
PHASE_NAMES = {"warm_up": "warm-up"}
"""Names of phases for people, where they differ."""
_NOT_RUN = ("idle", "summary")


@dataclass(frozen=True)
class Span:
    """A part of the session, seconds since its start."""

    name: str
    """The phase's name, as in phases.csv."""
    start_s: float
    end_s: float


@dataclass(frozen=True)
class TargetSpan:
    """A band from start to end."""

    start_s: float
    end_s: float
    low: float
    high: float
    cueing: bool


def target_measure(session: RecordedSession) -> Measure:
    """The measure that the drill was about; hip extension for a session without one."""
    named = [str(row["measure"]) for row in session.phases if row["phase"] == "drill"]
    return MEASURES.get(named[-1], HIP) if named else HIP


def wanted(session: RecordedSession) -> int:
    """+1: the drill asked for more than the baseline, −1: for less, 0: to stay as it was."""
    for row in reversed(session.phases):
        low, high, baseline = (row.get(name) for name in ("band_low_deg", "band_high_deg", "baseline_deg"))
        if row["phase"] == "drill" and low is not None and high is not None and baseline is not None:
            return (number(low) > number(baseline)) - (number(high) < number(baseline))
    return 1


def phase_spans(session: RecordedSession) -> list[Span]:
    """The phases in which somebody ran or stood, with their start and end; none for a session without phases."""
    spans: list[Span] = []
    for row, start_s, end_s in _rows(session):
        name = str(row["phase"])
        if spans and spans[-1].name == name:
            spans[-1] = Span(name, spans[-1].start_s, end_s)
        else:
            spans.append(Span(name, start_s, end_s))
    return [span for span in spans if span.name not in _NOT_RUN and span.end_s > span.start_s]


def target_spans(session: RecordedSession, measure: Measure) -> list[TargetSpan]:
    """The bands for this measure, in the order of time; equal ones that follow each other are one."""
    spans: list[TargetSpan] = []
    for row, start_s, end_s in _rows(session):
        low, high = row["band_low_deg"], row["band_high_deg"]
        if low is None or high is None or row["measure"] != measure.name or row["phase"] in _NOT_RUN or end_s <= start_s:
            continue
        span = TargetSpan(start_s, end_s, number(low), number(high), bool(row.get("cueing")))
        last = spans[-1] if spans else None
        if last is not None and (last.end_s, last.low, last.high, last.cueing) == (start_s, span.low, span.high, span.cueing):
            spans[-1] = TargetSpan(last.start_s, end_s, span.low, span.high, span.cueing)
        else:
            spans.append(span)
    return spans


def last_band(session: RecordedSession, measure: Measure) -> tuple[float, float] | None:
    """The band at the end of the drill; None: there was none."""
    spans = target_spans(session, measure)
    return (spans[-1].low, spans[-1].high) if spans else None


def _rows(session: RecordedSession) -> Sequence[tuple[Row, float, float]]:
    """The rows of the phases with the times at which they begin and end; the last one ends with the last stride."""
    if not session.phases:
        return []
    last_s = max((number(row["t_peak_s"]) for row in session.strides), default=0.0)
    starts_s = [number(row["t_s"]) for row in session.phases]
    return [(row, *times) for row, times in zip(session.phases, pairwise([*starts_s, max(last_s, starts_s[-1])]), strict=True)]
