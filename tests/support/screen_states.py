"""Every state of the big screen, reached as in a session: by the messages that the display receives."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec import structs

from capture.synthetic.kinematics import Runner, RunnerParameters
from capture.synthetic.runner_painter import RunnerPainter
from config.settings import Settings
from feedback.display.state.screen import CardName, Screen
from feedback.display.state.view import View
from tests.support.healths import CAMERA_SLOW, fault, health
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import FaultCode, NoticeCode, SampleState
from wire.frames.frame import Frame, Image
from wire.health import stages
from wire.health.histogram import Histogram
from wire.health.stages import STAGES
from wire.messages import (
    Band,
    Belt,
    Cue,
    Health,
    Leg,
    Notice,
    Phase,
    PhaseName,
    PhaseResult,
    Point,
    ReportLink,
    Sample,
    Stamps,
    Stride,
    Summary,
)
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY, RECORDER, SUPERVISOR

SIZES_PX = ((1920, 1080), (1080, 1920), (1280, 720))
"""The sizes in which docs/screens.md shows every state."""
NOW_NS = s_to_ns(1000)
BAND = Band(16.0, 20.0)
STANDING_DEG = 1.0
PUSH_OFF, FLIGHT, STANDING = 0.0, 0.12, -5.0
"""Moments, in seconds from the near leg's first peak of extension after `STAND_S` of standing still."""
STAND_S = 6.0
BELT, STOPPED_BELT = Belt(0, 3.0, 0.0, "typed"), Belt(0, 0.0, 0.0, "ftms")
MIN_QUALITY = Settings().analysis.min_quality
DRILL = Phase(
    "drill", "hip_extension", BAND, 15.1, NOW_NS + s_to_ns(754), paused=False, muted=False, cueing=True, min_quality=MIN_QUALITY
)
NAMED: dict[str, Any] = {"runner": "Anna", "session_number": 3}
SUMMARY = Summary(
    baseline=PhaseResult(84, 15.1, 0.9, None),
    drill=PhaseResult(512, 17.6, 1.1, 0.71),
    retention=PhaseResult(168, 17.2, 1.0, 0.64),
    best_streak=37,
    practise=("hip_flexor_mobility", "lumbar_pelvic_control"),
)

REPORT_LINK = ReportLink("http://192.168.100.200:7680/r/abcdefghijklmnopqrstuv", NOW_NS + s_to_ns(3600))


REPLAY_HZ = 20
REPLAYED = 8 * REPLAY_HZ
"""Pictures of the replay, of which one stride's are drawn and then come again."""
REPLAY_BEGAN_S = 17.0
"""Before `NOW_NS`, so that it is half over."""
LIVE_SEQ = REPLAYED + 1


@lru_cache(maxsize=4)
def _painter(size_px: tuple[int, int]) -> RunnerPainter:
    return RunnerPainter(*size_px, noise=0.0)


@lru_cache(maxsize=64)
def drawn(moment_s: float, size_px: tuple[int, int], extension_deg: float) -> tuple[Image, Sample]:
    """The synthetic runner at a moment of the stride, and the sample of an exact measurement."""
    runner = Runner(RunnerParameters(extension_deg=extension_deg, stand_s=STAND_S))
    painter = _painter(size_px)
    t_s = runner.near_peaks(STAND_S + 1, STAND_S + 2)[0][0] + moment_s
    pose = runner.pose(t_s)

    def seen(joint: tuple[float, float, float]) -> Point:
        x_px, y_px, _ = painter.camera.project(joint)
        return x_px, y_px

    leg = pose.near_leg
    near = Leg(leg.thigh_deg, leg.knee_flexion_deg, leg.ankle_deg, seen(leg.hip), seen(leg.knee), seen(leg.ankle))
    sample = Sample(
        epoch=1,
        frame_seq=1,
        frame_index=1,
        stamps=Stamps(0),
        width_px=size_px[0],
        height_px=size_px[1],
        state=SampleState.MEASURING,
        facing="right",
        near=near,
        far=Leg(),
        shoulder_px=seen(pose.near_arm.shoulder),
        trunk_lean_deg=6.0,
        cadence_spm=170.0,
        quality=0.93,
        standing_thigh_deg=STANDING_DEG,
    )
    return painter.draw(pose, runner.belt_m(t_s)), sample


