"""A browser is shown the addresses of cameras and stores without their passwords; what it sends back gets them again."""

import tomli

from config.secret_address import shown, without_secrets
from console.editing.toml_change import Change, changed_text, flat

SECRET_PATHS = (("capture", "source"), ("session", "store_url"))
"""Addresses that may hold a password."""


def without_passwords(text: str) -> str:
    """A settings file as a browser may see it."""
    try:
        tomli.loads(text)
    except ValueError:  # where a value ends is not certain: nothing after an address is shown
        return "\n".join(map(without_secrets, text.split("\n")))
    for path, whole in _secrets(text).items():
        text = changed_text(text, [Change(path, shown(whole))])
    return text


def with_passwords(text: str, before: str) -> str:
    """The text with the passwords of the file before, where an address is still what it was shown as.

    Raises ValueError if the text is not TOML and the file held a password.
    """
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
    """The addresses with a password in this text."""
    try:
        found = flat(tomli.loads(text))
    except ValueError:
        return {}
    known = {path: found.get(path) for path in SECRET_PATHS}
    return {path: value for path, value in known.items() if isinstance(value, str) and shown(value) != value}
