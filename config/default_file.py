"""default.toml, the commented defaults: made from the settings' defaults and descriptions.

`python -m config.default_file` writes it. `hipcue config show` prints it.
"""

import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.secret_address import SecretAddress
from config.settings import Settings

FILE = Path(__file__).with_name("default.toml")

_HEAD = """\
# HipCue's settings. Copy this file, change what you like, delete the rest, and run: hipcue run --config YOURS.toml
# Every name, type and limit is checked. "hipcue config schema" prints them for your editor.
"""
_WIDTH = 128
_COMMENT_COLUMN = 26
"""Column of the comments beside settings; further right in a block of rules with longer settings."""
_RULES_COLUMN = 40


def default_text() -> str:
    """The text of default.toml."""
    settings = Settings()
    blocks = [_HEAD]
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            blocks += _section(name, value)
        else:
            blocks += _repeated(name, field, value, _RULES_COLUMN)
    return "\n".join(blocks)


def _section(path: str, section: BaseModel) -> Iterator[str]:
    """A section's own settings, then each of its sections and lists of blocks."""
    fields = type(section).model_fields
    nested: list[Iterator[str]] = []
    plain: dict[str, Any] = {}
    for name, field in fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            nested.append(_section(f"{path}.{name}", value))
        elif isinstance(value, tuple) and all(isinstance(item, BaseModel) for item in value):
            nested.append(_repeated(f"{path}.{name}", field, value, _COMMENT_COLUMN))
        else:
            plain[name] = value
    about = (inspect.getdoc(type(section)) or "").partition("\n\n")[0]
    yield _commented(f"[{path}]", about, _COMMENT_COLUMN) + _lines(plain, fields, _COMMENT_COLUMN)
    for blocks in nested:
        yield from blocks


def _repeated(path: str, field: FieldInfo, items: tuple[BaseModel, ...], column: int) -> Iterator[str]:
    """A list of blocks. The comments to the right of the settings stand in the first block only."""
    about = textwrap.fill(field.description or "", _WIDTH, initial_indent="# ", subsequent_indent="# ") + "\n"
    for number, item in enumerate(items):
        fields = type(item).model_fields if number == 0 else {}
        yield (about if number == 0 else "") + f"[[{path}]]\n" + _lines(dict(item), fields, column)


def _lines(values: Mapping[str, Any], fields: Mapping[str, FieldInfo], column: int) -> str:
    return "".join(
        _commented(f"{name} = {_toml(value)}", (fields[name].description if name in fields else "") or "", column)
        for name, value in values.items()
    )


def _commented(text: str, comment: str, column: int) -> str:
    """One line, with a comment that begins at `column` and is continued there on further lines."""
    if not comment:
        return f"{text}\n"
    text = f"{text:<{column - 1}} " if len(text) < column else f"{text}  "
    first, *others = textwrap.wrap(comment, _WIDTH - len(text) - 2, break_long_words=False, break_on_hyphens=False)
    return "".join([f"{text}# {first}\n", *(f"{'':{len(text)}}# {line}\n" for line in others)])


def _toml(value: Any) -> str:
    """A string, a number, true or false, or a list of them. JSON writes all of these as TOML does."""
    return json.dumps(str(value) if isinstance(value, SecretAddress) else value, ensure_ascii=False)


if __name__ == "__main__":
    FILE.write_text(default_text(), encoding="utf-8")
