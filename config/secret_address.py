"""The address of a camera or a store. It may contain a password, so it is never printed in full by accident."""

import os
import re
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_HOST = re.compile(r"[A-Za-z0-9._*-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
# It starts only at the beginning of a word: tried at every letter, a value of 900 kB would take minutes.
_ADDRESS = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z0-9+.-]*://.*", re.DOTALL)

HIDDEN = "…"
"""Stands for the part of an address that is not shown."""
_MISTYPED = re.compile(r"[^@]*:[^@]*@")
"""An address without its scheme, or with one slash too few: "coach:secret@camera/1"."""


class SecretAddress:
    """A file, a device or an address. Printed, stored and published, an address is its scheme and host alone.

    Only `reveal` returns all of it; it is called only where a connection is opened.

    >>> SecretAddress("rtsp://coach:secret@camera:554/user=coach_password=secret")
    SecretAddress('rtsp://camera:554/…')
    """

    def __init__(self, whole: str) -> None:
        self._whole = whole

    def reveal(self) -> str:
        """The full address, with its password."""
        return self._whole

    def __str__(self) -> str:
        return shown(self._whole)

    def __repr__(self) -> str:
        return f"SecretAddress({shown(self._whole)!r})"

    @property
    def may_hold_password(self) -> bool:
        """Whether it looks like an address, well written or not."""
        return "://" in self._whole or _MISTYPED.match(self._whole) is not None

    def __bool__(self) -> bool:
        return bool(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretAddress) and other._whole == self._whole

    def __hash__(self) -> int:
        return hash(self._whole)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """A string in files, on the command line and in the JSON schema; its shown form wherever settings are written out."""

        def parse(value: Any, parse_text: core_schema.ValidatorFunctionWrapHandler) -> SecretAddress:
            # A file name may not be valid Unicode, which pydantic refuses in text.
            return value if isinstance(value, cls) else cls(value if isinstance(value, str) else parse_text(value))

        return core_schema.no_info_wrap_validator_function(
            parse,
            core_schema.str_schema(strict=True),
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="always"),
        )


def shown(name: str) -> str:
    """A name as it may be shown: an address only by scheme and host, anything else unchanged.

    Passwords occur before the host, in the path (`/user=…_password=…`) or after it, and may contain any character. Where it
    is not certain what the host is, it is left out too.
    """
    scheme, separator, rest = name.partition("://")
    if not separator:
        if _MISTYPED.match(name):
            return HIDDEN
        # A file name may have bytes that are not UTF-8, which Python keeps as surrogates.
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    user, _, behind_user = rest.rpartition("@")
    if re.search(r"[/?#]", user):  # the @ may end a user's password, or belong to one in the path or the query
        return f"{scheme}://{HIDDEN}"
    host = re.split(r"[/?#]", behind_user, maxsplit=1)[0]
    if not _HOST.fullmatch(host):
        return f"{scheme}://{HIDDEN}"
    return f"{scheme}://{behind_user}" if behind_user in (host, f"{host}/") else f"{scheme}://{host}/{HIDDEN}"


def without_secrets(text: str) -> str:
    """A text as it may be shown: cut by `shown` from the first address on, because a password may contain any character.

    >>> without_secrets("see rtsp://u:my secret@camera/1")
    'see rtsp://camera/…'
    """
    return _ADDRESS.sub(lambda found: shown(found[0]), text)
