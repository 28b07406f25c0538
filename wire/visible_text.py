"""Makes text from others, such as names, safe to show: terminals act on some characters instead of showing them."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Invisible, but part of Persian words and of many an emoji."""


def visible(text: str) -> str:
    r"""The text with invisible characters escaped: controls, changes of direction, tags, bytes that are not UTF-8.

    Spaces of any width stay, and so do line ends.

    >>> visible("\x1b[2J \udce9")
    '\\x1b[2J \\xe9'
    """
    if text.isprintable():
        return text
    return "".join(letter if letter == "\n" or _is_visible(letter) else _escaped(letter) for letter in text)


def one_line(text: str) -> str:
    """The same, with its line ends escaped as well."""
    return visible(text).replace("\n", r"\n")


def _is_visible(letter: str) -> bool:
    return letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) == "Zs"


def _escaped(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # Python's substitute for a byte of a file name that is not UTF-8
        code -= 0xDC00
    return rf"\x{code:02x}" if code < 0x100 else rf"\u{code:04x}" if code < 0x10000 else rf"\U{code:08x}"
