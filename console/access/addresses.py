"""The names and addresses by which a browser may reach this console, and the one that a tablet is sent to."""

import ipaddress
import re
import socket
from contextlib import suppress

from config.sections.console import ConsoleSettings

_HOST = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::[0-9]+)?")
_ANYWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737). Nothing is sent there: connecting a datagram socket only chooses the way out."""

_LONGEST_CONNECT_S = 2.0


def origin_of(settings: ConsoleSettings) -> str:
    """The console's address for a tablet, as in "http://192.168.1.20:7680"."""
    scheme = "https" if settings.certificate_file else "http"
    host = settings.name or _reachable(settings.listen)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def is_reachable(settings: ConsoleSettings) -> bool:
    """Whether other devices can reach the console: it listens on a network, or the settings give a name for it."""
    return bool(settings.name) or not ipaddress.ip_address(settings.listen).is_loopback


def is_served(settings: ConsoleSettings) -> bool:
    """Whether something accepts connections at the console's address now."""
    listen = ipaddress.ip_address(settings.listen)
    host = ("127.0.0.1" if listen.version == 4 else "::1") if listen.is_unspecified else settings.listen
    with suppress(OSError), socket.create_connection((host, settings.port), timeout=_LONGEST_CONNECT_S):
        return True
    return False


def is_own_name(host: str, settings: ConsoleSettings) -> bool:
    """Whether a request's Host is this machine.

    An address is always accepted: a stranger's page can point its own name at this machine (DNS rebinding), not an address.
    """
    name = _without_port(host).lower()
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    own = socket.gethostname().lower()
    return name in {"localhost", own, f"{own.split('.')[0]}.local", settings.name.lower()} - {""}


def _without_port(host: str) -> str:
    found = _HOST.fullmatch(host)
    return "" if found is None else found[1].strip("[]")


def _reachable(listen: str) -> str:
    """This machine's address in the network, for a console that listens on all addresses."""
    if not ipaddress.ip_address(listen).is_unspecified:
        return listen
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_ANYWHERE)
        return str(probe.getsockname()[0])
    return socket.gethostname()
