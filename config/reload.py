"""Which changed settings apply while the program runs, and which wait for the next start."""

from typing import Any

from pydantic import ValidationError

from config.sections.section import Section, is_live
from config.settings import Settings


def applicable(running: Settings, wanted: Settings) -> tuple[Settings, tuple[str, ...]]:
    """The settings that can apply now, and the keys (`section.key`) whose change waits for the next start.

    The former are `wanted`, with the value from `running` for every setting that is not live.
    """
    waiting: list[str] = []
    settings: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        now, then = getattr(running, name), getattr(wanted, name)
        if isinstance(now, Section):
            kept = {
                key: getattr(now, key)
                for key, part in type(now).model_fields.items()
                if not is_live(part) and getattr(now, key) != getattr(then, key)
            }
            waiting += [f"{name}.{key}" for key in kept]
            settings[name] = then.model_copy(update=kept)
        elif not is_live(field) and now != then:
            waiting.append(name)
            settings[name] = now
    return wanted.model_copy(update=settings), tuple(waiting)


def from_json(text: str) -> Settings | None:
    """Settings received over the wire; None: they are not from this version of the program."""
    try:
        return Settings.model_validate_json(text)
    except ValidationError:
        return None
