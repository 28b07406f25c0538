"""How the screen names a measure and formats its values."""

import math
from dataclasses import dataclass

from config.measures import MEASURES
from wire.messages import Band, Stride
from wire.texts import digits

TOLERANCE = 1e-6


@dataclass(frozen=True)
class MeasureFormat:
    """A measure's name, unit and decimals. `unit` follows the number without a space."""

    title: str
    unit: str = "°"
    decimals: int = 0

    def text(self, value: float | None) -> str:
        """A value with its unit, as in "−17°"; "–" for None."""
        return "–" if value is None else f"{self.digits(value)}{self.unit}"

    def digits(self, value: float) -> str:
        """A value without its unit; never "−0"."""
        return digits(value, f".{self.decimals}f")

    def spread(self, value: float) -> str:
        """A standard deviation, with one decimal more than the values."""
        return f"±{value:.{self.decimals + 1}f}{self.unit}"

    def band(self, band: Band) -> str:
        """A band, as in "16–20°", or "−2 to 2°" where a dash could be read as a minus sign."""
        low, high = (self.digits(edge) for edge in self.edges(band))
        return f"{low}{' to ' if low.startswith('−') else '–'}{high}{self.unit}"

    def edges(self, band: Band) -> tuple[float, float]:
        """The lowest and highest numbers inside the band that have these decimals."""
        step = 10.0**-self.decimals
        low, high = (
            math.ceil(band.low_deg / step - TOLERANCE) * step,
            math.floor(band.high_deg / step + TOLERANCE) * step,
        )
        return (low, high) if low <= high else (band.low_deg, band.high_deg)

    def rounded_to_side(self, value: float, band: Band) -> float:
        """The value rounded to its own side of the band's edges: 15.6 is below a band from 16 and must not read 16."""
        step, rounded = 10.0**-self.decimals, round(value, self.decimals)
        low, high = self.edges(band)
        if value < band.low_deg:
            return min(rounded, low - step)
        if value > band.high_deg:
            return max(rounded, high + step)
        return min(high, max(low, rounded))


def format_of(measure: str) -> MeasureFormat:
    """A measure's format. An unknown measure gets its name as a title, and its values are None."""
    if measure not in MEASURES:
        return MeasureFormat(measure.replace("_", " ").capitalize())
    row = MEASURES[measure]
    return MeasureFormat(row.label, row.unit.mark, row.decimals)


HIP_EXTENSION = format_of("hip_extension")


def measure_of(stride: Stride, measure: str) -> float | None:
    """A stride's value of a measure; None if it was not measured or the measure is unknown."""
    return finite(stride.value(MEASURES[measure].column)) if measure in MEASURES else None


def finite(value: object) -> float | None:
    """The value if it can be drawn, else None: MessagePack also carries infinities and NaN."""
    if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < 1e6:
        return float(value)
    return None
