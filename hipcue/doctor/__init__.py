"""`hipcue doctor`: checks machine, camera and room, and gives advice."""

import dataclasses

from config.settings import Settings
from hipcue.doctor.camera_check import TimedPicture, check_camera
from hipcue.doctor.machine_check import check_screen, check_sessions, check_sockets, check_sound
from hipcue.doctor.person_check import check_person
from hipcue.doctor.pose_model_check import check_pose_model
from hipcue.doctor.sides_check import check_sides
from wire.faults import FindingCode
from wire.quiet import keep_native_notes_off_stderr
from wire.texts import Finding, finding

_LATE_SOUND_MS = 60.0


def examine(settings: Settings) -> list[Finding]:
    """Run all checks, in the order in which problems should be fixed."""
    keep_native_notes_off_stderr()
    camera, pictures = check_camera(settings)
    other, other_pictures = _check_other_side(settings)
    speed, pose_ms = check_pose_model(settings, pictures)
    sound, sound_ms = check_sound(settings)
    findings = [check_sockets(), check_sessions(settings), *camera, *other, speed]
    if pictures:
        findings.append(check_person(settings, pictures))
    if other_pictures:
        findings.append(_of_other_side(check_person(settings.of_other_side(), other_pictures)))
    if pictures and other_pictures:
        findings.append(check_sides(settings, pictures, other_pictures))
    findings += [check_screen(settings), sound]
    if pose_ms is not None and sound_ms is not None:
        findings.append(_delay(settings, pose_ms, sound_ms))
    return findings


def _check_other_side(settings: Settings) -> tuple[list[Finding], list[TimedPicture]]:
    if not settings.capture.has_other_side:
        return [], []
    found, pictures = check_camera(settings.of_other_side(), "capture.other_side")
    return [_of_other_side(one) for one in found], pictures


def _of_other_side(found: Finding) -> Finding:
    return dataclasses.replace(found, subject=f"{found.subject} 2")


def _delay(settings: Settings, pose_ms: float, sound_ms: float) -> Finding:
    """Delay from the camera's shutter to the loudspeaker. A picture takes one frame interval before it can be read."""
    camera_ms = 1000 / settings.capture.fps
    return finding(
        FindingCode.DELAY_LONG if sound_ms > _LATE_SOUND_MS else FindingCode.DELAY,
        delay_ms=camera_ms + pose_ms + sound_ms,
        camera_ms=camera_ms,
        pose_ms=pose_ms,
        sound_ms=sound_ms,
    )
