"""The display process: receives all messages, draws the screen, and publishes the runner's keys."""

from contextlib import suppress
from pathlib import Path

import cv2
import pygame

from config.reload import from_json
from config.settings import Settings
from feedback.display import terminal
from feedback.display.paint.painter import Painter
from feedback.display.state.screen import Screen
from feedback.display.state.view import Board, View
from feedback.display.window import Key, NoScreenError, Window
from wire.clock import NS_PER_MS, NS_PER_S, ms_to_ns, s_to_ns
from wire.faults import FaultCode
from wire.frames.frame import Frame
from wire.health import stages
from wire.lifecycle import StopFlag
from wire.messages import (
    STRIDE_TONE,
    Belt,
    Command,
    ConfigState,
    Cue,
    Health,
    PairingCode,
    Phase,
    ReportLink,
    Sample,
    Stride,
    Summary,
)
from wire.node import IDLE_WAIT_MS, Node
from wire.sockets import Wire
from wire.texts import sentence
from wire.topics import BELT, COMMAND, CUE, HEALTH, PAIRING, PHASE, REPORT_LINK, SAMPLE, STRIDE

HEADLESS_WAIT_MS = 50.0
"""The longest wait of a round without a screen: the process must end within 200 ms."""
MONITOR_CHECK_S = 1.0
"""How often the full screen is checked: a TV that was switched off comes back without it."""
RESTING_PERIOD_NS = s_to_ns(0.2)
"""How often the view is built while nobody is in view; it is drawn if it has changed."""
SCREEN_RETRY_S = 5.0
"""How often a screen is looked for while there is none: a TV may be switched on after the machine."""
QUIT_GRACE_S = 1.0
"""How long the display waits after the quit key for the supervisor to end it, before it ends on its own."""


def run(settings: Settings, wire: Wire, stop: StopFlag, screenshot: Path | None = None) -> int:
    """Display until asked to stop, then write the screenshot if a path is given. Returns the exit code.

    The screenshot (PNG, of the size in `settings.display`) shows the last view with a measured runner, or else the last view.
    The exit code is 1 if it could not be written.
    """
    cv2.setNumThreads(1)  # One core for the display: the others are for the pose model.
    node = Node(wire, stop)
    display = DisplayProcess(settings, node)
    try:
        node.run(display.show)
    finally:
        display.close()
    return display.save(screenshot) if screenshot is not None else 0


