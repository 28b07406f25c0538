"""What the voice says when a session's next part begins. A language that is not here has the sound alone."""

from wire.messages import PhaseName

_TEXTS: dict[str, dict[PhaseName, str]] = {
    "en": {
        "stand": "Stand still, feet beside the belt",
        "warm_up": "Warm up",
        "baseline": "Run as you always do",
        "drill": "Now follow the cues",
        "retention": "Now on your own",
        "summary": "Well done",
    },
    "de": {
        "stand": "Still stehen, Füße neben das Band",
        "warm_up": "Aufwärmen",
        "baseline": "Laufen wie immer",
        "drill": "Jetzt den Hinweisen folgen",
        "retention": "Jetzt allein weiter",
        "summary": "Gut gemacht",
    },
}


def announcements(language: str) -> dict[PhaseName, str]:
    """The texts by phase."""
    return _TEXTS.get(language.split("-", maxsplit=1)[0], {})


def rule_name(phase: PhaseName) -> str:
    """Under which an announcement is told of, and a coach's own recording of it is found: "phase_drill"."""
    return f"phase_{phase}"
