"""Whether all is well: what is missing, said to the runner; what is amiss, noted for the coach."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from feedback.display import sentences
from feedback.display.view import Message, Note
from wire.clock import ms_to_ns
from wire.messages import Health, Phase

HOLD_MS = 500.0
"""A message changes when its cause has held for this long: one missed frame must not flash a sentence."""
SAMPLE_GAP_MS = 1000.0
FRAME_GAP_MS = 500.0
"""A camera that calls itself degraded is lost when no frame has come for this long; else it is only slow or dim."""
SILENT_CAMERA_MS = 2000.0
"""Without a word from capture (it was killed), frames that stay away for this long mean the same."""
FROZEN_WORDS = ("frozen", "stands still", "does not change")
"""Capture's reason says so where the camera is there but its picture is not new."""


@dataclass(frozen=True)
class StatusNow:
    """The message for the runner (None when all is well) and the notes for the coach."""

    message: Message | None
    notes: tuple[Note, ...]


class Status:
    """Follows frames, samples and health, and words what they mean."""

    def __init__(self) -> None:
        self._frame_at_ns: int | None = None
        self._first_frame_at_ns = 0
        self._sample_at_ns: int | None = None
        self._state = ""
        self._healths: dict[str, Health] = {}
        self._message: Message | None = sentences.STARTING
        self._pending: Message | None = sentences.STARTING
        self._pending_since_ns = 0

    def frame_came(self, now_ns: int) -> None:
        """A frame arrived."""
        if self._frame_at_ns is None:
            self._first_frame_at_ns = now_ns
        self._frame_at_ns = now_ns

    def sample_came(self, state: str, now_ns: int) -> None:
        """A sample arrived; `state` is "measuring" or why not."""
        self._sample_at_ns, self._state = now_ns, state

    def health_came(self, health: Health) -> None:
        """A process spoke of itself."""
        self._healths[health.process] = health

    @property
    def healths(self) -> Mapping[str, Health]:
        """What each process said last."""
        return self._healths

    @property
    def storing_video(self) -> bool:
        """The recorder keeps the video: its health has a fact "video"."""
        recorder = self._healths.get("recorder")
        return recorder is not None and bool(recorder.facts.get("video"))

    def at(self, now_ns: int, phase: Phase | None) -> StatusNow:
        """Message and notes at `now_ns`."""
        wanted = sentences.PAUSED if phase is not None and phase.paused else self._wanted(now_ns, phase)
        if wanted != self._pending:
            self._pending, self._pending_since_ns = wanted, now_ns
        # A pause is the runner's own key press and answers at once; causes that may pass have to hold.
        at_once = sentences.PAUSED in (wanted, self._message)
        if at_once or now_ns - self._pending_since_ns >= ms_to_ns(HOLD_MS):
            self._message = wanted
        return StatusNow(self._message, self._notes(phase))

    def _wanted(self, now_ns: int, phase: Phase | None) -> Message | None:
        camera = self._camera_message(now_ns)
        if camera is not None:
            return camera
        analysis = self._healths.get("analysis")
        if analysis is not None and analysis.state == "failed":
            return replace(sentences.STOPPED, detail=analysis.reason or sentences.STOPPED.detail)
        if self._sample_at_ns is None:
            waits = self._frame_at_ns is not None and now_ns - self._first_frame_at_ns > ms_to_ns(SAMPLE_GAP_MS)
            return sentences.WAITING if waits else sentences.STARTING
        if now_ns - self._sample_at_ns > ms_to_ns(SAMPLE_GAP_MS):
            # It has measured before; a new process that is loading the pose model says that it is starting.
            restarts = analysis is not None and analysis.state == "starting"
            return sentences.RESTARTING if restarts else sentences.WAITING
        return sentences.state_message(self._state, phase.name if phase is not None else "")

    def _camera_message(self, now_ns: int) -> Message | None:
        capture = self._healths.get("capture")
        state = capture.state if capture is not None else "starting"
        reason = capture.reason if capture is not None else ""
        gap_ns = None if self._frame_at_ns is None else now_ns - self._frame_at_ns
        stands_still = gap_ns is None or gap_ns > ms_to_ns(FRAME_GAP_MS)
        if state == "ended" and stands_still:
            return sentences.RECORDING_ENDED
        if state == "degraded" and any(word in reason for word in FROZEN_WORDS):
            return sentences.CAMERA_FROZEN
        if state == "failed" or (state == "degraded" and stands_still):
            said = reason.removeprefix(f"{sentences.CAMERA_LOST.text}: ")
            return replace(sentences.CAMERA_LOST, detail=said[:1].upper() + said[1:] or sentences.CAMERA_LOST.detail)
        if gap_ns is not None and gap_ns > ms_to_ns(SILENT_CAMERA_MS):
            return sentences.CAMERA_LOST
        return None

    def _notes(self, phase: Phase | None) -> tuple[Note, ...]:
        notes = [Note(sentences.MUTED)] if phase is not None and phase.muted else []
        for process in sorted(self._healths):
            health = self._healths[process]
            if process == "display" or health.state not in ("degraded", "failed"):
                continue
            if process == "audio":
                notes.append(Note(sentences.NO_SOUND, fault=True))
            elif not self._is_said_already(process):
                notes.append(Note(health.reason or f"{process} {health.state}", fault=True))
        return tuple(notes)

    def _is_said_already(self, process: str) -> bool:
        """The message is about this process, so that a note would say it twice."""
        if self._message is None:
            return False
        about_camera, stopped = self._message.sign == "camera", self._message.text == sentences.STOPPED.text
        return (process == "capture" and about_camera) or (process == "analysis" and stopped)
