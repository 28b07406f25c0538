"""What to practise between sessions, chosen by what was measured. Training advice in three strategies, never medical."""

from dataclasses import dataclass

from wire.messages import Advice, PhaseResult

LEAST_CHANGE_DEG = 2.0
"""Smaller differences between two means are not acted on (docs/measures.md)."""
LEAST_STRIDES = 10
ARCHED_SHARE = 0.1
KEPT_SHARE = 0.5
EXTENSION = ("hip_extension", "hip_extension_trunk", "thigh_excursion")
"""The measures that the mobility and strength advice is about."""

LUMBAR_PELVIC_CONTROL = Advice(
    "lumbar_pelvic_control",
    "Your trunk leaned back when you pushed further. Practise a steady trunk: planks and dead bugs, ribs over hips, three "
    "times a week.",
)
HIP_FLEXOR_MOBILITY = Advice(
    "hip_flexor_mobility",
    "The push went little further than at the start. Loosen the front of the hips: half-kneeling stretch, two times 45 s a "
    "side, most days.",
)
GLUTE_ACTIVATION_LOST = Advice(
    "glute_activation",
    "The longer push was there with cues and went without. Make it a habit: bridges and single-leg bridges before you run, two "
    "times 12 a side.",
)
GLUTE_ACTIVATION_KEPT = Advice(
    "glute_activation",
    "The longer push stayed. Keep it: bridges and single-leg bridges before you run, two times 12 a side.",
)


@dataclass(frozen=True)
class Findings:
    """What the advice rests on."""

    measure: str
    may_grow: bool
    """Whether more of the measure was asked for."""
    baseline: PhaseResult | None
    drill: PhaseResult | None
    retention: PhaseResult | None
    arched: int
    """Strides of the drill at which the arching guard held."""


def practise(findings: Findings) -> tuple[Advice, ...]:
    """One or two things, the most telling first; nothing where too little was measured."""
    drill = findings.drill
    if drill is None or drill.strides < LEAST_STRIDES:
        return ()
    advice = [LUMBAR_PELVIC_CONTROL] if findings.arched >= ARCHED_SHARE * drill.strides else []
    if findings.measure in EXTENSION and findings.may_grow and findings.baseline is not None:
        gain = drill.mean - findings.baseline.mean
        if gain < LEAST_CHANGE_DEG:
            advice.append(HIP_FLEXOR_MOBILITY)
        elif findings.retention is not None and findings.retention.strides >= LEAST_STRIDES:
            kept = findings.retention.mean - findings.baseline.mean
            advice.append(GLUTE_ACTIVATION_KEPT if kept >= KEPT_SHARE * gain else GLUTE_ACTIVATION_LOST)
    return tuple(advice)
