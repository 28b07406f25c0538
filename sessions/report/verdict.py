"""A session's result in the runner's words: did it stay, how much, what to practise, what next, was the camera good. Pure."""

from collections import Counter
from dataclasses import dataclass

from config.measures import DEGREES, Measure
from config.sections.capture import KMH_PER_MPS
from config.sections.coaching import FadingSettings
from sessions.format.recorded import RecordedSession
from sessions.report.changes import MeanChange, changes
from sessions.report.cue_effects import praise_rules
from sessions.report.frame_figures import FrameFigures
from sessions.report.key_figures import belt_differs, legs_of, without_mean
from sessions.report.statistics import overall
from sessions.report.target import HIP, target_measure, wanted
from sessions.report.thigh_curve import belt_speed
from wire.messages import STRIDE_TONE
from wire.texts import ADVICE, STATES, digits

_KEPT_SHARE = 0.5
"""Share of the gain with cues that must remain without them to count as kept (as feedback/coach/summary.py)."""
_LEAST_DEG = 2.0
"""A smaller change is not worth acting on, even if it is more than chance (as feedback/coach/summary.py)."""
_GOOD_SHARE, _FAIR_SHARE = 0.95, 0.8
_SLOW_FPS = 24.0
_MOST_LOST_SHARE = 0.1


@dataclass(frozen=True)
class Verdict:
    """Sentences for the runner."""

    sentence: str
    before: str
    """The baseline's mean; "": there was none."""
    after: str
    """The mean without cues; of the drill, or of everything, if there is no other; "": none."""
    after_name: str
    leg: str
    """The leg of these two numbers; "": there is one camera."""
    practise: str
    next_time: str
    camera: str


def verdict(session: RecordedSession, frames: FrameFigures) -> Verdict:
    """The verdict on the measure that the session was about."""
    measure, legs = target_measure(session), legs_of(session)
    found = changes(session, measure.column)
    change, after_name = found.get("retention"), "after, without cues"
    if change is None:
        change, after_name = found.get("drill"), "with cues"
    mean = overall(session, measure.column)
    before = after = ""
    if change is not None:
        before, after = amount(measure, change.before.mean), amount(measure, change.after.mean)
    elif mean is not None:
        after, after_name = amount(measure, mean.mean), "mean"
    return Verdict(
        sentence=_legs_sentence(session, measure),
        before=before,
        after=after,
        after_name=after_name,
        leg=next(leg for leg, camera in legs if camera is session) if len(legs) > 1 else "",
        practise=_practise(session),
        next_time=_next_time(session),
        camera=_camera(session, frames),
    )


def amount(measure: Measure, value: float) -> str:
    """A value with its unit, such as "17.0°" or "172 steps a minute"."""
    decimals = 1 if measure.unit.mark == "°" else measure.decimals
    text = digits(value, f".{decimals}f")
    return f"{text} steps a minute" if measure.name == "cadence" else f"{text}{measure.unit.mark}"


def _legs_sentence(session: RecordedSession, measure: Measure) -> str:
    """With two cameras, a sentence for each leg: what one did says nothing about the other."""
    said = {leg: _sentence(camera, measure, changes(camera, measure.column), leg) for leg, camera in legs_of(session)}
    if len(said) == 1:
        return next(iter(said.values()))
    if len(set(said.values())) == 1:
        return f"Both legs: {next(iter(said.values()))}"
    return _means_sentence(session, measure) or " ".join(f"{leg.capitalize()}: {sentence}" for leg, sentence in said.items())


def _means_sentence(session: RecordedSession, measure: Measure) -> str:
    """Both legs' means, where nothing was compared; "" otherwise."""
    each = []
    for leg, camera in legs_of(session):
        mean = overall(camera, measure.column)
        if mean is None or changes(camera, measure.column) or belt_differs(camera, measure, "retention"):
            return ""
        each.append(f"{amount(measure, mean.mean)} with the {leg}")
    both = " and ".join(each)
    return f"You pushed {both} behind you on average." if measure is HIP else f"{measure.label}: {both}, on average."


def _sentence(session: RecordedSession, measure: Measure, found: dict[str, MeanChange], leg: str) -> str:
    drill, kept = found.get("drill"), found.get("retention")
    if kept is None:
        return _without_retention(session, measure, drill, leg)
    if kept.cadence_pct is not None:
        return (
            f"It is unclear whether it stayed: your cadence changed by {_signed(kept.cadence_pct)} %, "
            f"which alone changes {measure.label.lower()}."
        )
    direction = wanted(session)
    if not kept.real:
        return _nothing_kept(measure, drill, kept, direction)
    gain = 0.0 if drill is None else drill.change * direction
    partly = kept.change * direction < _KEPT_SHARE * gain
    if direction == 0:
        result = "It changed"
    elif kept.change * direction < 0:
        result = "It went the other way"
    else:
        small = measure.unit is DEGREES and round(abs(kept.change), 1) < _LEAST_DEG
        result = "Part of it stayed" if partly else "A little stayed" if small else "It stayed"
    with_cues = f"; with cues, it was {amount(measure, gain)}" if partly and kept.change * direction > 0 else ""
    return f"{result}: without cues, you {_did(measure, kept.change)} than before{with_cues}."


