"""How each measure is named, written and read out of a stride."""

import math
from dataclasses import dataclass

from config.measures import INFO
from wire.messages import Band, Stride

ROUNDING = 1e-6


@dataclass(frozen=True)
class MeasureLook:
    """A measure on the screen. `unit` follows the number without a space."""

    title: str
    unit: str = "°"
    decimals: int = 0

    def worded(self, value: float | None) -> str:
        """A value with its unit, as in "−17°"; "–" for none."""
        return "–" if value is None else f"{self.digits(value)}{self.unit}"

    def digits(self, value: float) -> str:
        """A value without its unit; never "−0"."""
        text = f"{value:.{self.decimals}f}".replace("-", "−")
        return text if text.strip("−0.") else text.removeprefix("−")

    def spread(self, value: float) -> str:
        """A standard deviation: one decimal more than the values it is of."""
        return f"±{value:.{self.decimals + 1}f}{self.unit}"

    def band(self, band: Band) -> str:
        """A band, as in "16–20°"; "to" where a minus sign would read as a dash."""
        low, high = (self.digits(edge) for edge in self.edges(band))
        return f"{low}{' to ' if low.startswith('−') else '–'}{high}{self.unit}"

    def edges(self, band: Band) -> tuple[float, float]:
        """The lowest and the highest number inside the band that can be written with these decimals."""
        step = 10.0**-self.decimals
        low, high = math.ceil(band.low_deg / step - ROUNDING) * step, math.floor(band.high_deg / step + ROUNDING) * step
        return (low, high) if low <= high else (band.low_deg, band.high_deg)

    def beside(self, value: float, band: Band) -> float:
        """The value rounded so that it lies where it does: 15.6 below a band from 16 must not read as 16."""
        step, rounded = 10.0**-self.decimals, round(value, self.decimals)
        low, high = self.edges(band)
        if value < band.low_deg:
            return min(rounded, low - step)
        if value > band.high_deg:
            return max(rounded, high + step)
        return min(high, max(low, rounded))


HIP_EXTENSION = MeasureLook("Hip extension")
_LOOKS = {
    "hip_extension": HIP_EXTENSION,
    "hip_extension_trunk": MeasureLook("Hip extension to trunk"),
    "thigh_excursion": MeasureLook("Thigh excursion"),
    "knee_drive": MeasureLook("Knee drive"),
    "knee": MeasureLook("Knee at push-off"),
    "ankle": MeasureLook("Ankle at push-off"),
    "trunk_lean": MeasureLook("Trunk lean"),
    "cadence": MeasureLook("Cadence", ""),
    "stride_time": MeasureLook("Stride time", " s", 2),
    "step_length": MeasureLook("Step length", " m", 2),
    "overstride": MeasureLook("Foot ahead of hip", "", 2),
    "vertical_oscillation": MeasureLook("Up and down", "", 2),
    "rebound": MeasureLook("Rebound", " ms"),
    "swing_velocity": MeasureLook("Swing speed", "°/s"),
    "knee_straightest": MeasureLook("Knee straightest", " ms"),
    "ankle_peak": MeasureLook("Ankle peak", " ms"),
    "triple_spread": MeasureLook("Triple extension", " ms"),
    "contact": MeasureLook("Contact time", " ms"),
    "flight": MeasureLook("Flight time", " ms"),
    "quality": MeasureLook("Quality", "", 2),
}


def measure_look(measure: str) -> MeasureLook:
    """The look of a measure, also of one not known here, whose values are then all None."""
    return _LOOKS.get(measure) or MeasureLook(measure.replace("_", " ").capitalize())


def measure_of(stride: Stride, measure: str) -> float | None:
    """A stride's value of a measure; None if it was not taken or the measure is unknown."""
    return finite(getattr(stride, INFO[measure].field)) if measure in INFO else None


def finite(value: object) -> float | None:
    """The value if it is a number that can be drawn; infinities and NaN pass through MessagePack unhindered."""
    if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < 1e6:
        return float(value)
    return None
