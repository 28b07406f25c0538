"""The result of one check of the doctor."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One result."""

    subject: str
    good: bool
    found: str
    advice: str = ""
    """What to do about it; "": nothing."""
