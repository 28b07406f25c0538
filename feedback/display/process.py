"""The display process: hears everything, draws what can be seen of it, and passes the runner's keys on."""

from pathlib import Path

import cv2
import pygame

from config.reload import from_json
from config.schema import Settings
from feedback.display import terminal
from feedback.display.painter import Painter
from feedback.display.screen import Screen
from feedback.display.view import Board, View
from feedback.display.window import Key, NoScreenError, Window
from wire import stages
from wire.clock import NS_PER_MS, NS_PER_S, ms_to_ns, s_to_ns
from wire.frames import Frame
from wire.health import HealthReporter
from wire.lifecycle import StopFlag, ready_for_work
from wire.messages import STRIDE_TONE, Belt, Command, ConfigState, Cue, Health, Phase, Sample, Stride, Summary
from wire.sockets import Wire, wait
from wire.topics import BELT, COMMAND, CONFIG, CUE, HEALTH, PHASE, SAMPLE, STRIDE

HEADLESS_WAIT_MS = 50.0
"""How long a round without a screen sleeps at most: the end must come within 200 ms."""
QUIT_GRACE_S = 1.0
"""After the quit key: time for the supervisor to end all; a display that runs alone then ends itself."""


def run(settings: Settings, wire: Wire, stop: StopFlag, screenshot: Path | None = None) -> int:
    """Show until `stop`; then write the screenshot, if asked for. Returns the exit code.

    The screenshot (PNG, `settings.display` size) is of the last view with a measured runner, else of the last view.
    Returns 1 when it could not be written.
    """
    cv2.setNumThreads(1)  # One core is ours; the others belong to the pose model.
    display = Display(settings, wire)
    try:
        display.show_until(stop)
    finally:
        display.close()
    return display.save(screenshot) if screenshot is not None else 0


