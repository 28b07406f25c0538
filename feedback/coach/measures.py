"""What a rule may speak of: the measures of a stride by name (config/measures.py has their units and ranges)."""

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
    "stride_time": lambda stride: stride.stride_time_s,
    "step_length": lambda stride: stride.step_length_m,
    "overstride": lambda stride: stride.overstride_leg,
    "vertical_oscillation": lambda stride: stride.vertical_oscillation_leg,
    "rebound": lambda stride: stride.rebound_ms,
    "swing_velocity": lambda stride: stride.swing_velocity_dps,
    "knee_straightest": lambda stride: stride.knee_straightest_ms,
    "ankle_peak": lambda stride: stride.ankle_peak_ms,
    "triple_spread": lambda stride: stride.triple_spread_ms,
    "contact": lambda stride: stride.contact_ms,
    "flight": lambda stride: stride.flight_ms,
    "quality": lambda stride: stride.quality,
}