@dataclass(frozen=True)
class Scene:
    """The messages that the display has received, and how long ago the last one arrived."""

    phase: Phase | None = DRILL
    strides: tuple[float, ...] = ()
    qualities: tuple[float, ...] = ()
    """Qualities of the last strides; earlier ones are good."""
    far_deg: float = 15.6
    moment_s: float = PUSH_OFF
    state: SampleState = SampleState.MEASURING
    healths: tuple[Health, ...] = ()
    cue: str = ""
    frames_stopped_s: float = 0.0
    samples_stopped_s: float = 0.0
    calibrated: bool = True
    picture: bool = True
    card: CardName | None = None
    replay: bool = False
    belt: Belt = BELT
    report: ReportLink | None = None

    def view(self, picture_px: tuple[int, int] = (960, 540)) -> View:
        """The view, after messages have lasted long enough to be shown."""
        screen = self.screen(picture_px)
        screen.view(NOW_NS)
        return screen.view(NOW_NS + ms_to_ns(500))

    def screen(self, picture_px: tuple[int, int] = (960, 540)) -> Screen:
        """The screen that has just received the messages."""
        screen = Screen(Settings())
        for reported in self.healths:
            screen.handle(reported, NOW_NS)
        if self.phase is not None:
            screen.handle(self.phase, NOW_NS)
        screen.handle(self.belt, NOW_NS)
        if self.report is not None:
            screen.handle(self.report, NOW_NS)
        if self.replay:
            self._replay(screen, picture_px)
        if self.picture:
            last = self.strides[-1] if self.strides else 15.0
            image, sample = drawn(self.moment_s, picture_px, last - STANDING_DEG if self.calibrated else last)
            at_ns = NOW_NS - s_to_ns(self.frames_stopped_s)
            screen.handle(Frame(1, LIVE_SEQ, LIVE_SEQ, at_ns, at_ns, at_ns, "synthetic", image), at_ns)
            sample = structs.replace(sample, frame_seq=LIVE_SEQ, frame_index=LIVE_SEQ)
            measured = sample if self.calibrated else _without_zero(sample)
            screen.handle(_in_state(measured, self.state), NOW_NS - s_to_ns(max(self.samples_stopped_s, self.frames_stopped_s)))
        qualities = (0.9,) * (len(self.strides) - len(self.qualities)) + self.qualities
        for number, (value_deg, quality) in enumerate(zip(self.strides, qualities, strict=True)):
            screen.handle(self._stride(number, "near", value_deg, quality), NOW_NS)
            screen.handle(self._stride(number, "far", self.far_deg + 0.3 * (number % 3), 0.9), NOW_NS)
        if self.cue:
            screen.handle(Cue("push", self.cue, "low", "", 1, NOW_NS, NOW_NS), NOW_NS)
        if self.card is not None:
            screen.toggle_card(self.card)
        return screen

    def _replay(self, screen: Screen, picture_px: tuple[int, int]) -> None:
        """Eight seconds of running, and then the key."""
        began_ns = NOW_NS - s_to_ns(REPLAY_BEGAN_S)
        extension_deg = self.strides[-1] - STANDING_DEG
        stride_pictures = round(REPLAY_HZ * RunnerParameters(extension_deg=extension_deg).stride_s)
        for number in range(1, REPLAYED + 1):
            image, sample = drawn(number % stride_pictures / REPLAY_HZ, picture_px, extension_deg)
            at_ns = began_ns - s_to_ns((REPLAYED - number) / REPLAY_HZ)
            screen.handle(Frame(1, number, number, at_ns, at_ns, at_ns, "synthetic", image), at_ns)
            screen.handle(structs.replace(sample, frame_seq=number, frame_index=number), at_ns)
            screen.keep_picture()
        screen.toggle_replay(began_ns)

    def _stride(self, number: int, leg: str, value_deg: float, quality: float) -> Stride:
        return Stride(
            number=number,
            leg="near" if leg == "near" else "far",
            t_peak_ns=NOW_NS,
            t_known_ns=NOW_NS,
            hip_extension_deg=value_deg,
            thigh_min_deg=(STANDING_DEG if self.calibrated else 0.0) - value_deg,
            standing_thigh_deg=STANDING_DEG if self.calibrated else None,
            stamps=Stamps(NOW_NS),
            cadence_spm=170.0,
            quality=quality,
        )


