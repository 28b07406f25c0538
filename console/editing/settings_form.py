"""The form of all settings, made from their JSON schema: names, kinds, units, limits, help, and what applies at once."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from config.settings import Settings

Kind = Literal["number", "integer", "boolean", "choice", "text", "list", "rows", "rules"]
UNITS = {
    "deg": "°",
    "s": "s",
    "ms": "ms",
    "px": "px",
    "kmh": "km/h",
    "mps": "m/s",
    "pct": "%",
    "hz": "Hz",
    "fps": "frames/s",
    "days": "days",
    "strides": "strides",
    "frames": "frames",
}
"""Units by the last part of a setting's name."""
MACHINE_SECTIONS = ("console", "network")
"""Sections that open the machine to others: shown here, but changed only on the machine."""
TITLES = {
    "capture": "Camera",
    "analysis": "Measurement",
    "target": "Target",
    "session": "Session",
    "coach": "All cues",
    "guard": "Guards",
    "fading": "Fading",
    "belt": "Treadmill belt",
    "cue": "Rules",
    "audio": "Sound",
    "display": "Big screen",
    "network": "Network",
    "console": "Console",
}
ORDER = ("target", "cue", "session", "fading", "guard", "coach", "audio", "belt", "analysis", "display", "capture")
"""The sections that coaches change most, first; the others follow in their own order."""
_LABELS = {"left_add": "added for the left leg", "right_add": "added for the right leg", "at_speed": "by belt speed"}
"""Labels for keys whose words alone are not enough."""
_SPOKEN = {"deg": "", "s": "", "ms": "", "px": "", "kmh": "", "mps": "", "pct": "", "hz": ""}


@dataclass(frozen=True)
class Field:
    """One setting. `columns` are the fields of a row or rule."""

    path: tuple[str, ...]
    label: str
    kind: Kind
    help: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    longest: int | None = None
    live: bool = True
    columns: tuple["Field", ...] = ()

    @property
    def key(self) -> str:
        """Its dotted name, as in files."""
        return ".".join(self.path)


@dataclass(frozen=True)
class FormSection:
    """The settings of one section of the file."""

    name: str
    title: str
    help: str
    fields: tuple[Field, ...]
    fixed: bool
    """Whether it can be changed only on the machine."""


@cache
def form() -> tuple[FormSection, ...]:
    """All sections, those that a coach changes most first."""
    schema = Settings.model_json_schema()
    definitions = schema["$defs"]
    found = {name: _section(name, part, definitions) for name, part in schema["properties"].items()}
    names = [*ORDER, *(name for name in found if name not in ORDER)]
    return tuple(found[name] for name in names)


def is_number(path: tuple[str, ...]) -> bool:
    """Whether the setting is a number that may have decimals; in a file, it is then written with a point."""
    return path in _NUMBERS


def _section(name: str, part: dict[str, Any], definitions: dict[str, Any]) -> FormSection:
    title = TITLES.get(name, name.capitalize())
    if part.get("type") == "array":
        rules = Field((name,), title, "rules", part.get("description", ""), columns=_fields((name,), _item(part, definitions)))
        return FormSection(name, title, part.get("description", ""), (rules,), name in MACHINE_SECTIONS)
    definition = _resolved(part, definitions)
    about = definition.get("description", "").partition("\n\n")[0]
    return FormSection(name, title, about, _fields((name,), definition, definitions), name in MACHINE_SECTIONS)


def _fields(path: tuple[str, ...], definition: dict[str, Any], definitions: dict[str, Any] | None = None) -> tuple[Field, ...]:
    fields: list[Field] = []
    for name, part in definition["properties"].items():
        resolved = _resolved(part, definitions or {})
        if resolved.get("type") == "object":
            fields += _fields((*path, name), resolved, definitions)
        else:
            fields.append(_field((*path, name), resolved, part, definitions or {}, in_row=definitions is None))
    return tuple(fields)


def _field(
    path: tuple[str, ...], resolved: dict[str, Any], part: dict[str, Any], definitions: dict[str, Any], in_row: bool
) -> Field:
    name, last = path[-1], path[-1].rpartition("_")[2]
    words = name.removesuffix(f"_{last}") if last in _SPOKEN and "_" in name else name
    # A row's own settings stand under the heading of their table.
    inner = f"{path[-2]} {words}" if len(path) > 2 and not in_row else words
    columns = _fields(path, _item(resolved, definitions)) if _is_rows(resolved) else ()
    return Field(
        path,
        _LABELS.get(words, inner.replace("_", " ")).capitalize(),
        _kind(resolved),
        resolved.get("description", ""),
        UNITS.get(last, ""),
        tuple(resolved.get("enum", ())),
        resolved.get("minimum"),
        resolved.get("maximum"),
        resolved.get("maxLength"),
        bool(part.get("live", True)),
        columns,
    )


def _kind(part: dict[str, Any]) -> Kind:
    if "enum" in part and part.get("type") == "string":
        return "choice"
    if part.get("type") == "array":
        return "rows" if _is_rows(part) else "list"
    kinds: dict[str, Kind] = {"number": "number", "integer": "integer", "boolean": "boolean"}
    # For numbers with a few allowed values, the schema lists only the values.
    return "integer" if "enum" in part else kinds.get(part.get("type", ""), "text")


def _is_rows(part: dict[str, Any]) -> bool:
    return part.get("type") == "array" and "$ref" in part.get("items", {})


def _item(part: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return _resolved(part["items"], definitions)


def _resolved(part: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref")
    if reference is None:
        return part
    return {**definitions[reference.rpartition("/")[2]], **{key: value for key, value in part.items() if key != "$ref"}}


def _number_paths(fields: tuple[Field, ...]) -> set[tuple[str, ...]]:
    found = {field.path for field in fields if field.kind == "number"}
    return found.union(*(_number_paths(field.columns) for field in fields))


_NUMBERS = frozenset[tuple[str, ...]]().union(*(_number_paths(section.fields) for section in form()))
