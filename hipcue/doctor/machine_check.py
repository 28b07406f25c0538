"""Checks the machine: folders for sockets and sessions, screen, sound."""

import tempfile
import time

from config.paths import sessions_folder
from config.settings import Settings
from feedback.audio.device.sink import SoundFault
from feedback.audio.device.sound_card import open_sink
from feedback.display.monitors import find_monitor
from feedback.display.window import find_screens
from hipcue.doctor.finding import Finding
from wire.clock import monotonic_ns
from wire.endpoints import EndpointError, default_directory, private_directory
from wire.messages import Fault
from wire.texts import problem
from wire.topics import AUDIO

_SOUND_STARTS_S = 3.0


def check_sockets() -> Finding:
    """The private folder for the sockets between the processes."""
    try:
        return Finding("sockets", True, str(private_directory(default_directory())))
    except EndpointError as error:
        return Finding("sockets", False, str(error), "fix this first: without sockets nothing runs")


def check_sessions(settings: Settings) -> Finding:
    """The folder in which sessions are saved."""
    folder = sessions_folder(settings.session.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("sessions", True, f"saved under {folder}")
    except OSError as error:
        return Finding("sessions", False, f"{folder} cannot be written ({error.strerror})", "choose another --session-dir")


def check_screen(settings: Settings) -> Finding:
    """The monitors."""
    monitors = find_screens()
    if not monitors:
        return Finding("screen", False, "none found", "connect one; without a screen, each stride is a line in the terminal")
    found = ", ".join(str(monitor) for monitor in monitors)
    wanted = settings.display.monitor
    if find_monitor(monitors, wanted) is None:
        return Finding("screen", False, found, f'none of them is "{wanted}": connect it, or change monitor in [display]')
    return Finding("screen", True, found)


def check_sound(settings: Settings) -> tuple[Finding, float | None]:
    """The sound device, and its delay in milliseconds; None: no device."""
    sink = open_sink(settings.audio, monotonic_ns)
    try:
        until_s = time.monotonic() + _SOUND_STARTS_S
        while not sink.silent and not sink.is_ready() and time.monotonic() < until_s:
            sink.advance()
            time.sleep(0.02)
        if sink.silent:
            return Finding(
                "sound",
                False,
                _silent_because(sink.fault),
                "connect a loudspeaker; without sound, cues are shown on the screen",
            ), None
        latency_ms = 1000 * sink.latency_s()
        return Finding("sound", True, f"{sink.device}, {latency_ms:.0f} ms"), latency_ms
    finally:
        sink.close()


def _silent_because(fault: SoundFault | None) -> str:
    if fault is None:
        return "switched off (enabled = false in [audio])"
    return problem(Fault(fault.code, AUDIO, 0, cause=fault.cause))
