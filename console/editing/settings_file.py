"""The coach's settings file: read, checked, changed key by key, and undone. Several coaches may edit it at once."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import tomli

from config.loading import Origin, default_layer, preset_layer, presets
from config.mistakes import ConfigError, not_toml
from config.paths import presets_folder
from config.settings import Settings
from config.small_file import SmallFileError, read_small_text
from console.editing.hidden_passwords import with_password, with_passwords, without_passwords
from console.editing.settings_form import MACHINE_SECTIONS
from console.editing.toml_change import RULES, Change, changed_text, flat
from sessions.format.durable import replace_text
from wire.messages import Message
from wire.system import lock_folder

KEPT_VERSIONS = 10
LONGEST_PATH = 4
PRESET_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
PRESET_SECTIONS = ("target", "session", "coach", "guard", "fading", "cue", "audio")
"""Sections that presets contain; cameras, screens and the network belong to the lane."""
NOT_OF_PRESETS = (
    ("session", "runner"),
    ("session", "session_number"),
    ("session", "folder"),
    ("session", "keep_days"),
    ("session", "store_url"),
    ("session", "store_video"),
    ("session", "lsl"),
    ("audio", "device"),
    ("audio", "voice_folder"),
)
"""Settings that presets leave out: the runner, where sessions are stored, and the lane's sound card."""
Path_ = tuple[str | int, ...]


class EditError(Exception):
    """The change is refused. `path` is the setting's, () if it is no single one."""

    def __init__(self, sentence: str, path: Path_ = ()) -> None:
        super().__init__(sentence)
        self.path = path


@dataclass(frozen=True)
class Conflict:
    """A setting that somebody else has changed in the meantime."""

    path: tuple[str, ...]
    yours: Any
    theirs: Any


