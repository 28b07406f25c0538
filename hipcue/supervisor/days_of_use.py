"""The last days on which HipCue was started, so that a clock that is wrong for a day or two deletes nothing."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timezone
from pathlib import Path

from config.paths import home
from config.small_file import SmallFileError, read_small_text
from sessions.format.durable import replace_text

CONFIRMING_DAYS = 3
"""A clock that is wrong on fewer days of use than this deletes nothing."""


def days_of_use_file() -> Path:
    """Path of the file: a line per day, such as "2026-11-29"."""
    return home() / "days_of_use.txt"


def note_day(file: Path, now: datetime) -> datetime | None:
    """Add the day to the file. Returns the latest time that has certainly passed (see `confirmed_time`)."""
    days = days_with(_read(file), now.astimezone(timezone.utc).date())
    with suppress(OSError):  # the previous days remain valid
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_text(file, "".join(f"{day.isoformat()}\n" for day in days))
    return confirmed_time(days)


def days_with(days: Sequence[date], today: date) -> list[date]:
    """The last different days of use, the present one last, whatever its date."""
    return [*(day for day in days if day != today), today][-CONFIRMING_DAYS:]


def confirmed_time(days: Sequence[date]) -> datetime | None:
    """The start of the earliest of the last days of use, in UTC: it has passed if the clock was right on any of them.

    None: there are too few of them.
    """
    return datetime.combine(min(days), time(), timezone.utc) if len(days) >= CONFIRMING_DAYS else None


def _read(file: Path) -> list[date]:
    try:
        return [date.fromisoformat(line) for line in read_small_text(file).split()]
    except (SmallFileError, ValueError):
        return []
