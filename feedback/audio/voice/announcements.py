"""What the voice says when a phase begins. In other languages only the sound is played."""

from wire.messages import PhaseName

_TEXTS: dict[str, dict[PhaseName, str]] = {
    "en": {
        "stand": "Stand still beside the belt",
        "warm_up": "Warm up",
        "baseline": "Run as usual",
        "drill": "Now follow the cues",
        "retention": "Now on your own",
        "summary": "Well done",
    },
    "de": {
        "stand": "Still stehen, Füße neben dem Band",
        "warm_up": "Aufwärmen",
        "baseline": "Lauf wie immer",
        "drill": "Folge jetzt den Hinweisen",
        "retention": "Jetzt allein weiter",
        "summary": "Gut gemacht",
    },
}


def announcements(language: str) -> dict[PhaseName, str]:
    """The announcements in a language, by phase."""
    return _TEXTS.get(language.split("-", maxsplit=1)[0], {})


def rule_name(phase: PhaseName) -> str:
    """The rule name of an announcement in Played, and the file name of its recording: "phase_drill"."""
    return f"phase_{phase}"
