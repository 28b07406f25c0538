"""Publishes the belt's speed, incline and the foot pod's cadence from the loop of the capture process."""

import sys

from capture.belt.belt_state import BeltState
from capture.belt.bluetooth import BleakLink, Link, LinkFault, LinkThread, Notification
from capture.belt.ftms import TREADMILL_DATA_UUID, parse_treadmill_data
from capture.belt.reading import PacketError
from capture.belt.rsc import parse_rsc_measurement
from config.sections.capture import BeltSettings
from wire.faults import TREADMILL_AWAY
from wire.messages import Command
from wire.node import Node
from wire.texts import sentence
from wire.topics import BELT, COMMAND

UPDATE_S = 0.05
_FACT = "belt"
_CONNECTED = "ftms, connected"


class BeltPublisher:
    """Publishes every change. `link` replaces Bluetooth in tests."""

    def __init__(self, settings: BeltSettings, node: Node, link: Link | None = None) -> None:
        self._state = BeltState(settings)
        self._clock = node.clock
        self._health = node.health
        self._publisher = node.publisher(BELT)
        self._published: tuple[float | None, float | None, str, float | None] | None = None
        self._link: LinkThread | None = None
        self._health.facts[_FACT] = settings.source
        if settings.source == "ftms":
            self._link = LinkThread(link or BleakLink(settings.device))
        node.subscribe(COMMAND, Command, self._state.handle_command, wakes=False)
        node.each(UPDATE_S, self._update)

    def close(self) -> None:
        """Disconnect from the treadmill."""
        if self._link is not None:
            self._link.close()

    def _update(self) -> None:
        for event in () if self._link is None else self._link.take_all():
            if isinstance(event, LinkFault):
                self._report(event)
            else:
                self._handle_notification(event)
        belt = self._state.at(self._clock())
        if belt.cadence_spm is not None:
            self._health.facts[_FACT] = f"{_CONNECTED}, {belt.cadence_spm:.0f} steps a minute"
        values = (belt.speed_mps, belt.incline_pct, belt.source, belt.cadence_spm)
        if values != self._published:
            self._published = values
            self._publisher.send(belt)

    def _handle_notification(self, notification: Notification) -> None:
        try:
            if notification.characteristic == TREADMILL_DATA_UUID:
                self._state.update_treadmill(parse_treadmill_data(notification.packet), self._clock())
            else:
                self._state.update_foot_pod(parse_rsc_measurement(notification.packet), self._clock())
        except PacketError as error:
            self._health.facts[_FACT] = f"ftms, packet refused: {error.reason}"
            return
        self._health.clear(*TREADMILL_AWAY)
        self._health.facts[_FACT] = _CONNECTED

    def _report(self, fault: LinkFault) -> None:
        known = {(one.code, one.cause) for one in self._health.faults}
        self._health.clear(*(TREADMILL_AWAY - {fault.code}))
        reported = self._health.fault(fault.code, fault.device, fault.cause)
        if (fault.code, fault.cause) not in known:
            print(sentence(reported), file=sys.stderr, flush=True)