class DisplayProcess:
    """The loop body of the display, with a window or without a screen."""

    def __init__(self, settings: Settings, node: Node) -> None:
        self._settings = settings.display
        self._clock = node.clock
        self._stop = node.stop
        self._health = node.health
        self._commands = node.publisher(COMMAND)
        self._frames = node.frames()
        self._screen = Screen(settings)
        self._painter = Painter(settings.display.mirror)
        self._max_age_ns = ms_to_ns(settings.analysis.max_age_ms)
        self._period_ns = round(NS_PER_S / settings.display.fps)
        self._viewed_at_ns = self._drawn_at_ns = 0
        self._drawn: View | None = None
        self._shown_frame: tuple[int, int] | None = None
        self._printed_message = ""
        self._printed_refusal = ""
        self._summary: Summary | None = None
        self._quit_at_ns: int | None = None
        self._view = View(None, Board())
        self._best: View | None = None
        # Only frames and samples wake the round; other messages are drawn with the next of them.
        node.subscribe(PHASE, Phase, self._handle_phase, wakes=False)
        node.subscribe(HEALTH, Health, self._handle, wakes=False)
        node.subscribe(BELT, Belt, self._handle, wakes=False)
        node.subscribe(PAIRING, PairingCode, self._handle, wakes=False)
        node.subscribe(COMMAND, Command, self._handle_command, wakes=False)
        if settings.console.enabled:
            node.subscribe(REPORT_LINK, ReportLink, self._handle, wakes=False)
        node.follow_settings(from_json, self._apply)
        node.subscribe(SAMPLE, Sample, self._handle)
        node.subscribe(STRIDE, Stride, self._handle_stride, wakes=False)
        node.subscribe(CUE, Cue, self._handle_cue, wakes=False)
        self._window = self._open()
        node.each(MONITOR_CHECK_S, self._check_monitor)
        node.each(SCREEN_RETRY_S, self._look_for_screen)
        self._health.running()

    def show(self) -> float:
        """The loop body: draw or print what is new. Returns how long the next round may wait, ms."""
        now_ns = self._clock()
        if (frame := self._frames.take()) is not None:
            self._handle_frame(frame, now_ns)
        if self._quit_at_ns is not None and now_ns >= self._quit_at_ns:
            self._stop.set()
        if self._window is None:
            self._update_view(now_ns)
            self._print_changes()
            return HEADLESS_WAIT_MS
        for key in self._window.read_keys():
            self._handle_key(key, self._window)
            self._viewed_at_ns = 0  # What a key changes is shown at once.
        wait_ms = self._draw_if_due(self._window)
        # After the drawing, so that it delays no picture.
        begun_ns = self._clock()
        if self._screen.keep_picture():
            wait_ms = max(1.0, wait_ms - (self._clock() - begun_ns) / NS_PER_MS)
        return wait_ms

    def close(self) -> None:
        """Close the window."""
        self._health.ended()
        if self._window is not None:
            self._window.close()
            self._window = None

    def save(self, path: Path) -> int:
        """Write the screenshot. Returns 0 if it was written, else 1."""
        surface = pygame.Surface((self._settings.width_px, self._settings.height_px), depth=32)
        Painter(self._settings.mirror).paint(surface, self._best or self._view)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            pygame.image.save(surface, str(path))
        except (OSError, pygame.error) as error:
            with suppress(OSError):
                path.unlink()  # half a picture
            print(
                f"{path}: the screenshot cannot be written ({error}); choose a file in a folder where you may write", flush=True
            )
            return 1
        return 0

    def _open(self) -> Window | None:
        """The window; None in headless mode, or if none can be opened, which is reported as a fault."""
        window = None
        wanted = self._settings.mode
        if wanted != "headless":
            size_px = (self._settings.width_px, self._settings.height_px)
            try:
                window = Window(wanted != "window", size_px, self._settings.monitor)
                self._health.clear(FaultCode.SCREEN_MISSING)
            except NoScreenError as error:
                is_known = FaultCode.SCREEN_MISSING in {fault.code for fault in self._health.faults}
                fault = self._health.fault(FaultCode.SCREEN_MISSING, cause=str(error))
                if not is_known:
                    print(sentence(fault), flush=True)
        self._health.facts["screen"] = "none, a line per stride in the terminal" if window is None else window.description
        return window

    def _look_for_screen(self) -> None:
        if self._window is None and self._quit_at_ns is None:
            self._window = self._open()
            self._drawn = None

    def _check_monitor(self) -> None:
        if self._window is None:
            return
        if self._window.keep_full_screen():
            self._health.facts["screen"] = self._window.description
        self._health.fault_if(not self._window.has_its_monitor, FaultCode.MONITOR_MISSING, self._settings.monitor)

    def _handle(self, message: Health | Belt | Sample | PairingCode | ReportLink) -> None:
        self._screen.handle(message, self._clock())

    def _handle_phase(self, phase: Phase) -> None:
        self._screen.handle(phase, self._clock())
        if phase.summary is not None and phase.summary != self._summary and self._window is None:
            print(*terminal.summary_lines(phase.summary, phase.measure), sep="\n", flush=True)
        self._summary = phase.summary

    def _handle_stride(self, stride: Stride) -> None:
        self._screen.handle(stride, self._clock())
        if self._window is None:
            if stride.camera != "main" and stride.leg == "far":
                return
            phase = self._screen.phase
            leg = stride.side if phase.is_two_sided and stride.leg == "near" else None
            print(
                terminal.stride_line(stride, phase.measure, phase.judge(stride), phase.band_of(stride), leg or ""), flush=True
            )

    def _handle_cue(self, cue: Cue) -> None:
        if cue.rule == STRIDE_TONE:
            return  # It sounds at every stride and has no text; a line for each would bury the others.
        self._screen.handle(cue, self._clock())
        if self._window is None:
            print(terminal.cue_line(cue), flush=True)

    def _apply(self, settings: Settings, _state: ConfigState) -> None:
        """Apply changed settings; those of the window itself apply at the next start."""
        self._screen.apply_settings(settings)
        if settings.display.mirror != self._settings.mirror:
            self._painter = Painter(settings.display.mirror)
        self._settings = settings.display
        self._period_ns = round(NS_PER_S / settings.display.fps)
        self._max_age_ns = ms_to_ns(settings.analysis.max_age_ms)

    def _handle_frame(self, frame: Frame, now_ns: int) -> None:
        """Handle a frame, unless it is old because this process was suspended: a newer one follows."""
        if now_ns - frame.capture_ns <= self._max_age_ns:
            self._screen.handle(frame, now_ns)
        else:
            self._health.counters["too old"] += 1

    def _update_view(self, now_ns: int) -> None:
        self._view = self._screen.view(now_ns)
        if self._view.shows_measurement:
            self._best = self._view

    def _print_changes(self) -> None:
        """Without a screen: print the message, and why settings are rejected, when they change."""
        board = self._view.board
        message = board.message.text if board.message is not None else ""
        if message != self._printed_message:
            self._printed_message = message
            print(terminal.message_line(message, self._screen.phase.measure), flush=True)
        if board.refused_settings != self._printed_refusal:
            self._printed_refusal = board.refused_settings
            print(terminal.settings_line(board.refused_settings), flush=True)

    def _handle_command(self, command: Command) -> None:
        """Handle a button of the console. This screen's own keys arrive here as well; the other processes handle those."""
        if command.name == "replay":
            self._screen.toggle_replay(self._clock())

    def _handle_key(self, key: Key, window: Window) -> None:
        match key:
            case "full_screen":
                window.toggle_full_screen()
                self._health.facts["screen"] = window.description
            case "replay":
                self._screen.toggle_replay(self._clock())
            case "help" | "latency":
                self._screen.toggle_card(key)
            case _:
                if key == "pairing_code":
                    self._screen.toggle_card(key)
                self._commands.send(Command(key))
                if key == "quit" and self._quit_at_ns is None:
                    self._quit_at_ns = self._clock() + s_to_ns(QUIT_GRACE_S)

    def _draw_if_due(self, window: Window) -> float:
        """Draw if a period has passed since the last drawing and the view has changed. Returns how long to wait, ms."""
        now_ns = self._clock()
        if self._screen.resting:
            left_ns = self._viewed_at_ns + RESTING_PERIOD_NS - now_ns
        else:
            left_ns = self._drawn_at_ns + self._period_ns - now_ns
        if left_ns > 0:
            return min(max(1.0, left_ns / NS_PER_MS), IDLE_WAIT_MS)
        self._viewed_at_ns = now_ns
        self._update_view(now_ns)
        if self._view == self._drawn and not window.repaint:
            return self._period_ns / NS_PER_MS
        if window.repaint:
            window.repaint = False
            self._painter.invalidate()
        self._drawn_at_ns = self._clock()
        self._painter.paint(window.surface, self._view)
        self._health.add_ns("draw", self._clock() - self._drawn_at_ns)
        window.flip()
        self._drawn = self._view
        frame = self._view.frame
        if frame is not None and frame.lines is not None and (frame.epoch, frame.seq) != self._shown_frame:
            self._shown_frame = (frame.epoch, frame.seq)
            now_ns = self._clock()
            self._health.add_ns(stages.SAMPLE_TO_FLIP, now_ns - frame.measured_ns)
            self._health.add_ns(stages.CAPTURED_TO_FLIP, now_ns - frame.capture_ns)
        return self._period_ns / NS_PER_MS
