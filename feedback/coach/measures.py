"""What a rule may speak of: the measures of a stride by name (config/measures.py has their fields, units and ranges)."""

from config.measures import INFO
from wire.messages import Stride


def value_of(stride: Stride, measure: str) -> float | None:
    """A stride's value of a measure; None: it was not taken."""
    value: float | None = getattr(stride, INFO[measure].field)
    return value
