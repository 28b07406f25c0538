"""Changes single settings in the text of a settings file; comments, order and everything else stay. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from console.editing.settings_form import is_number

RULES = "cue"


@dataclass(frozen=True)
class Change:
    """One setting: section, key; ("cue", NAME, key) for a rule, ("cue", NAME) for a whole one."""

    path: tuple[str, ...]
    value: Any
    """None: use the value without this file; for a rule, remove it from the file."""
    was: Any = None
    """The value that the editor saw before."""


def changed_text(text: str, changes: Iterable[Change]) -> str:
    """The text with these changes. Raises ValueError if the text is not TOML."""
    try:
        document = tomlkit.parse(text)
        for change in changes:
            if change.path[0] == RULES:
                _change_rule(document, change)
            else:
                _change(document, change.path, change.value)
        return tomlkit.dumps(document)
    except TOMLKitError as error:
        raise ValueError(str(error)) from None


def _change(document: Any, path: Sequence[str], value: Any) -> None:
    *parents, last = path
    at = document
    for part in parents:
        if part not in at:
            if value is None:
                return
            at[part] = tomlkit.table()
        at = at[part]
    if value is None:
        at.pop(last, None)
    else:
        at[last] = _item(tuple(path), value)


def _change_rule(document: TOMLDocument, change: Change) -> None:
    """Change a rule of the file, or add a block; a block with only a name is removed."""
    name, key = change.path[1], change.path[2:]
    rules = document.get(RULES)
    if not isinstance(rules, AoT):
        if change.value is None:
            return
        document[RULES] = rules = tomlkit.aot()
    index = next((at for at, rule in enumerate(rules) if rule.get("name") == name), None)
    if not key:
        if index is not None:
            del rules[index]
        if change.value is not None:
            rules.append(_table((RULES,), {"name": name, **change.value}))
    elif index is None:
        if change.value is not None:
            rules.append(_table((RULES,), {"name": name, key[0]: change.value}))
    elif change.value is None:
        rules[index].pop(key[0], None)
    else:
        rules[index][key[0]] = _item((RULES, key[0]), change.value)
    if not len(rules):
        del document[RULES]


def _item(path: tuple[str, ...], value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        rows = tomlkit.aot()
        for one in value:
            rows.append(_table(path, one))
        return rows
    return float(value) if is_number(path) and type(value) is int else value


def _table(path: tuple[str, ...], values: Mapping[str, Any]) -> Any:
    table = tomlkit.table()
    for key, value in values.items():
        table[key] = _item((*path, key), value)
    return table


def flat(tables: Mapping[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every setting in these tables by its path. Rules are named, not numbered; other lists are one value.

    >>> flat({"cue": [{"name": "push", "strides": 3}], "audio": {"volume": 0.5}})
    {('cue', 'push', 'strides'): 3, ('audio', 'volume'): 0.5}
    """
    found: dict[tuple[str, ...], Any] = {}
    for key, value in tables.items():
        here = (*path, key)
        if not path and key == RULES and isinstance(value, (list, tuple)):
            for rule in value:
                if isinstance(rule, Mapping):
                    found |= {(RULES, str(rule.get("name")), part): of for part, of in rule.items() if part != "name"}
        elif isinstance(value, Mapping):
            found |= flat(value, here)
        else:
            found[here] = value
    return found
