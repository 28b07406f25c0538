"""A paired device's secret in its browser's cookie, and the values derived from it."""

import hashlib
from collections.abc import Mapping


def cookie_name(port: int) -> str:
    """Browsers keep one set of cookies for all ports of a host, and two lanes may run on one machine."""
    return f"hipcue_{port}"


def secret_in(headers: Mapping[str, str], port: int) -> str:
    """The secret in a request's headers, whose names are in lower case; "": there is none."""
    # Taken apart as browsers put them together: a browser also sends the cookies of the host's other programs, which hold
    # anything, and of all cookies Python's own parser discards every one because of one that it does not understand.
    pairs = (part.partition("=") for part in headers.get("cookie", "").split(";"))
    return next((value.strip() for name, _, value in pairs if name.strip() == cookie_name(port)), "")


def forgery_token(secret: str) -> str:
    """The token by which a page proves that it was made for this device: a page of another site cannot read it."""
    return hashlib.sha256(f"forgery {secret}".encode("utf-8", "replace")).hexdigest()[:32]
