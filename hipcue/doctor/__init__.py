"""`hipcue doctor`: is this machine, this camera and this room fit for training, and what to do where it is not."""

from config.schema import Settings
from hipcue.doctor.camera import look_at_camera
from hipcue.doctor.finding import Finding
from hipcue.doctor.machine import look_at_screen, look_at_sessions, look_at_sockets, look_at_sound
from hipcue.doctor.person import look_at_person
from hipcue.doctor.pose_model import look_at_pose_model
from wire.quiet import keep_native_notes_off_stderr

__all__ = ["Finding", "examine"]

_LATE_SOUND_MS = 60.0


def examine(settings: Settings) -> list[Finding]:
    """Look at everything, in the order in which a gym would mend it."""
    keep_native_notes_off_stderr()
    camera, pictures = look_at_camera(settings)
    speed, pose_ms = look_at_pose_model(settings, pictures)
    sound, sound_ms = look_at_sound(settings)
    findings = [look_at_sockets(), look_at_sessions(settings), *camera, speed]
    if pictures:
        findings.append(look_at_person(settings, pictures))
    findings += [look_at_screen(), sound]
    if pose_ms is not None and sound_ms is not None:
        findings.append(_delay(settings, pose_ms, sound_ms))
    return findings


def _delay(settings: Settings, pose_ms: float, sound_ms: float) -> Finding:
    """From the camera's shutter to the loudspeaker: a picture is on its way for one frame interval before it can be read."""
    frame_ms = 1000 / settings.capture.fps
    found = (
        f"about {frame_ms + pose_ms + sound_ms:.0f} ms: camera {frame_ms:.0f}, pose model {pose_ms:.0f}, sound {sound_ms:.0f}"
    )
    late = sound_ms > _LATE_SOUND_MS
    return Finding("delay", not late, found, "a wired loudspeaker, not Bluetooth; a smaller block_frames" if late else "")