class Display:
    """The process's sockets, its screen if there is one, and its hot loop."""

    def __init__(self, settings: Settings, wire: Wire) -> None:
        self._settings = settings.display
        self._clock = wire.clock
        self._health = HealthReporter(wire)
        self._commands = wire.publisher(COMMAND)
        self._frames = wire.frames()
        self._samples = wire.newest(SAMPLE, Sample)
        self._strides = wire.every(STRIDE, Stride)
        self._cues = wire.every(CUE, Cue)
        self._phases = wire.newest(PHASE, Phase)
        self._healths = wire.newest(HEALTH, Health)
        self._belts = wire.newest(BELT, Belt)
        self._configs = wire.newest(CONFIG, ConfigState)
        self._screen = Screen(settings)
        self._painter = Painter(settings.display.mirror)
        self._max_age_ns = ms_to_ns(settings.analysis.max_age_ms)
        self._period_ns = round(NS_PER_S / settings.display.fps)
        self._drawn_at_ns = 0
        self._drawn: View | None = None
        self._shown_picture: tuple[int, int] | None = None
        self._told = ""
        self._told_refused = ""
        self._config_version = 0
        self._summary: Summary | None = None
        self._quit_at_ns: int | None = None
        self._view = View(None, Board())
        self._best: View | None = None
        self._window = self._open()

    def show_until(self, stop: StopFlag) -> None:
        """The hot loop."""
        ready_for_work()
        while not stop:
            self._hear()
            now_ns = self._clock()
            if self._quit_at_ns is not None and now_ns >= self._quit_at_ns:
                stop.set()
            self._look(now_ns)
            if self._window is None:
                self._tell()
                wait_ms = HEADLESS_WAIT_MS
            else:
                for key in self._window.pressed():
                    self._obey(key, self._window)
                wait_ms = self._draw_if_due(self._window)
            self._health.beat()
            wait(wait_ms, self._frames, self._samples)
        self._health.say("ended")

    def close(self) -> None:
        """Give the screen back."""
        if self._window is not None:
            self._window.close()
            self._window = None

    def save(self, path: Path) -> int:
        """Write the screenshot; 0 when it is written."""
        surface = pygame.Surface((self._settings.width_px, self._settings.height_px), depth=32)
        Painter(self._settings.mirror).paint(surface, self._best or self._view)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            pygame.image.save(surface, str(path))
        except (OSError, pygame.error) as error:
            print(f"{path}: the screenshot cannot be written ({error}); name a file in a folder of yours", flush=True)
            return 1
        return 0

    def _open(self) -> Window | None:
        """The window; None, said in health and in the terminal, where none was asked for or none can be opened."""
        wanted = self._settings.mode
        if wanted == "headless":
            self._health.facts["screen"] = "none, a line per stride in the terminal"
            self._health.say("running")
            return None
        try:
            window = Window(wanted != "window", (self._settings.width_px, self._settings.height_px))
        except NoScreenError as error:
            self._health.facts["screen"] = "none, a line per stride in the terminal"
            self._health.say("degraded", str(error))
            print(error, flush=True)
            return None
        self._health.facts["screen"] = window.description
        self._health.say("running")
        return window

    def _hear(self) -> None:
        """Take in everything that waits."""
        now_ns = self._clock()
        while (phase := self._phases.take()) is not None:
            self._screen.take(phase, now_ns)
            self._tell_summary(phase)
        while (health := self._healths.take()) is not None:
            self._screen.take(health, now_ns)
        while (belt := self._belts.take()) is not None:
            self._screen.take(belt, now_ns)
        while (config := self._configs.take()) is not None:
            self._screen.take(config, now_ns)
            self._configure(config)
        if (frame := self._frames.take()) is not None:
            self._take_frame(frame, now_ns)
        if (sample := self._samples.take()) is not None:
            self._screen.take(sample, now_ns)
        for stride in self._strides.take_all():
            self._screen.take(stride, now_ns)
            if self._window is None:
                line = terminal.stride_line(stride, self._screen.measure, self._screen.judge(stride), self._screen.band)
                print(line, flush=True)
        for cue in self._cues.take_all():
            if cue.rule == STRIDE_TONE:
                continue  # heard at every stride: nothing to read, and it would bury the rest
            self._screen.take(cue, now_ns)
            if self._window is None:
                print(terminal.cue_line(cue), flush=True)
        self._count_losses()

    def _configure(self, config: ConfigState) -> None:
        """Follow changed settings, except those of the window itself: they hold from the next start."""
        if config.version == self._config_version:
            return
        self._config_version = config.version
        settings = from_json(config.settings_json)
        if settings is None:
            self._health.counters["configs_refused"] += 1
            return
        self._screen.configure(settings)
        if settings.display.mirror != self._settings.mirror:
            self._painter = Painter(settings.display.mirror)
        self._settings = settings.display
        self._period_ns = round(NS_PER_S / settings.display.fps)
        self._max_age_ns = ms_to_ns(settings.analysis.max_age_ms)

    def _take_frame(self, frame: Frame, now_ns: int) -> None:
        """One that is left over from before this process stood still is not shown; the next is already on its way."""
        if now_ns - frame.capture_ns <= self._max_age_ns:
            self._screen.take(frame, now_ns)
        else:
            self._health.counters["too old"] += 1

    def _count_losses(self) -> None:
        missed = self._strides.missed + self._cues.missed
        if missed:
            self._health.counters["missed"] = missed

    def _look(self, now_ns: int) -> None:
        self._view = self._screen.view(now_ns)
        if self._view.shows_measurement:
            self._best = self._view

    def _tell_summary(self, phase: Phase) -> None:
        """Headless: say what the session brought, once."""
        if phase.summary is not None and phase.summary != self._summary and self._window is None:
            print(*terminal.summary_lines(phase.summary, phase.measure), sep="\n", flush=True)
        self._summary = phase.summary

    def _tell(self) -> None:
        """Headless: say a message, and why settings are refused, when it changes."""
        board = self._view.board
        message = board.message.text if board.message is not None else ""
        if message != self._told:
            self._told = message
            print(terminal.message_line(message, self._screen.measure), flush=True)
        if board.refused != self._told_refused:
            self._told_refused = board.refused
            print(terminal.settings_line(board.refused), flush=True)

    def _obey(self, key: Key, window: Window) -> None:
        if key == "full_screen":
            window.toggle_full_screen()
            self._health.facts["screen"] = window.description
        elif key == "help" or key == "latency":  # noqa: PLR1714 - so that the type checker sees which names are left
            self._screen.turn_card(key)
        else:
            self._commands.send(Command(key))
            if key == "quit" and self._quit_at_ns is None:
                self._quit_at_ns = self._clock() + s_to_ns(QUIT_GRACE_S)

    def _draw_if_due(self, window: Window) -> float:
        """Draw when there is something new to see and the last drawing is old enough; returns how long to wait, ms."""
        since_ns = self._clock() - self._drawn_at_ns
        if since_ns < self._period_ns:
            return max(1.0, (self._period_ns - since_ns) / NS_PER_MS)
        if self._view == self._drawn and not window.repaint:
            return self._period_ns / NS_PER_MS
        if window.repaint:
            window.repaint = False
            self._painter.forget()
        self._drawn_at_ns = self._clock()
        self._painter.paint(window.surface, self._view)
        self._health.add_ns("draw", self._clock() - self._drawn_at_ns)
        window.flip()
        self._drawn = self._view
        picture = self._view.picture
        if picture is not None and picture.lines is not None and (picture.epoch, picture.seq) != self._shown_picture:
            self._shown_picture = (picture.epoch, picture.seq)
            now_ns = self._clock()
            self._health.add_ns(stages.SAMPLE_TO_FLIP, now_ns - picture.measured_ns)
            self._health.add_ns(stages.CAPTURED_TO_FLIP, now_ns - picture.capture_ns)
        return self._period_ns / NS_PER_MS