def _in_state(sample: Sample, state: SampleState) -> Sample:
    parts = {name: getattr(sample, name) for name in sample.__struct_fields__}
    if state in (SampleState.NO_PERSON, SampleState.NOT_RUNNING, SampleState.OBLIQUE, SampleState.TOO_SMALL):
        parts.update(near=Leg(), shoulder_px=None, cadence_spm=None)
    return Sample(**{**parts, "state": state})


def _without_zero(sample: Sample) -> Sample:
    return Sample(**{**{name: getattr(sample, name) for name in sample.__struct_fields__}, "standing_thigh_deg": None})


def _phase(name: PhaseName, band: Band | None = None, left_s: float | None = 42, **changes: Any) -> Phase:
    ends_ns = None if left_s is None else NOW_NS + s_to_ns(left_s)
    parts: dict[str, Any] = {"baseline_deg": None, "paused": False, "muted": False, "min_quality": MIN_QUALITY, **changes}
    return Phase(name, "hip_extension", band, ends_ns=ends_ns, **parts)


def _drill(**changes: Any) -> Phase:
    return _phase("drill", BAND, 754, **{"cueing": True, **changes})


def _busy(process: str) -> Health:
    """Health of a process that measures all its stages, with random delays around plausible means."""
    recent = {}
    for seed, stage in enumerate(STAGES):
        if stage.process == process:
            histogram = Histogram()
            for duration_ms in np.random.default_rng(seed).gamma(30.0, MEANS_MS[stage.name] / 30.0, 1000):
                histogram.add_ns(ms_to_ns(duration_ms))
            recent[stage.name] = histogram.summary()
    return Health(process, 1, "running", 0, 1, {}, {}, {}, recent)


RISING = (
    13.2,
    14.1,
    14.8,
    15.2,
    14.6,
    15.9,
    16.3,
    15.7,
    16.8,
    17.4,
    16.9,
    17.8,
    18.4,
    17.6,
    18.1,
    18.9,
    17.3,
    18.2,
    17.9,
    18.0,
)
LOW = (*RISING[8:18], 16.2, 15.6, 15.0, 15.3, 14.2, 14.6, 13.7, 14.0, 13.4, 13.2)
HIGH = (*RISING[4:18], 18.8, 19.6, 20.3, 21.1, 22.0, 22.6)
SILENT = RISING[:14]
MEANS_MS = {
    stages.CAPTURED_TO_READ: 5.0,
    stages.READ_TO_SENT: 0.6,
    stages.SENT_TO_RECEIVED: 0.9,
    stages.RECEIVED_TO_POSE: 0.2,
    stages.POSE: 14.0,
    stages.POSE_TO_SAMPLE: 0.8,
    stages.CAPTURED_TO_SAMPLE: 21.5,
    stages.AROUND_POSE: 7.5,
    stages.SAMPLE_TO_FLIP: 12.0,
    stages.CAPTURED_TO_FLIP: 33.5,
    stages.STRIDE_TO_CUE: 0.9,
    stages.CUE_TO_SOUND: 21.0,
    stages.STRIDE_TO_SOUND: 22.0,
    stages.CAPTURED_TO_SOUND: 43.5,
    stages.AROUND_POSE_AND_BUFFER: 18.0,
    stages.PEAK_PREDICTION: 15.0,
}
BUSY = tuple(_busy(process) for process in (CAPTURE, ANALYSIS, COACH, AUDIO, DISPLAY))
LOST = fault(FaultCode.CAMERA_STOPPED, CAPTURE, "camera 0")
FROZEN = fault(FaultCode.CAMERA_FROZEN, CAPTURE, "camera 0", value=3.0)
NO_POSE_MODEL = fault(
    FaultCode.POSE_MODEL_UNUSABLE, ANALYSIS, cause="/models/pose_landmark_heavy.tflite: there is no such file"
)
REFUSED = fault(FaultCode.SETTINGS_REFUSED, SUPERVISOR, cause='club.toml: cue "push".strides = 500: must be at most 50')
NO_SOUND = fault(FaultCode.SOUND_DEVICE_MISSING, AUDIO, cause="this machine has no working one")
DISK_FULL = fault(FaultCode.SESSION_NOT_WRITABLE, RECORDER, "/sessions/strides.csv", "No space left on device")

