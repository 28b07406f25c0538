"""Checks the machine: folders for sockets and sessions, screen, sound."""

import tempfile
import time

from config.paths import sessions_folder
from config.settings import Settings
from feedback.audio.device.sink import SoundFault
from feedback.audio.device.sound_card import open_sink
from feedback.display.monitors import find_monitor
from feedback.display.window import find_screens
from wire.clock import monotonic_ns
from wire.endpoints import EndpointError, default_directory, private_directory
from wire.faults import FindingCode
from wire.messages import Fault
from wire.texts import Finding, finding, problem
from wire.topics import AUDIO

_SOUND_STARTS_S = 3.0


def check_sockets() -> Finding:
    """The private folder for the sockets between the processes."""
    try:
        return finding(FindingCode.SOCKETS, folder=private_directory(default_directory()))
    except EndpointError as error:
        return finding(FindingCode.SOCKETS_NOT_MADE, cause=error)


def check_sessions(settings: Settings) -> Finding:
    """The folder in which sessions are saved."""
    folder = sessions_folder(settings.session.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return finding(FindingCode.SESSIONS, folder=folder)
    except OSError as error:
        return finding(FindingCode.SESSIONS_NOT_WRITABLE, folder=folder, cause=error.strerror)


def check_screen(settings: Settings) -> Finding:
    """The monitors."""
    monitors = find_screens()
    if not monitors:
        return finding(FindingCode.SCREEN_MISSING)
    screens = ", ".join(str(monitor) for monitor in monitors)
    wanted = settings.display.monitor
    if find_monitor(monitors, wanted) is None:
        return finding(FindingCode.SCREEN_OTHER, screens=screens, wanted=wanted)
    return finding(FindingCode.SCREEN, screens=screens)


def check_sound(settings: Settings) -> tuple[Finding, float | None]:
    """The sound device, and its delay in milliseconds; None: no device."""
    sink = open_sink(settings.audio, monotonic_ns)
    try:
        until_s = time.monotonic() + _SOUND_STARTS_S
        while not sink.silent and not sink.is_ready() and time.monotonic() < until_s:
            sink.advance()
            time.sleep(0.02)
        if sink.silent:
            return _silent(sink.fault), None
        latency_ms = 1000 * sink.latency_s()
        return finding(FindingCode.SOUND, device=sink.device, delay_ms=latency_ms), latency_ms
    finally:
        sink.close()


def _silent(fault: SoundFault | None) -> Finding:
    if fault is None:
        return finding(FindingCode.SOUND_OFF)
    return finding(FindingCode.SOUND_MISSING, cause=problem(Fault(fault.code, AUDIO, 0, cause=fault.cause)))
