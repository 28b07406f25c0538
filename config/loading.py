"""Settings from layers: the built-in defaults, a preset, the coach's file, the command line; each changes the ones before.

Key by key, and rule by rule: a [[cue]] block of a known name changes that rule, one of a new name adds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import tomli
from pydantic import ValidationError

from config.mistakes import ConfigError, form_path, key_name, nearest, not_toml, sentence
from config.paths import presets_folder
from config.settings import Settings
from config.small_file import SmallFileError, read_small_text

Tables = dict[str, Any]

COMMAND_LINE = "command line"
_TOO_DEEP = "is nested too deeply; hipcue config show prints the tables that there are"


@dataclass(frozen=True)
class Layer:
    """Settings from one place, and what to call that place in an error."""

    where: str
    tables: Tables


@dataclass(frozen=True)
class Origin:
    """Where settings come from, so that they can be loaded again when the file has changed."""

    preset: str = ""
    file: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    """Session number by runner, used where the settings leave it to be counted."""

    def load(self, text: str | None = None) -> Settings:
        """The settings in force, or those that would be with this text in the file. Raises ConfigError with one sentence."""
        settings = load(self.preset, self.file, self.overrides, text)
        session = settings.session
        if session.session_number or session.runner not in self.counted:
            return settings
        numbered = session.model_copy(update={"session_number": self.counted[session.runner]})
        return settings.model_copy(update={"session": numbered})


def load(
    preset: str = "", file: Path | None = None, overrides: Mapping[str, Any] | None = None, text: str | None = None
) -> Settings:
    """The settings in force. Raises ConfigError with one sentence.

    `overrides` are from the command line, by dotted key: {"capture.source": "0"}. `text` replaces the file's content.
    """
    try:
        layers = [default_layer()]
        if preset:
            layers.append(preset_layer(preset))
        if file is not None:
            layers.append(file_layer(file) if text is None else Layer(str(file), _parse(text, str(file))))
        if overrides:
            layers.append(Layer(COMMAND_LINE, _nested(overrides)))
        return settle(layers)
    except RecursionError:
        raise ConfigError(f"{file or COMMAND_LINE}: {_TOO_DEEP}") from None


def settle(layers: Sequence[Layer]) -> Settings:
    """Merge the layers and check the result. Raises ConfigError that names the layer with the mistake."""
    try:
        return Settings.model_validate(_merged(layers))
    except ValidationError:
        raise _mistake(layers) from None


def default_layer() -> Layer:
    """The defaults of all settings."""
    return Layer("defaults", Settings().model_dump(mode="json"))


def presets() -> list[str]:
    """The names of HipCue's own presets."""
    folder = resources.files("config").joinpath("presets")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def saved_presets() -> list[str]:
    """The names of the presets that a coach has saved. Raises ConfigError."""
    return sorted(path.stem for path in presets_folder().glob("*.toml") if path.stem not in presets())


def preset_layer(name: str) -> Layer:
    """A preset by name. Raises ConfigError."""
    if name not in presets():
        saved = saved_presets()
        if name in saved:
            return file_layer(presets_folder() / f"{name}.toml")
        raise ConfigError(f"{COMMAND_LINE}: preset {name!r} is unknown{nearest(name, [*presets(), *saved])}")
    text = resources.files("config").joinpath("presets").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Layer(f"preset {name}", _parse(text, f"preset {name}"))


def file_layer(path: Path) -> Layer:
    """A coach's file. Raises ConfigError when it cannot be read or is not TOML."""
    try:
        text = read_small_text(path)
    except SmallFileError as error:
        raise ConfigError(f"{path}: {error}") from None
    return Layer(str(path), _parse(text, str(path)))


def _parse(text: str, where: str) -> Tables:
    try:
        return tomli.loads(text)
    except ValueError as error:  # TOMLDecodeError is one; so is a number of thousands of digits
        raise ConfigError(f"{where}: {not_toml(error, text)}") from None
    except RecursionError:
        raise ConfigError(f"{where}: {_TOO_DEEP}") from None


def _merged(layers: Sequence[Layer]) -> Tables:
    merged: Tables = {}
    for layer in layers:
        merged = _merge(merged, layer.tables)
    return merged


def _merge(below: Tables, above: Mapping[str, Any]) -> Tables:
    """Tables merge key by key, and so do rules of one name; every other list is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, Mapping):
            merged[key] = _merge(old, value)
        elif key == "cue" and isinstance(old, list) and isinstance(value, list):
            merged[key] = _merge_rules(old, value)
        else:
            merged[key] = value
    return merged


def _merge_rules(below: list[Any], above: list[Any]) -> list[Any]:
    """The rules of `above` in their order, so that mistakes are reported at their place; then the others of `below`."""
    names = [_name(rule) for rule in above]
    changed = [
        {**next((known for known in below if _name(known) == name), {}), **rule} if name is not None else rule
        for name, rule in zip(names, above, strict=True)
    ]
    return changed + [rule for rule in below if _name(rule) not in names]


def _name(rule: Any) -> Any:
    return rule.get("name") if isinstance(rule, Mapping) else None


def _mistake(layers: Sequence[Layer]) -> ConfigError:
    """The mistake in the merged layers, attributed to the first layer from which on the result is always invalid."""
    mistake = ConfigError("")
    for count in range(len(layers), 0, -1):
        merged = _merged(layers[:count])
        try:
            Settings.model_validate(merged)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = layers[count - 1].where
            place = f"{where}: {key_name(first['loc'], merged)}".removesuffix(": ")
            mistake = ConfigError(sentence(first, where, Settings, merged), place, form_path(first["loc"], merged))
        else:
            break
    return mistake


def _nested(dotted: Mapping[str, Any]) -> Tables:
    tables: Tables = {}
    for key, value in dotted.items():
        *parents, last = key.split(".")
        at = tables
        for parent in parents:
            at = at.setdefault(parent, {})
        at[last] = value
    return tables
