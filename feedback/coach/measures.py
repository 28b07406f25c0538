"""What a rule may speak of: the measures of a stride by name."""

from collections.abc import Callable

from wire.messages import Stride

OF_STRIDE: dict[str, Callable[[Stride], float | None]] = {
    "hip_extension": lambda stride: stride.hip_extension_deg,
    "hip_extension_trunk": lambda stride: stride.hip_extension_trunk_deg,
    "thigh_excursion": lambda stride: stride.thigh_excursion_deg,
    "knee_drive": lambda stride: stride.knee_drive_deg,
    "knee": lambda stride: stride.knee_deg,
    "ankle": lambda stride: stride.ankle_deg,
    "trunk_lean": lambda stride: stride.trunk_lean_deg,
    "cadence": lambda stride: stride.cadence_spm,
}
