"""Measures a recording with the live engine, frame by frame, as fast as possible; or two recorded at the same time."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from analysis.pose.backends import open_backend
from capture.opening import open_recording
from capture.sources.source import Recording, SourceError
from capture.synthetic.synthetic_source import SyntheticRunner
from config.settings import Settings
from hipcue.analyse.view import ClipView, next_view
from sessions.errors import SessionsError
from sessions.format.columns import CAMERA_SUFFIXES
from sessions.format.header import session_header
from sessions.recorder.session_writer import SessionWriter
from wire.lifecycle import Interrupted, StopFlag
from wire.messages import CameraName, Facing, Sample
from wire.quiet import keep_native_notes_off_stderr

_FLUSH_FRAMES = 100
Progress = Callable[[int, int | None], None]
"""Receives the number of frames done and, if known, the total."""


class SameSideError(SourceError):
    """Both clips show the same side of the runner."""


@dataclass
class _Sides:
    """Checks that two cameras are on opposite sides of the runner."""

    cameras: int
    facing: dict[CameraName, Facing] = field(default_factory=dict)

    def check(self, sample: Sample) -> None:
        """Record which way the runner faces while a stride is measured. Raises SameSideError."""
        if sample.facing is not None:
            self.facing[sample.camera] = sample.facing
        if self.cameras > 1 and len(self.facing) == self.cameras and len(set(self.facing.values())) == 1:
            side = sample.facing
            raise SameSideError(
                f"Both clips show the runner's {side} side: --other-side takes the clip of a camera on the other side of the "
                "treadmill, not mirrored"
            )


def analyse(
    settings: Settings,
    out: Path,
    video: Path | None = None,
    for_s: float | None = None,
    progress: Progress = lambda _done, _total: None,
    stop: StopFlag | None = None,
    other_files: tuple[str, ...] = (),
) -> int:
    """Measure the recording `settings.capture.source` and write the session files into `out`, which must not hold a session.

    With `settings.capture.other_side`, that recording too, picture by picture in the order of time: second 0 of both is the
    same instant. Every frame is measured with the recording's timestamps; no stride is added or changed at the end. `video` is
    the annotated copy to write, and that of the other side is beside it. `other_files` are the names of the other files that
    HipCue will have written there: session.json names them.

    Returns how many pictures of the main recording were measured. Raises wire.lifecycle.Interrupted once `stop` is set,
    capture.sources.source.SourceError (SameSideError if both cameras are on one side), SessionsError, OSError,
    analysis.pose.pose_estimator.PoseError; a session that has begun is then marked as not ended.
    """
    stop = StopFlag() if stop is None else stop
    keep_native_notes_off_stderr()
    given: dict[CameraName, Settings] = {"main": settings}
    if settings.capture.has_other_side:
        given["other_side"] = settings.of_other_side()
    with ExitStack() as stack:
        recordings = {camera: stack.enter_context(closing(_opened(one, for_s))) for camera, one in given.items()}
        poses = {camera: stack.enter_context(closing(open_backend(one.analysis))) for camera, one in given.items()}
        views = [ClipView(one, camera, recordings[camera], poses[camera]) for camera, one in given.items()]
        for view in views:
            stack.callback(view.finish)
        if stop:
            raise Interrupted("Interrupted before the first frame: nothing was written")
        session = _new_session(settings, out, other_files)
        session.start(0)
        complete = False
        try:
            for view in views:
                view.start(None if video is None else video.with_stem(f"{video.stem}{CAMERA_SUFFIXES[view.camera]}"))
            _measure(views, session, for_s, progress, stop)
            complete = True
        finally:
            session.close(_header(views, whole=for_s is None), ended=complete)
    if session.problem is not None:
        raise session.problem
    return views[0].frames


def _opened(settings: Settings, for_s: float | None) -> Recording:
    """The recording that the settings name. Raises SourceError; also for one that would never end."""
    recording = open_recording(settings.capture.source, settings.capture.filmed_at_fps)
    if isinstance(recording, SyntheticRunner) and recording.frames is None and for_s is None:
        raise SourceError(f"{settings.capture.source}: never ends; add seconds=20, or --for 20")
    return recording


def _measure(views: list[ClipView], session: SessionWriter, for_s: float | None, progress: Progress, stop: StopFlag) -> None:
    totals = [view.total for view in views]
    total = sum(known for known in totals if known is not None) if None not in totals else None
    sides = _Sides(len(views))
    done = 0
    while (view := next_view(views, for_s)) is not None:
        sample, settled = view.measure()
        session.sample(sample)
        for stride in settled:
            session.stride(stride)
            for other in views:
                if other is not view:
                    other.add_other(stride)
        if settled:
            sides.check(sample)
        done += 1
        if done % _FLUSH_FRAMES == 1:
            session.flush()
        progress(done, total)
        _check(session, stop, done)


def _header(views: list[ClipView], whole: bool) -> dict[str, object]:
    main, *others = (view.header(whole) for view in views)
    return {**main, "other_side": others[0]} if others else main


def _new_session(settings: Settings, out: Path, other_files: tuple[str, ...]) -> SessionWriter:
    """A session in exactly this folder. Raises SessionsError if something would be overwritten there."""
    if any(out.glob("*/session.json")):
        raise SessionsError(f"{out}: holds the folders of sessions; choose another folder")
    for name in other_files:
        if (out / name).exists():
            raise SessionsError(f"{out / name}: already exists; choose another folder")
    return SessionWriter(out, {**session_header(settings, "clip"), "other_files": other_files}, fixed=True)


def _check(session: SessionWriter, stop: StopFlag, frames: int) -> None:
    """Raises OSError if the disk does not accept the session, and Interrupted."""
    if session.problem is not None:
        raise session.problem
    if stop:
        raise Interrupted(f"Interrupted after {frames} frames: the session in {session.folder} is not complete")
