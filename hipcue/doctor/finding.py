"""The result of one check of the doctor."""

from dataclasses import dataclass

from wire.faults import FindingCode
from wire.texts import FINDINGS


@dataclass(frozen=True)
class Finding:
    """One result."""

    subject: str
    good: bool
    found: str
    advice: str = ""
    """What to do about it; "": nothing."""


def finding(code: FindingCode, **values: object) -> Finding:
    """A finding in the words of wire/texts.py."""
    text = FINDINGS[code]
    return Finding(text.subject.format(**values), text.good, text.found.format(**values), text.advice.format(**values))
