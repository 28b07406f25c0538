"""What the doctor says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    found: str
    advice: str = ""
    """What to do about it, where it is not good or could be better."""