STATES: dict[str, Scene] = {
    "starting": Scene(phase=None, picture=False),
    "idle": Scene(_phase("idle", left_s=None), moment_s=STANDING, state=SampleState.NOT_RUNNING, belt=STOPPED_BELT),
    "stand": Scene(_phase("stand", left_s=3), moment_s=STANDING, state=SampleState.NOT_RUNNING, belt=STOPPED_BELT),
    "warm-up": Scene(_phase("warm_up", left_s=201), SILENT, moment_s=FLIGHT),
    "baseline": Scene(_phase("baseline", hide_value=True), SILENT),
    "good": Scene(_drill(**NAMED), RISING),
    "more": Scene(_drill(), LOW),
    "more-cue": Scene(_drill(), LOW, cue="Push the belt behind you"),
    "less": Scene(_drill(), HIGH),
    "guard": Scene(_drill(form_first=True), LOW, cue="Run tall", moment_s=FLIGHT),
    "unsure": Scene(_drill(), RISING, qualities=(0.9, 0.3, 0.9, 0.2)),
    "without-cues": Scene(_drill(cueing=False), RISING),
    "retention": Scene(_phase("retention", BAND, 95, hide_value=True), RISING),
    "summary": Scene(_phase("summary", left_s=None, summary=SUMMARY, **NAMED), RISING),
    "summary-short": Scene(
        _phase("summary", left_s=None, summary=Summary(SUMMARY.baseline, SUMMARY.drill, None, 37, ())), RISING
    ),
    "summary-report": Scene(_phase("summary", left_s=None, summary=SUMMARY, **NAMED), RISING, report=REPORT_LINK),
    "step-into-view": Scene(_drill(), state=SampleState.NO_PERSON),
    "turn-side-on": Scene(_drill(), state=SampleState.OBLIQUE, moment_s=FLIGHT),
    "paused": Scene(_drill(paused=True), RISING),
    "muted-uncalibrated": Scene(_drill(muted=True, notice=Notice(NoticeCode.SPEED_UNKNOWN)), RISING, calibrated=False),
    "camera-lost": Scene(_drill(), RISING, healths=(health(CAPTURE, "degraded", LOST),), frames_stopped_s=3.0),
    "camera-frozen": Scene(_drill(), RISING, healths=(health(CAPTURE, "degraded", FROZEN),), frames_stopped_s=3.0),
    "camera-slow": Scene(_drill(), RISING, healths=(health(CAPTURE, "degraded", CAMERA_SLOW),)),
    "restarting": Scene(_drill(), RISING, healths=(health(ANALYSIS, "starting"),), samples_stopped_s=2.0),
    "stopped": Scene(
        _drill(),
        RISING,
        healths=(health(ANALYSIS, "failed", NO_POSE_MODEL),),
        samples_stopped_s=2.0,
    ),
    "no-sound-disk-full": Scene(
        _drill(), RISING, healths=(health(AUDIO, "degraded", NO_SOUND), health(RECORDER, "degraded", DISK_FULL))
    ),
    "settings-refused": Scene(_drill(), RISING, healths=(health(SUPERVISOR, "running", REFUSED),)),
    "storing-video": Scene(_drill(), HIGH, healths=(health(RECORDER, stores_video=True),)),
    "replay": Scene(_drill(cueing=False), RISING, replay=True),
    "delays": Scene(_drill(), RISING, healths=BUSY, card="latency"),
    "help": Scene(_drill(), RISING, card="help"),
}
"""The states by name, in the order of a session."""
