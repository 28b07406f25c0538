"""Whether a file was cut off, by what its format puts at the end. FFmpeg reads such files without an error."""

from pathlib import Path

_MP4_MARK = b"ftyp"
_TABLES = (b"moov", b"meta")
"""Boxes that index the pictures of a video, or of a photo."""
_MOST_BOXES = 10_000
"""Most boxes of an MP4 file that are read; a fragmented film has a few thousand."""
_PACKETS = ((188, 0), (192, 4), (204, 0))
"""A transport stream's packets: their length, and where in them the sync byte is. Plain, with times in front as in AVCHD, and
with error correction."""
_SYNC = ord("G")
_SEEN_PACKETS = 4
"""Number of sync bytes at the same distance that are not a coincidence."""
_TAIL_BYTES = 128 * 1024
"""Contains the last page of an Ogg file, which has at most 64 KB."""
_OGG_LAST_PAGE = 4
_OGG_HEAD_BYTES = 27


def starts_like_mp4(head: bytes) -> bool:
    """Whether these first bytes are those of an MP4 file."""
    return head[4:8] == _MP4_MARK


def is_whole_mp4(path: Path) -> bool:
    """Whether an MP4 file has its table of pictures, which most cameras write last, and no box is cut off."""
    at, size, has_table = 0, path.stat().st_size, False
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[8:16] if head[:4] == b"\0\0\0\1" else head[:4], "big")
            has_table = has_table or head[4:8] in _TABLES
            at += length
            if at > size:
                return False
            if length < 8:  # it extends to the end, or is not a box
                return has_table
    return has_table


def end_is_missing(path: Path) -> bool:
    """Whether a GIF, Ogg, Motion JPEG or transport stream lacks its end; False for every other format. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SEEN_PACKETS * max(length for length, _ in _PACKETS))
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    if head.startswith(b"GIF8"):
        return not tail.rstrip(b"\0").endswith(b";")
    if head.startswith(b"\xff\xd8\xff"):
        return not tail.rstrip(b"\0").endswith(b"\xff\xd9")
    if head.startswith(b"OggS"):
        return not _is_last_ogg_page(tail[tail.rfind(b"OggS") :])
    for length, sync_at in _PACKETS:
        if len(head) >= _SEEN_PACKETS * length and set(head[sync_at : _SEEN_PACKETS * length : length]) == {_SYNC}:
            return size % length != 0
    return False


def _is_last_ogg_page(page: bytes) -> bool:
    """Whether it is marked as the last one, and complete (RFC 3533)."""
    if len(page) < _OGG_HEAD_BYTES or not page[5] & _OGG_LAST_PAGE:
        return False
    lengths = page[_OGG_HEAD_BYTES : _OGG_HEAD_BYTES + page[26]]
    return len(page) >= _OGG_HEAD_BYTES + page[26] + sum(lengths)
