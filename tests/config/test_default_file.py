"""default.toml is made from the settings: every setting with its default, and a comment for every one that needs it."""

import typing
from typing import Any, Literal

import pytest
import tomli
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.default_file import FILE, default_text
from config.sections.capture import Zone
from config.settings import Settings

MOST_COLUMNS = 128


def plain_fields(model: type[BaseModel], above: str = "") -> dict[str, FieldInfo]:
    """Every setting that is written in one line, by its dotted key."""
    found: dict[str, FieldInfo] = {}
    for name, field in model.model_fields.items():
        inner = typing.get_args(field.annotation)[0] if typing.get_origin(field.annotation) is tuple else field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= plain_fields(inner, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = field
    return found


FIELDS = plain_fields(Settings)
OPTIONS = {
    key: typing.get_args(field.annotation) for key, field in FIELDS.items() if typing.get_origin(field.annotation) is Literal
}
ZONES = ("capture.zone", "capture.other_side.zone")
SELF_EXPLANATORY = {*(f"{zone}.{edge}" for zone in ZONES for edge in Zone.model_fields), "target.at_speed.speed_kmh"}


def test_the_file_is_what_the_command_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == default_text(), "run: python -m config.default_file"


def test_it_holds_every_setting_with_its_default() -> None:
    assert tomli.loads(default_text()) == Settings().model_dump(mode="json")


def test_it_fits_an_editor() -> None:
    lines = default_text().splitlines()
    assert [line for line in lines if len(line) > MOST_COLUMNS or line != line.rstrip()] == []


@pytest.mark.parametrize("key", sorted(FIELDS.keys() - SELF_EXPLANATORY))
def test_every_setting_is_explained(key: str) -> None:
    assert FIELDS[key].description


@pytest.mark.parametrize("key", sorted(OPTIONS.keys() - {"target.measure"}))
def test_every_option_is_named(key: str) -> None:
    def as_written(option: Any) -> str:
        return f'"{option}"' if isinstance(option, str) else str(option)

    description = FIELDS[key].description or ""
    assert all(as_written(option) in description for option in OPTIONS[key])


def test_comments_to_the_right_are_aligned() -> None:
    block = default_text().split("[session]")[1].split("\n\n")[0].splitlines()[1:]
    assert {line.index("# ") for line in block} == {26}
