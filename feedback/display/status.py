"""Whether all is well: what is missing, said to the runner; what is amiss, noted for the coach."""

from dataclasses import dataclass

from feedback.display import sentences
from wire.clock import ms_to_ns
from wire.messages import Health, Phase

HOLD_MS = 500.0
"""A message changes when its cause has held for this long: one missed frame must not flash a sentence."""
SAMPLE_GAP_MS = 1000.0
FRAME_GAP_MS = 500.0
"""A camera that calls itself degraded is lost when no frame has come for this long; else it is only slow or dim."""
SILENT_CAMERA_MS = 2000.0
"""Without a word from capture (it was killed), frames that stay away for this long mean the same."""


@dataclass(frozen=True)
class StatusNow:
    """The message for the runner ("" when all is well) and the notes for the coach."""

    message: str
    notes: tuple[str, ...]


class Status:
    """Follows frames, samples and health, and words what they mean."""

    def __init__(self) -> None:
        self._frame_at_ns: int | None = None
        self._first_frame_at_ns = 0
        self._sample_at_ns: int | None = None
        self._state = ""
        self._health: dict[str, Health] = {}
        self._message = sentences.STARTING
        self._pending = sentences.STARTING
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
        self._health[health.process] = health

    def at(self, now_ns: int, phase: Phase | None) -> StatusNow:
        """Message and notes at `now_ns`."""
        wanted = sentences.PAUSED if phase is not None and phase.paused else self._wanted(now_ns)
        if wanted != self._pending:
            self._pending, self._pending_since_ns = wanted, now_ns
        # A pause is the runner's own key press and answers at once; causes that may pass have to hold.
        at_once = sentences.PAUSED in (wanted, self._message)
        if at_once or now_ns - self._pending_since_ns >= ms_to_ns(HOLD_MS):
            self._message = wanted
        return StatusNow(self._message, self._notes(phase))

    def _wanted(self, now_ns: int) -> str:
        camera = self._camera_message(now_ns)
        if camera:
            return camera
        if self._sample_at_ns is None:
            waits = self._frame_at_ns is not None and now_ns - self._first_frame_at_ns > ms_to_ns(SAMPLE_GAP_MS)
            return sentences.WAITING if waits else sentences.STARTING
        if now_ns - self._sample_at_ns > ms_to_ns(SAMPLE_GAP_MS):
            return sentences.WAITING
        return sentences.state_sentence(self._state)

    def _camera_message(self, now_ns: int) -> str:
        capture = self._health.get("capture")
        state = capture.state if capture is not None else "starting"
        gap_ns = None if self._frame_at_ns is None else now_ns - self._frame_at_ns
        stands_still = gap_ns is None or gap_ns > ms_to_ns(FRAME_GAP_MS)
        if state == "ended" and stands_still:
            return sentences.RECORDING_ENDED
        if state == "failed" or (state == "degraded" and stands_still):
            return sentences.CAMERA_LOST
        if gap_ns is not None and gap_ns > ms_to_ns(SILENT_CAMERA_MS):
            return sentences.CAMERA_LOST
        return ""

    def _notes(self, phase: Phase | None) -> tuple[str, ...]:
        notes = [sentences.MUTED] if phase is not None and phase.muted else []
        for process in sorted(self._health):
            health = self._health[process]
            if process == "display" or health.state not in ("degraded", "failed"):
                continue
            if process == "audio":
                notes.append(sentences.NO_SOUND)
            elif not (process == "capture" and self._message == sentences.CAMERA_LOST):
                notes.append(health.reason or f"{process} {health.state}")
        return tuple(notes)
