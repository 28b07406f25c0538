"""Describes a mistake in a setting in one sentence: where, which key, which value, and what is allowed."""

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from config.secret_address import without_secrets

_ALLOWED = {
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "greater_than": "must be more than {gt:g}",
    "less_than": "must be less than {lt:g}",
    "literal_error": "must be {expected}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "missing": "is missing",
}
FORMS = {
    "name": "a short name of lower-case letters, digits and _",
    "language": 'a language, such as "en" or "en-gb"',
    "device": 'a processor, such as "CPU", "GPU" or "GPU.1"',
}
"""Descriptions of text patterns, by key."""
_HINTS = {
    r"=\s*[+-]?[0-9]+,[0-9]": "write decimals with a point, as in 0.5",
    r"=\s*(yes|no|on|off|True|False|TRUE|FALSE)\b": "write true or false",
    r"\\": 'write folders with /, as in "C:/voices"',
    r"=\s*[A-Za-z_/~]": "put text in quotes",
}
"""Hints by pattern of the line: what its writer may have meant."""
_QUOTED = r"'([^']*)'"
_FEW = 8
"""Up to this many allowed words are all listed; of more, only the nearest one."""
_LONGEST_VALUE = 80
"""A longer value is shortened: the sentence must fit on the screen and into its message."""
_KINDS = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string_unicode": "text in UTF-8",
    "string": "text in quotes",
    "tuple": "a list",
    "model": "a table",
}


class ConfigError(Exception):
    """A setting is wrong. The text is for the person who wrote it.

    `place` is for the log: which setting, without its value, which may be somebody's name. `path` is the setting for a form:
    section, key, and within lists the place or a rule's name.
    """

    def __init__(self, text: str, place: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(text)
        self.place = place or text
        self.path = path


def sentence(error: ErrorDetails, where: str, settings: type[BaseModel], data: Mapping[str, Any]) -> str:
    """One validation error of `settings` on `data`, as a sentence that starts with `where` it came from."""
    path = error["loc"]
    key = key_name(path, data)
    kind = error["type"]
    if kind == "extra_forbidden":
        known = _keys_beside(path, settings)
        return f"{where}: {key} is not a setting{nearest(str(path[-1]), known)}"
    if kind == "missing":
        return f"{where}: {key} is missing"
    if kind == "value_error":
        detail = str(error.get("ctx", {}).get("error", error["msg"]))
        return f"{where}: {key}: {detail}" if key else f"{where}: {detail}"
    if kind == "literal_error" and isinstance(error["input"], str):
        allowed = _one_of(error["input"], error["ctx"]["expected"])
    elif kind == "string_pattern_mismatch":
        allowed = f"must be {FORMS[str(path[-1])]}"
    elif kind == "tuple_type" and isinstance(error["input"], Mapping):
        allowed = f"must be a list of blocks: write [[{key}]] in place of [{key}]"
    elif kind in _ALLOWED:
        is_nan = isinstance(error["input"], float) and math.isnan(error["input"])
        allowed = "must be a number" if is_nan else _ALLOWED[kind].format(**error.get("ctx", {}))
    else:
        expected = next((words for start, words in _KINDS.items() if kind.startswith(start)), None)
        allowed = f"must be {expected}" if expected else error["msg"]
    value = error["input"]
    # An address is shown without its password: the sentence comes to the screen on the wall.
    try:
        text = repr(value).lower() if isinstance(value, bool) else repr(value)  # as TOML writes it
        shown = repr(without_secrets(value)) if isinstance(value, str) else without_secrets(text)
    except ValueError:  # Python refuses to write a whole number of more than 4300 digits
        shown = "a number of thousands of digits"
    return f"{where}: {key} = {shown if len(shown) <= _LONGEST_VALUE else f'{shown[:_LONGEST_VALUE]}…'}: {allowed}"


def not_toml(error: ValueError, text: str) -> str:
    """Why a text is not TOML, as the end of a sentence that begins with its name."""
    # tomli writes the name of a table as Python does.
    reason = re.sub(r"\('.*',?\)", lambda found: f"[{'.'.join(re.findall(_QUOTED, found[0]))}]", str(error))
    line_number, lines = getattr(error, "lineno", 0), text.split("\n")
    line = lines[line_number - 1] if 0 < line_number <= len(lines) else ""
    hint = next((f"; {hint}" for pattern, hint in _HINTS.items() if re.search(pattern, line)), "")
    return f"is not TOML: {reason}{hint}"


def _one_of(word: str, expected: str) -> str:
    """What is allowed, where pydantic expects `'a', 'b' or 'c'`."""
    words = expected.replace(" or ", ", ").replace("'", "").split(", ")
    return f"must be {expected}" if len(words) <= _FEW else f"is unknown{nearest(word, words)}"


def key_name(path: Sequence[str | int], data: Mapping[str, Any]) -> str:
    """A path as people write it: `target.delta_deg`, and `cue "push".strides` for a rule."""
    name = ""
    at: Any = data
    for part in path:
        try:
            at = at[part]
        except (KeyError, IndexError, TypeError):
            at = None
        if isinstance(part, int):
            label = at.get("name") if isinstance(at, Mapping) else None
            named = isinstance(label, str) and label and label.isprintable()
            name += f' "{label}"' if named else f" number {part + 1}"
        else:
            name += f".{part}" if name else part
    return name


def form_path(path: Sequence[str | int], data: Mapping[str, Any]) -> tuple[str | int, ...]:
    """A path with the name of a rule in place of its number, because the order of rules does not matter.

    >>> form_path(("cue", 0, "strides"), {"cue": [{"name": "push", "strides": 0}]})
    ('cue', 'push', 'strides')
    """
    if len(path) > 1 and path[0] == "cue" and isinstance(path[1], int):
        with suppress(IndexError, KeyError, TypeError):
            name = data["cue"][path[1]]["name"]
            return ("cue", name, *path[2:]) if isinstance(name, str) else tuple(path)
    return tuple(path)


def _keys_beside(path: Sequence[str | int], settings: type[BaseModel]) -> list[str]:
    model: Any = settings
    for part in path[:-1]:
        if isinstance(part, str):
            annotation = model.model_fields[part].annotation
            arguments = getattr(annotation, "__args__", None)
            model = arguments[0] if arguments else annotation
    return list(model.model_fields)


def nearest(word: str, known: Sequence[str]) -> str:
    """A hint for a misspelt name: `; did you mean …?`, or the list of all names."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; choose from {', '.join(known)}"
