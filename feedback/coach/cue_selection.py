"""Selects the cue to give: at most one at a time, by priority, with minimum gaps, and ever fewer of them (fading)."""

from collections.abc import Callable, Sequence

from config.sections.coaching import FadingSettings
from config.sections.cue_rule import CueRule
from feedback.coach.judged_legs import JudgedLegs
from feedback.coach.rule import RuleState
from wire.clock import s_to_ns
from wire.messages import Side

MIN_CUE_GAP_S = 2.0
"""Two cues closer together than this, of any rules, would sound like one."""


def cue_probability(fading: FadingSettings, session_number: int) -> float:
    """Probability, 0 to 1, that a due cue is given in this session, counted from 1."""
    steps = fading.percent_by_session
    return steps[min(session_number, len(steps)) - 1] / 100


def is_cue_block(fading: FadingSettings, drill_s: float) -> bool:
    """Whether this moment of the drill, in seconds from its start, lies in a block with cues."""
    left_s, off_s = drill_s, fading.cues_off_s
    while off_s + fading.cues_off_growth_s > 0:
        if left_s < fading.cues_on_s:
            return True
        left_s -= fading.cues_on_s
        if left_s < off_s:
            return False
        left_s -= off_s
        off_s += fading.cues_off_growth_s
    return True


class CueSelector:
    """The rules, in the order of the settings. `chance` returns numbers from 0 up to 1, for the fading. Time is an argument."""

    def __init__(self, rules: Sequence[CueRule], chance: Callable[[], float]) -> None:
        self._rules = [RuleState(rule) for rule in rules]
        self._chance = chance
        self._last_cue_ns: int | None = None
        self._last_spoken_ns: int | None = None

    def apply_rules(self, rules: Sequence[CueRule]) -> None:
        """Apply changed rules. Unchanged ones keep their strides; rules of the same name keep their cooldown."""
        known = {state.rule.name: state for state in self._rules}
        self._rules = [known[rule.name].with_rule(rule) if rule.name in known else RuleState(rule) for rule in rules]

    def reset(self, side: Side | None = None) -> None:
        """Discard the strides so far, those of one leg or (None) all; cooldowns continue."""
        for state in self._rules:
            if side is None or state.is_about(side):
                state.reset()

    def add_stride(self, legs: JudgedLegs) -> None:
        """Add a trusted stride."""
        for state in self._rules:
            state.add_stride(legs)

    def select(self, at_ns: int, spoken_every_s: float, probability: float) -> RuleState | None:
        """The due rule of highest priority, the first one among equals; None if no cue may be given, or it has faded.

        A faded cue starts its rule's cooldown like a given one. Guard rules do not fade.
        """
        holding = {state.rule.name for state in self._rules if state.holds}
        due = [
            state
            for state in self._rules
            if state.is_due(at_ns)
            and (holding | state.guards).isdisjoint(state.rule.unless)
            and self._is_apart(state, at_ns, spoken_every_s)
        ]
        if not due:
            return None
        selected = max(due, key=lambda state: state.rule.priority)
        selected.mark_given(at_ns)
        if selected.rule.guard is None and self._chance() >= probability:
            return None
        self._last_cue_ns = at_ns
        if selected.rule.say:
            self._last_spoken_ns = at_ns
        return selected

    def _is_apart(self, state: RuleState, at_ns: int, spoken_every_s: float) -> bool:
        def passed(since_ns: int | None, gap_s: float) -> bool:
            return since_ns is None or at_ns - since_ns >= s_to_ns(gap_s)

        return passed(self._last_cue_ns, MIN_CUE_GAP_S) and passed(
            self._last_spoken_ns, spoken_every_s if state.rule.say else 0.0
        )
