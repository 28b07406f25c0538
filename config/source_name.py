"""A source's name as it may be shown and stored: an address without its user name and password."""

from urllib.parse import urlsplit


def shown_source(name: str) -> str:
    """`rtsp://user:secret@camera/1` as `rtsp://camera/1`; every other name as it is."""
    if "://" not in name:
        return name
    try:
        parts = urlsplit(name)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{host}{parts.path}"
