"""A console for many lanes: each is followed like by a remote screen, but without pictures."""

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from config.settings import Settings
from console.access.addresses import origin_of
from console.access.devices import Devices, console_folder
from console.lane.lane import Lane
from console.lanes_file import FollowedLane
from console.library.library import Library
from console.web.app import Parts, console_app
from console.web.server import Server
from wire.clock import monotonic_ns
from wire.lifecycle import StopFlag
from wire.node import Node
from wire.remote.follow import FollowClient
from wire.remote.keys import KeyPair, Keys
from wire.sockets import Wire
from wire.topics import CONSOLE, FOLLOW

WAIT_MS = 50.0
LONGEST_END_S = 2.0


class Gym:
    """Follows the lanes and serves their pages. `folder` is the program's own, for sockets.

    Raises wire.remote.keys.KeysError, and ConfigError, also if the port cannot be opened.
    """

    def __init__(self, settings: Settings, lanes: Sequence[FollowedLane], keys: Keys, folder: Path, stop: StopFlag) -> None:
        own = keys.own()
        server_keys = [keys.key_of(lane.key_name) for lane in lanes]
        console = settings.console
        self._stop = stop
        self._lanes = [
            _FollowedLane(lane, own, key, folder / str(number), stop)
            for number, (lane, key) in enumerate(zip(lanes, server_keys, strict=True))
        ]
        self.devices = Devices(console_folder())
        app = console_app(
            Parts(
                console,
                tuple(one.lane for one in self._lanes),
                self.devices,
                Library(settings.session.store_url, settings.session.folder),
                None,
                Counter(),
                monotonic_ns,
                lambda _: None,
            )
        )
        self._server = Server(app, console)
        self.port = self._server.port
        self.address = origin_of(console.model_copy(update={"port": self.port}))
        for one in self._lanes:
            one.start()

    def serve(self) -> None:
        """Until asked to stop."""
        while not self._stop and not self._server.has_ended:
            self._server.wait(WAIT_MS / 1000)

    def close(self) -> None:
        """End all threads."""
        self._stop.set()
        for one in self._lanes:
            one.close()
        self._server.close()


class _FollowedLane:
    """A lane in two threads: one brings its messages here, one receives them as the console does beside a lane."""

    def __init__(self, followed: FollowedLane, own: KeyPair, server_key: str, folder: Path, stop: StopFlag) -> None:
        folder.mkdir(mode=0o700)
        self.lane = Lane(followed.name, followed.page)
        self._stop = stop
        # Bound before anything connects, so that no first message is missed.
        self._wires = (Wire(folder, FOLLOW), Wire(folder, CONSOLE))
        follow, receive = (Node(wire, stop) for wire in self._wires)
        self._client = FollowClient(follow, followed.address, own, server_key, frames=False)
        self.lane.attach(receive)
        self._threads = (
            threading.Thread(target=self._follow, args=(follow,), name=f"follow {followed.name}", daemon=True),
            threading.Thread(target=self._receive, args=(receive,), name=f"receive {followed.name}", daemon=True),
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(LONGEST_END_S)
        for wire in self._wires:
            wire.close()

    def _follow(self, node: Node) -> None:
        try:
            node.run(self._client.step)
        finally:
            self._client.close()

    def _receive(self, node: Node) -> None:
        def step() -> float:
            self.lane.send_waiting()
            return WAIT_MS

        node.run(step)
