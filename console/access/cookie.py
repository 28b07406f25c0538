"""A paired device's secret in its browser's cookie, and the values derived from it."""

import hashlib
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie


def cookie_name(port: int) -> str:
    """Browsers keep one set of cookies for all ports of a host, and two lanes may run on one machine."""
    return f"hipcue_{port}"


def secret_in(headers: Mapping[str, str], port: int) -> str:
    """The secret in a request's headers, whose names are in lower case; "": there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(cookie_name(port))
    except CookieError:
        return ""
    return "" if found is None else found.value


def forgery_token(secret: str) -> str:
    """The token by which a page proves that it was made for this device: a page of another site cannot read it."""
    return hashlib.sha256(f"forgery {secret}".encode("utf-8", "replace")).hexdigest()[:32]
