"""What all sections of the settings have in common."""

import unicodedata
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from config.secret_address import without_secrets

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """Base of all sections. The first paragraph of a section's docstring is its comment in default.toml."""

    # Strict: text or true where a number belongs is a mistake, not a number.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @field_validator("*")
    @classmethod
    def _check_text(cls, value: Any, info: ValidationInfo) -> Any:
        """Text is printed, stored and published, so it must not contain a password or anything that a terminal would act on."""
        if isinstance(value, str):
            kinds = {unicodedata.category(letter) for letter in value}
            if "Cc" in kinds:
                raise ValueError("must not contain control characters")
            if "Cs" in kinds:  # bytes of an argument that are not UTF-8
                raise ValueError("must be text in UTF-8")
            if without_secrets(value) != value:
                raise ValueError("must not contain an address with a user, a password or a path")
            if (info.field_name or "").endswith("folder") and not _has_home(value):
                raise ValueError(f"{value}: there is no such home folder; write out the whole path")
        return value


def _has_home(path: str) -> bool:
    try:
        Path(path).expanduser()
    except RuntimeError:
        return False
    return True


def setting(default: Any, description: str = "", *, live: bool = False, **limits: Any) -> Any:
    """A setting. `description` is its comment in default.toml; `limits` are those of pydantic.Field.

    `live` means that the processes apply a change while they run. A change of any other setting waits for the next start.
    """
    return Field(default, description=description or None, json_schema_extra={"live": live}, **limits)


def is_live(field: FieldInfo) -> bool:
    """Whether a change of this setting applies while the program runs."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and extra.get("live") is True
