"""The list of sessions as a table of text, for the terminal and for spreadsheets. Pure."""

from sessions.store.session_entry import SessionEntry

HEADINGS = ("session", "started", "runner", "near strides", "hip extension °", "", "folder")


def cells(one: SessionEntry) -> tuple[str, ...]:
    """A session's row."""
    return (
        str(one.id)[:8],
        started(one),
        one.runner,
        "" if one.near_strides is None else str(one.near_strides),
        extension(one),
        state(one),
        str(one.folder),
    )


def started(one: SessionEntry) -> str:
    """When it began, by the clock of the place where it was recorded, as its report says."""
    return f"{one.started:%Y-%m-%d %H:%M}"


def extension(one: SessionEntry) -> str:
    """The mean of the near leg's hip extension, degrees; "": there is none."""
    return "" if one.near_hip_extension_deg is None else f"{one.near_hip_extension_deg:.1f}"


def state(one: SessionEntry) -> str:
    """A word if it has not ended normally."""
    return "running" if one.running else "" if one.ended else "interrupted"
