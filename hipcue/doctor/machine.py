"""What the machine must bring beside the camera: a place for sockets and sessions, a screen, sound."""

import tempfile
import time
from pathlib import Path

from config.schema import Settings
from feedback.audio.sink import open_sink
from feedback.display.window import find_screen
from hipcue.doctor.finding import Finding
from wire.clock import monotonic_ns
from wire.endpoints import EndpointError, default_directory, private_directory

_SOUND_STARTS_S = 3.0


def look_at_sockets() -> Finding:
    """The private folder through which the processes talk."""
    try:
        return Finding("sockets", True, str(private_directory(default_directory())))
    except EndpointError as error:
        return Finding("sockets", False, str(error), "see the sentence above")


def look_at_sessions(settings: Settings) -> Finding:
    """The folder in which sessions are saved."""
    folder = Path(settings.session.folder).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("sessions", True, f"saved under {folder}")
    except OSError as error:
        return Finding("sessions", False, f"{folder} cannot be written ({error.strerror})", "choose another --session-dir")


def look_at_screen() -> Finding:
    """The screen."""
    screen = find_screen()
    if screen is None:
        return Finding("screen", False, "none found", "connect one; without a screen a line per stride goes to the terminal")
    return Finding("screen", True, screen)


def look_at_sound(settings: Settings) -> tuple[Finding, float | None]:
    """The sound device, and its delay in milliseconds; None: there is none."""
    sink = open_sink(settings.audio, monotonic_ns)
    try:
        until_s = time.monotonic() + _SOUND_STARTS_S
        while not sink.silent and not sink.settled() and time.monotonic() < until_s:
            sink.advance()
            time.sleep(0.02)
        if sink.silent:
            return Finding(
                "sound", False, sink.reason, "connect a loudspeaker; without sound the cues stand on the screen"
            ), None
        latency_ms = 1000 * sink.latency_s()
        return Finding("sound", True, f"{sink.device}, {latency_ms:.0f} ms"), latency_ms
    finally:
        sink.close()
