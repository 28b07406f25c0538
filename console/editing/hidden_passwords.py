"""Removes passwords from the addresses in a settings file for the browser, and restores them in what it sends back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import tomli

from config.secret_address import shown, without_secrets
from console.editing.toml_change import Change, changed_text, flat


def without_passwords(text: str) -> str:
    """A settings file as a browser may see it: without passwords in values, nor in comments, which may hold addresses, too."""
    try:
        found = "\n".join(seen for _, seen in _lines(text))
        if not any(shown(one) != one for one in _strings(tomli.loads(found))):
            return found
    except ValueError:
        pass
    # It is not certain where a value ends, or a password is not in a setting: nothing after an address is shown.
    return "\n".join(map(without_secrets, text.split("\n")))


def with_passwords(text: str, before: str) -> str:
    """The text with the passwords of the previous file wherever an address is still as it was shown.

    Raises ValueError if the text is not TOML and the file held a password.
    """
    text = _with_comments(text, before)
    secrets = _secrets(before)
    if not secrets:
        return text
    found = flat(tomli.loads(text))
    return changed_text(text, [Change(path, whole) for path, whole in secrets.items() if found.get(path) == shown(whole)])


def with_password(change: Change, before: str) -> Change:
    """The same for one change."""
    whole = _secrets(before).get(change.path)
    return Change(change.path, whole, change.was) if whole is not None and change.value == shown(whole) else change


def _secrets(text: str) -> dict[tuple[str, ...], str]:
    """The values with a password in this text."""
    try:
        found = flat(tomli.loads(text))
    except ValueError:
        return {}
    return {path: value for path, value in found.items() if isinstance(value, str) and shown(value) != value}


def _lines(text: str) -> list[tuple[str, str]]:
    """Each line without the passwords of its values, and the same without those of its comment. Raises ValueError."""
    hidden = changed_text(text, [Change(path, shown(whole)) for path, whole in _secrets(text).items()])
    found = []
    for line in hidden.split("\n"):
        value, sign, comment = line.partition("#")
        found.append((line, value + sign + without_secrets(comment)))
    return found


def _with_comments(text: str, before: str) -> str:
    """The text with the full comments of the previous file wherever a line is still as it was shown."""
    whole = defaultdict[str, list[str]](list)
    with suppress(ValueError):
        for line, seen in _lines(before):
            whole[seen].append(line)
    return "\n".join(whole[line].pop(0) if whole.get(line) else line for line in text.split("\n"))


def _strings(value: Any) -> Iterator[str]:
    """All text in these tables, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield key
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