class ConflictError(Exception):
    """Settings were changed by somebody else since they were read: nothing is written."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__("Somebody else has changed these settings since you opened them.")
        self.conflicts = tuple(conflicts)


class Version(Message, frozen=True):
    """The file before one change."""

    text: str
    after_hash: str
    """Hash of the file after the change."""
    by: str
    at: str
    """Local time, ISO 8601, for people."""
    keys: tuple[str, ...]
    """What was changed."""


@dataclass(frozen=True)
class Opened:
    """The settings as they are now."""

    text: str
    """The file, without passwords."""
    hash: str
    values: dict[str, Any]
    """The values of all settings as files write them: with the file, without the command line."""
    mistake: str
    """Why the file is not valid; "": it is valid, and these are its values."""
    note: str = ""
    """A note about the change."""


class SettingsFile:
    """One settings file. Every method may be called from any thread."""

    def __init__(self, origin: Origin, history_folder: Path) -> None:
        if origin.file is None:
            raise ValueError("there is no file to edit")
        self._origin = origin
        self.file = origin.file
        name = hashlib.sha256(str(origin.file.absolute()).encode("utf-8", "replace")).hexdigest()[:12]
        self._history_folder = history_folder / name

    @property
    def locked(self) -> frozenset[str]:
        """Dotted names of the settings that the command line gives: a file cannot change them."""
        return frozenset(self._origin.overrides)

    def open(self) -> Opened:
        """The settings as they are now. Raises EditError if the file cannot be read."""
        text = self._read()
        try:
            values, mistake = self._values(text), ""
        except EditError as error:
            values, mistake = default_layer().tables, str(error)
        return Opened(without_passwords(text), _hash(text), values, mistake)

    def change(self, changes: Sequence[Change], by: str) -> Opened:
        """Write changes, each against what its editor saw. Raises EditError, ConflictError; then nothing is written."""
        with self._locked():
            text = self._read()
            self._check_paths(changes)
            present = flat(self._values(text))
            conflicts = [
                Conflict(one.path, one.value, present.get(one.path))
                for one in changes
                if len(one.path) != 2 or one.path[0] != RULES
                if not _same(present.get(one.path), one.was) and not _same(present.get(one.path), one.value)
            ]
            if conflicts:
                raise ConflictError(conflicts)
            self._write(text, changes, by)
        return self.open()

    def replace(self, text: str, seen_hash: str, by: str) -> Opened:
        """Write a whole text, edited from the version with this hash. Raises EditError, ConflictError.

        If the file has changed since, only the settings that the editor has changed are written.
        """
        with self._locked():
            present = self._read()
            if _hash(present) == seen_hash:
                _parsed(text)
                self._write_text(present, with_passwords(text, present), by, None)
            else:
                seen = next((one.text for one in self._versions() if _hash(one.text) == seen_hash), None)
                if seen is None:
                    raise EditError(
                        "The file has changed too much since you opened it; copy your text, and load the page again."
                    )
                before, after, now = (flat(_parsed(one)) for one in (without_passwords(seen), text, without_passwords(present)))
                changes = [
                    Change(path, after.get(path), before.get(path))
                    for path in sorted({*before, *after})
                    if not _same(before.get(path), after.get(path))
                ]
                conflicts = [
                    Conflict(one.path, one.value, now.get(one.path))
                    for one in changes
                    if not _same(now.get(one.path), one.was) and not _same(now.get(one.path), one.value)
                ]
                if conflicts:
                    raise ConflictError(conflicts)
                self._check_paths(changes)
                self._write(present, changes, by)
        return self.open()

    def versions(self) -> tuple[Version, ...]:
        """The last changes, the newest first. Raises EditError."""
        return self._versions()[::-1]

    def undo(self) -> Opened:
        """Undo the last change. Raises EditError if there is none, or if the file was changed elsewhere since."""
        with self._locked():
            versions = self._versions()
            if not versions:
                raise EditError("There is nothing to undo.")
            if versions[-1].after_hash != _hash(self._read()):
                raise EditError(f"{self.file}: has since been changed outside the console; nothing is undone.")
            self._check(versions[-1].text)
            self._save(versions[-1].text)
            self._keep(versions[:-1])
        return self.open()

    def save_preset(self, name: str) -> None:
        """Save what a coach asks of a runner under a name, for any lane and runner. Raises EditError."""
        if not PRESET_NAME.fullmatch(name):
            raise EditError(
                "A preset's name consists of at most 32 lower-case letters, digits and _, and begins with a letter."
            )
        if name in presets():
            raise EditError(f"{name} is one of HipCue's own presets; choose another name.")
        values = flat(_parsed(self._read()))
        changes = [Change(path, value) for path, value in values.items() if _is_of_preset(path)]
        folder = presets_folder()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_text(folder / f"{name}.toml", changed_text("# Saved in the console.\n", changes))
        except OSError as error:
            raise EditError(f"{error.filename}: cannot be written ({error.strerror})") from None

    def use_preset(self, name: str, by: str) -> Opened:
        """Write a preset's settings into the file; all others stay. Raises EditError, ConflictError."""
        try:
            wanted = flat(preset_layer(name).tables)
        except ConfigError as error:
            raise EditError(str(error)) from None
        present = flat(self._values(self._read()))
        changes = [
            Change(path, value, present.get(path))
            for path, value in wanted.items()
            if _is_of_preset(path) and ".".join(path) not in self.locked and not _same(value, present.get(path))
        ]
        return self.change(changes, by) if changes else self.open()

    def _check_paths(self, changes: Sequence[Change]) -> None:
        for change in changes:
            key = ".".join(change.path)
            if not 2 <= len(change.path) <= LONGEST_PATH:
                raise EditError(f"{key}: is not a setting", change.path)
            if change.path[0] in MACHINE_SECTIONS:
                raise EditError(f"{key}: can be changed on the machine itself only", change.path)
            if key in self.locked:
                raise EditError(f"{key}: was given on the command line, and applies until the program ends", change.path)

    def _write(self, text: str, changes: Sequence[Change], by: str) -> None:
        kept = [with_password(one, text) for one in changes]
        try:
            after = changed_text(text, kept)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise EditError(f"{self.file}: cannot be changed by a form ({error}); change its text") from None
        only = changes[0].path if len(changes) == 1 else ()
        self._write_text(text, after, by, tuple(".".join(one.path) for one in changes), only)

    def _write_text(self, before: str, after: str, by: str, keys: tuple[str, ...] | None, only: Path_ = ()) -> None:
        if after == before:
            return
        self._check(after, only)
        changed = _changed_keys(before, after)
        machine = next((key for key in changed if key[0] in MACHINE_SECTIONS), None)
        if machine is not None:
            raise EditError(f"{'.'.join(machine)}: can be changed on the machine itself only", machine)
        names = keys if keys is not None else tuple(".".join(key) for key in changed) or ("comments",)
        version = Version(before, _hash(after), by, datetime.now().astimezone().isoformat(timespec="seconds"), names)
        # The version first: a change that cannot be undone is worse than a version without one.
        self._keep((*self._versions(), version)[-KEPT_VERSIONS:])
        self._save(after)

    def _check(self, text: str, only: Path_ = ()) -> None:
        try:
            self._origin.load(text)
        except ConfigError as error:
            # A mistake that involves several settings is shown at the one that was changed.
            raise EditError(str(error), error.path if len(error.path) > 1 else only or error.path) from None

    def _values(self, text: str) -> dict[str, Any]:
        """The values from the preset and the file, without the command line."""
        try:
            settings: Settings = Origin(self._origin.preset, self.file).load(text)
        except ConfigError as error:
            raise EditError(str(error), error.path) from None
        return settings.model_dump(mode="json")

    def _read(self) -> str:
        try:
            return read_small_text(self.file)
        except SmallFileError as error:
            raise EditError(f"{self.file}: {error}") from None

    def _save(self, text: str) -> None:
        try:
            replace_text(self.file, text)
        except OSError as error:
            raise EditError(f"{error.filename}: cannot be written ({error.strerror})") from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """While nobody else changes the file. Raises EditError."""
        with ExitStack() as held:
            try:
                self._history_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                held.enter_context(lock_folder(self._history_folder))
            except OSError as error:
                raise EditError(f"{self._history_folder}: cannot be made or locked ({error.strerror or error})") from None
            yield

    def _versions(self) -> tuple[Version, ...]:
        file = self._history_folder / "versions.json"
        try:
            return msgspec.json.decode(file.read_bytes(), type=tuple[Version, ...])
        except (FileNotFoundError, msgspec.DecodeError):
            return ()
        except OSError as error:
            raise EditError(f"{file}: cannot be read ({error.strerror})") from None

    def _keep(self, versions: Sequence[Version]) -> None:
        try:
            replace_text(self._history_folder / "versions.json", msgspec.json.encode(tuple(versions)).decode())
        except OSError as error:
            raise EditError(f"{error.filename}: cannot be written ({error.strerror})") from None


def _is_of_preset(path: tuple[str, ...]) -> bool:
    return path[0] in PRESET_SECTIONS and path[:2] not in NOT_OF_PRESETS


def _changed_keys(before: str, after: str) -> list[tuple[str, ...]]:
    """The settings that differ. A file that was no TOML before has none."""
    try:
        old, new = flat(_parsed(before)), flat(_parsed(after))
    except EditError:
        return []
    return [path for path in sorted({*old, *new}) if not _same(old.get(path), new.get(path))]


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        return tomli.loads(text)
    except ValueError as error:
        raise EditError(f"This {not_toml(error, text)}") from None


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same setting: 4 and 4.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
