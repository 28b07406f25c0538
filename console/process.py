"""The console's process: one thread receives the lane's messages, another serves the browsers."""

from collections import Counter

from config.loading import Origin
from config.paths import NO_STORE
from config.settings import Settings
from console.access.addresses import is_reachable, origin_of
from console.access.devices import AccessError, Devices, console_folder
from console.access.pairing_codes import NO_CODE, PairingCodes
from console.access.report_links import ReportLinks
from console.checkup import Doctor
from console.editing.settings_file import SettingsFile
from console.lane.lane import Lane
from console.lane.picture_watch import PictureWatch
from console.library.library import Library
from console.next_runner import NextRunner, RemoteAssigning
from console.web.app import Parts, console_app
from console.web.server import NotOpenedError, Server
from wire.faults import FaultCode
from wire.lifecycle import StopFlag
from wire.messages import Command
from wire.node import Node
from wire.sockets import Wire
from wire.topics import COMMAND, PAIRING, REPORT_LINK

LANE = "lane"
WAIT_MS = 50.0
"""How long a coach's command may wait for its round."""
REPORT_S = 0.5
REOPEN_S = 5.0
"""How often to try the port while another program has it."""
EXIT_SERVER_ENDED = 5


def run(settings: Settings, wire: Wire, stop: StopFlag, origin: Origin) -> int:
    """Serve one lane until asked to stop. Returns the exit code."""
    node = Node(wire, stop)
    process = ConsoleProcess(settings, node, origin)
    try:
        return node.run(process.step)
    finally:
        process.close()


class ConsoleProcess:
    """The loop body: opens the port, sends the coach's commands, shows and hides the codes of pairing and of reports."""

    def __init__(self, settings: Settings, node: Node, origin: Origin) -> None:
        self.lane = Lane(LANE)
        self._settings = settings.console
        self._node = node
        self._health = node.health
        devices = Devices(console_folder(), node.clock)
        self._codes = PairingCodes(devices, node.clock)
        self._code_publisher = node.publisher(PAIRING)
        self._links = ReportLinks(node.clock, self._settings.report_minutes)
        self._link_publisher = node.publisher(REPORT_LINK)
        own = self._settings
        self._offers_reports = own.report_minutes > 0 and is_reachable(own) and settings.session.store_url != NO_STORE
        self.watch = PictureWatch(node.wire.directory, node.clock) if own.replay else None
        self._refused: Counter[str] = Counter()
        self._library = Library(settings.session.store_url, settings.session.folder)
        file = None if origin.file is None else SettingsFile(origin, console_folder())
        self._assigning = None if file is None else RemoteAssigning(NextRunner(file, self._library), self._health.counters)
        self._app = console_app(
            Parts(
                settings.console,
                (self.lane,),
                devices,
                self._library,
                file,
                self._refused,
                node.clock,
                self._codes.handle_paired,
                self._links,
                self.watch,
                Doctor(
                    console_folder(),
                    node.wire.directory,
                    lambda: self.lane.read(lambda state: state.settings_json),
                    lambda: self.lane.read(lambda state: state.is_measured(node.clock())),
                ),
            )
        )
        self._server: Server | None = None
        self._address = origin_of(self._settings)
        self._code_publisher.send(NO_CODE)
        self._link_publisher.send(self._links.shown)
        self.lane.attach(node)
        node.subscribe(COMMAND, Command, self._handle_command)
        node.each(REPORT_S, self._report)
        node.each(REOPEN_S, self._open)

    def step(self) -> float:
        """The loop body."""
        self.lane.send_waiting()
        if self._codes.is_over():
            self._show(next_code=False)
        self._offer_report()
        if self._assigning is not None:
            self._assigning.step()
        if self._server is not None and self._server.has_ended:
            self._node.end(EXIT_SERVER_ENDED)
        return WAIT_MS

    def close(self) -> None:
        """Stop serving."""
        if self.watch is not None:
            self.watch.close()
        if self._server is not None:
            self._server.close()
        self._health.ended()

    def _open(self) -> None:
        if self._server is not None:
            return
        own = self._settings
        where = f"{own.listen}:{own.port}"
        try:
            self._server = Server(self._app, own)
        except NotOpenedError as error:
            self._health.fault(FaultCode.ADDRESS_NOT_OPENED, where, str(error))
        else:
            self._health.clear(FaultCode.ADDRESS_NOT_OPENED)
            self._address = origin_of(own.model_copy(update={"port": self._server.port}))
            self._health.facts["console"] = self._address
            print(f"Console: {self._address} (key p shows a tablet's code; or run: hipcue console pair)", flush=True)
        self._health.running()

    def _handle_command(self, command: Command) -> None:
        if command.name == "pairing_code":
            self._show(next_code=True)
        elif command.name == "assign" and self._assigning is not None:
            self._assigning.handle(command)

    def _show(self, next_code: bool) -> None:
        try:
            if next_code:
                self._codes.next(self._address)
            else:
                self._codes.hide()
        except (AccessError, OSError):
            self._health.counters["pairing codes not made"] += 1
        self._code_publisher.send(self._codes.shown)

    def _offer_report(self) -> None:
        """Publish the link of the session whose summary is on the big screen."""
        session = self.lane.read(lambda state: state.summarized_session)
        before = self._links.shown
        if session and self._offers_reports and self._server is not None:
            self._links.show(session, self._address)
            if self._links.shown != before:
                self._server.call(lambda: self._library.make_report_ahead(session))
        else:
            self._links.hide()
        if self._links.shown != before:
            self._link_publisher.send(self._links.shown)

    def _report(self) -> None:
        for reason, times in list(self._refused.items()):
            self._health.counters[f"refused: {reason}"] = times