def _nothing_kept(measure: Measure, drill: MeanChange | None, kept: MeanChange, direction: int) -> str:
    """The sentence for a change without cues that could be chance."""
    if direction == 0:
        return "You held it: without cues, you ran as before."
    if drill is not None and drill.real and drill.change * direction > 0:
        return f"It did not stay: with cues, you {_did(measure, drill.change)}, without them about as before."
    return f"No clear change: without cues, you {_did(measure, kept.change)} than before, which could be chance."


def _without_retention(session: RecordedSession, measure: Measure, drill: MeanChange | None, leg: str) -> str:
    if belt_differs(session, measure, "retention"):
        return "It is unclear whether it stayed: without cues, the belt ran at a different speed than before."
    if drill is not None:
        sure = "" if drill.real else ", which could be chance"
        return f"With cues, you {_did(measure, drill.change)} than before{sure}; whether it stays was not tested."
    mean = overall(session, measure.column)
    if mean is not None:
        where = "pushed {} behind you" if measure is HIP else f"had {measure.label.lower()} of {{}}"
        return f"You {where.format(amount(measure, mean.mean))} on average, over {mean.strides} strides."
    return without_mean(session, leg)


def _did(measure: Measure, change: float) -> str:
    """What the runner did by this much, to be followed by "than before"."""
    size, more = amount(measure, abs(change)), change > 0
    if measure is HIP:
        return f"pushed {size} {'further' if more else 'less far'} behind you"
    if measure.name == "cadence":
        return f"took {abs(change):.0f} {'more' if more else 'fewer'} steps a minute"
    return f"had {size} {'more' if more else 'less'} {measure.label.lower()}"


def _practise(session: RecordedSession) -> str:
    """The most frequent cue's words, and the advice that the coach chose at the end of the session."""
    silent = {STRIDE_TONE, *praise_rules(session)}
    cues = Counter(str(row["text"]) for row in session.cues if row["text"] and row["rule"] not in silent)
    words = f"On the belt: “{cues.most_common(1)[0][0]}”. " if cues else ""
    summary = session.header.get("summary")
    chosen = summary.get("practise") if isinstance(summary, dict) else None
    advice = [text for name, text in ADVICE.items() if isinstance(chosen, list) and name in chosen]
    if advice:
        return words + f"{advice[0].title}. " + " ".join(text.text for text in advice)
    if isinstance(summary, dict):
        return words + "No exercise stood out: keep running with the cues."
    return words + "Run a whole session, with baseline, drill and retention: its result decides which exercise to practise."


def _next_time(session: RecordedSession) -> str:
    speed_mps = belt_speed(session)
    pace = "the same belt speed" if speed_mps is None else f"{KMH_PER_MPS * speed_mps:.1f} km/h again"
    same = f"Run at {pace}, with the camera in the same place, so that the two can be compared."
    if session.header.get("kind") == "clip":
        return "Film from the same place at the same speed, so that two clips can be compared."
    calibrated = any(row.get("standing_thigh_deg") is not None for row in session.strides)
    first = "" if calibrated else "Stand still beside the belt for three seconds first, which sets your zero. "
    count = session.header.get("session_number")
    if not session.runner or not isinstance(count, int):
        return f"{first}Give your name, so that your sessions are numbered and compared. {same}"
    share_pct = _cue_share_pct(session, count + 1)
    cues = "without cues" if share_pct == 0 else "with every cue" if share_pct == 100 else f"with {share_pct} % of the cues"
    return f"Session {count + 1}, {cues}. {first}{same}"


def _cue_share_pct(session: RecordedSession, number: int) -> int:
    """How often a due cue is given in a session, from the recorded settings."""
    try:
        fading = FadingSettings.model_validate(session.header.get("config", {}).get("fading") or {})
    except ValueError:
        fading = FadingSettings()
    return fading.percent_by_session[min(max(number, 1), len(fading.percent_by_session)) - 1]


def _camera(session: RecordedSession, frames: FrameFigures) -> str:
    fps = session.header.get("fps")
    rate = f", at {fps:.0f} frames a second" if fps else ""
    near = [row for row in session.strides if row["leg"] == "near"]
    lost = len(near) - len(session.trusted())
    share = frames.running.share
    if share is None:
        seen = f"{len(near) - lost} of {len(near)} strides were seen well enough"
        return f"The pictures are not on this machine; {seen}." if near else "The camera saw no stride."
    measured = f"{100 * share:.0f} % of the frames were measured while you ran{rate}"
    if fps and fps < _SLOW_FPS:
        return f"The camera was slow: {measured}. More light, or another camera mode, helps."
    if share >= _GOOD_SHARE and lost <= _MOST_LOST_SHARE * len(near):
        return f"The camera was good: {measured}."
    state = max(frames.running.reasons, key=lambda name: frames.running.reasons[name], default="")
    advice = next((text.detail for name, text in STATES.items() if name == state and text is not None and text.detail), "")
    left_out = f" {lost} of {len(near)} strides were too poorly seen to count." if lost else ""
    word = "fair" if share >= _FAIR_SHARE else "poor"
    return f"The camera was {word}: {measured}.{left_out} {advice}".strip()


def _signed(value: float) -> str:
    return digits(value, "+.0f")
