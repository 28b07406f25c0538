"""The effect of each cue: the strides after it compared with those before. Pure.

A cue is given when strides are outside the band, so some of what follows is a return to the runner's mean that would have come
without it; a praise is given when they are inside. The effect is what was measured, not what the cue caused.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from config.measures import MEASURES, Measure
from config.sections.cue_rule import CueRule, when_parts
from sessions.format.recorded import RecordedSession
from sessions.format.rows import Floats, number
from sessions.report.target import target_measure
from wire.messages import STRIDE_TONE

STRIDES = 5
"""Number of strides before and after a cue."""
_LONGEST_S = 12.0
"""Five strides take four seconds; with a gap between them, they are not a response to the cue."""
_LEAST_CUES = 3
"""The interval of a mean over fewer cues is meaningless."""
_SIDES = frozenset({"left", "right"})
_GUARD_MEASURES = {"arching": "trunk_lean", "slow_cadence": "cadence"}


@dataclass(frozen=True)
class CueEffect:
    """One cue, in its measure's unit."""

    t_s: float
    before: float
    after: float
    half: float
    """Half the 95 % interval of the change: Student's t of two times five strides."""

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True)
class RuleEffect:
    """All cues of one rule that have five counted strides on either side."""

    rule: str
    words: str
    """The words said or shown."""
    measure: Measure
    """The measure that the rule is about."""
    given: int
    """Number of all cues of the rule, including those that cannot be judged."""
    effects: Sequence[CueEffect]

    @property
    def mean(self) -> float:
        """Mean change over the cues."""
        return float(np.mean([effect.change for effect in self.effects]))

    @property
    def half(self) -> float | None:
        """Half the 95 % interval of that mean, by Student's t over the cues; None for fewer than three."""
        count = len(self.effects)
        if count < _LEAST_CUES:
            return None
        sd = float(np.std([effect.change for effect in self.effects], ddof=1))
        return float(stdtrit(count - 1, 0.975)) * sd / math.sqrt(count)


def cue_effects(session: RecordedSession) -> list[RuleEffect]:
    """Effects by rule, most cues first; without rules whose cues cannot be judged, and without stride tones.

    With two cameras, those on the leg that this session's camera sees near: rules about the other leg are left out.
    """
    by_rule: dict[str, list[tuple[float, str]]] = {}
    for row in session.cues:
        if row["rule"] != STRIDE_TONE:
            by_rule.setdefault(str(row["rule"]), []).append((number(row["t_s"]), str(row["text"] or "")))
    rules = _rules(session)
    times_s = session.values("t_peak_s")
    phases = session.phase_names()
    found = []
    for name, cues in by_rule.items():
        if name in rules and rules[name].leg in _SIDES - {session.header.get("facing")}:
            continue
        measure = _measure(rules.get(name), target_measure(session))
        values = session.values(measure.column)
        known = np.isfinite(values)
        effects = [_effect(t_s, times_s[known], values[known], phases[known].tolist()) for t_s, _ in cues]
        judged = [effect for effect in effects if effect is not None]
        if judged:
            words = next((text for _, text in cues if text), name.replace("_", " "))
            found.append(RuleEffect(name, words, measure, len(cues), judged))
    return sorted(found, key=lambda one: -one.given)


def praise_rules(session: RecordedSession) -> set[str]:
    """The rules whose cue is for being in the band."""
    return {name for name, rule in _rules(session).items() if rule.guard is None and when_parts(rule.when)[1] == "in"}


def _effect(t_s: float, times_s: Floats, values: Floats, phases: Sequence[str]) -> CueEffect | None:
    first_after = int(np.searchsorted(times_s, t_s, side="right"))
    first, end = first_after - STRIDES, first_after + STRIDES
    if first < 0 or end > len(times_s) or times_s[end - 1] - times_s[first] > _LONGEST_S or len(set(phases[first:end])) > 1:
        return None
    before, after = values[first:first_after], values[first_after:end]
    sem = math.sqrt((np.var(before, ddof=1) + np.var(after, ddof=1)) / STRIDES)
    return CueEffect(t_s, float(before.mean()), float(after.mean()), float(stdtrit(2 * STRIDES - 2, 0.975)) * sem)


def _rules(session: RecordedSession) -> dict[str, CueRule]:
    """The rules in the recorded settings; entries that cannot be read are left out."""
    rules = session.header.get("config", {}).get("cue")
    found = {}
    for rule in rules if isinstance(rules, list) else []:
        try:
            checked = CueRule.model_validate(rule)
        except ValueError:
            continue
        found[checked.name] = checked
    return found


def _measure(rule: CueRule | None, target: Measure) -> Measure:
    if rule is None:
        return target
    if rule.guard is not None:
        return MEASURES.get(_GUARD_MEASURES.get(rule.guard, ""), target)
    return MEASURES[when_parts(rule.when)[0]]
