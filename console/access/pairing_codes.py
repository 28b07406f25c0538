"""The code on the big screen: key p shows the coach's, then a viewer's, then none. It is hidden once used."""

import threading

from console.access.devices import Devices, Role
from wire.clock import Clock
from wire.messages import PairingCode

NO_CODE = PairingCode("")
_NEXT_ROLE: dict[Role | None, Role | None] = {None: "coach", "coach": "viewer", "viewer": None}


class PairingCodes:
    """Makes the codes. `handle_paired` may be called from any thread."""

    def __init__(self, devices: Devices, clock: Clock) -> None:
        self._devices = devices
        self._clock = clock
        self._token = ""
        self._used = threading.Event()
        self.shown = NO_CODE

    def next(self, address: str) -> PairingCode:
        """The next code for a console at this address; the previous one becomes invalid. Raises AccessError, OSError."""
        role = _NEXT_ROLE[self.shown.role if self.shown.address else None]
        self.hide()
        if role is not None:
            self._token, ends_ns = self._devices.new_token(role)
            # Behind the #, a token reaches neither a log nor another site.
            self.shown = PairingCode(f"{address}/pair#{self._token}", role, ends_ns)
        return self.shown

    def hide(self) -> None:
        """Hide the code. Raises AccessError, OSError."""
        token, self._token, self.shown = self._token, "", NO_CODE
        self._used.clear()
        if token:
            self._devices.withdraw(token)

    def is_over(self) -> bool:
        """Whether the code on the screen has paired a device or has expired, and must be hidden."""
        return bool(self._token) and (self._used.is_set() or self._clock() >= self.shown.ends_ns)

    def handle_paired(self, token: str) -> None:
        """A device was paired with this token."""
        if token == self._token:
            self._used.set()
