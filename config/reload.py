"""What of changed settings applies while the program runs, and what waits for its next start."""

from typing import Any

from pydantic import ValidationError

from config.schema import Settings

LIVE = (
    "analysis.camera_roll_deg",
    "analysis.min_quality",
    "analysis.max_age_ms",
    "target",
    "session",
    "coach",
    "guard",
    "fading",
    "cue",
    "audio",
    "display.fps",
    "display.mirror",
    "display.max_lines_age_ms",
)
"""Sections and keys that some process takes over at once. All others are read at the start only."""
AT_START = ("audio.enabled", "session.folder", "session.store_url", "session.keep_days", "session.store_video", "session.lsl")
"""Keys of a live section that are not."""


def is_live(key: str) -> bool:
    """Whether a setting (`section.key`, or `cue`) applies without a restart."""
    return key not in AT_START and (key in LIVE or key.partition(".")[0] in LIVE)


def applicable(running: Settings, wanted: Settings) -> tuple[Settings, tuple[str, ...]]:
    """What can hold now: `wanted`, with the running value of every key that needs a restart; and those keys that differ."""
    waiting: list[str] = []
    sections: dict[str, Any] = {}
    for name in Settings.model_fields:
        now, then = getattr(running, name), getattr(wanted, name)
        if name == "cue":
            continue
        kept = {
            key: getattr(now, key)
            for key in type(now).model_fields
            if not is_live(f"{name}.{key}") and getattr(now, key) != getattr(then, key)
        }
        waiting += [f"{name}.{key}" for key in kept]
        sections[name] = then.model_copy(update=kept)
    return wanted.model_copy(update=sections), tuple(waiting)


def from_json(text: str) -> Settings | None:
    """Settings that came over the wire; None: they are not from this version of the program."""
    try:
        return Settings.model_validate_json(text)
    except ValidationError:
        return None
