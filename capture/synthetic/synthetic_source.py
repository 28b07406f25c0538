"""The synthetic runner as a recording: `synthetic:extension=18,cadence=170,facing=right,fps=30`."""

import math
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capture.sources.source import SourceError
from capture.synthetic.cue_response import CueResponse
from capture.synthetic.kinematics import Runner, RunnerParameters
from capture.synthetic.runner_painter import RunnerPainter
from config.mistakes import sentence
from wire.clock import NS_PER_S
from wire.frames.frame import Image, TimeSource
from wire.messages import Facing, opposite

PREFIX = "synthetic:"


class SyntheticSettings(BaseModel):
    """The settings after `synthetic:`, as key=value pairs separated by commas."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    extension: float = Field(18.0, ge=-10, le=45, description="peak hip extension, degrees")
    far_extension: float | None = Field(None, ge=-10, le=45, description="the far leg's, if different")
    knee_drive: float = Field(41.0, ge=10, le=90, description="peak thigh flexion, degrees")
    cadence: float = Field(170.0, ge=100, le=240, description="steps per minute")
    lean: float = Field(6.0, ge=-20, le=30, description="trunk lean, degrees forward")
    facing: Facing = "right"
    other_side: bool = Field(False, description="seen by a camera on the other side: the far leg is near, and facing turns")
    fps: float = Field(30.0, ge=5, le=240)
    width: int = Field(1280, ge=160, le=3840)
    height: int = Field(720, ge=120, le=2160)
    sway: float = Field(0.0, ge=0, le=15, description="amplitude of a slow change of the extension, degrees")
    sway_s: float = Field(40.0, gt=0, le=3600, description="period of that change, seconds")
    change: float = Field(0.0, ge=-15, le=15, description="added to the extension after change_s, degrees")
    change_s: float = Field(0.0, ge=0, le=3600, description="when the change occurs, seconds after the start")
    scatter: float = Field(0.0, ge=0, le=5, description="standard deviation of the extension between strides, degrees")
    stand: float = Field(0.0, ge=0, le=600, description="time standing still before running, seconds")
    turn: float | None = Field(None, gt=0, le=3600, description="turns round after this, seconds: stands, and runs facing back")
    seconds: float | None = Field(None, gt=0, le=86400, description="duration; endless without it")
    noise: float = Field(4.0, ge=0, le=40, description="pixel noise, grey levels")
    seed: int = Field(1, ge=0)
    responds: bool = Field(False, description="responds to the cues push, ease and tall")
    arches: bool = Field(False, description="responds to push by arching the back instead")
    neighbour: bool = Field(False, description="a second runner on the next treadmill")


def is_synthetic(name: str) -> bool:
    """Whether a source is the synthetic runner."""
    return name == PREFIX.removesuffix(":") or name.startswith(PREFIX)


def parse_synthetic(name: str) -> SyntheticSettings:
    """The settings in `synthetic:key=value,…`. Raises SourceError with the key, the value and what is allowed."""
    given: dict[str, str] = {}
    for pair in filter(None, name.partition(":")[2].split(",")):
        key, equals, value = pair.partition("=")
        if not equals:
            raise SourceError(f"synthetic: {pair!r} is not key=value, as in synthetic:extension=18,fps=30")
        given[key.strip()] = value.strip()
    try:
        return SyntheticSettings.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SourceError(sentence(first, "synthetic", SyntheticSettings, given)) from None


class SyntheticRunner:
    """Draws a runner with exactly known angles; implements capture.sources.source.Recording."""

    time_source: TimeSource = "synthetic"

    def __init__(self, name: str) -> None:
        self.settings = parse_synthetic(name)
        wanted = self.settings
        self._response = CueResponse(wanted.extension, wanted.arches) if wanted.responds or wanted.arches else None
        self.runner = Runner(
            RunnerParameters(
                extension_deg=wanted.extension,
                far_extension_deg=wanted.far_extension,
                knee_drive_deg=wanted.knee_drive,
                cadence_spm=wanted.cadence,
                trunk_lean_deg=wanted.lean,
                sway_deg=wanted.sway,
                sway_period_s=wanted.sway_s,
                change_deg=wanted.change,
                change_s=wanted.change_s,
                scatter_deg=wanted.scatter,
                seed=wanted.seed,
                stand_s=wanted.stand,
            ),
            self._response.extension_deg if self._response is not None else None,
            self._response.lean_deg if self._response is not None else None,
        )
        self._neighbour = Runner(RunnerParameters(extension_deg=12.0, cadence_spm=158.0)) if wanted.neighbour else None
        facing = opposite(wanted.facing) if wanted.other_side else wanted.facing
        self._painters = {
            turned: RunnerPainter(
                wanted.width,
                wanted.height,
                opposite(facing) if turned else facing,
                noise=wanted.noise,
                seed=wanted.seed,
            )
            for turned in ((False,) if wanted.turn is None else (False, True))
        }
        self._index = -1

    @property
    def cue_handler(self) -> Callable[[str], None] | None:
        """Applies the rule of a cue to this runner; None: the runner does not respond to cues."""
        return self._response.apply_cue if self._response is not None else None

    @property
    def facts(self) -> dict[str, str]:
        """Size and rate."""
        wanted = self.settings
        return {"source": "synthetic runner", "mode": f"{wanted.width}x{wanted.height} at {wanted.fps:g} fps, drawn"}

    @property
    def frames(self) -> int | None:
        """Number of pictures; None: endless."""
        return None if self.settings.seconds is None else round(self.settings.seconds * self.settings.fps)

    @property
    def end_missing(self) -> bool:
        """Whether it was cut off: never."""
        return False

    @property
    def fps(self) -> float:
        """Pictures per second."""
        return self.settings.fps

    def advance(self) -> int | None:
        """Go to the next picture. Returns its time since the start in ns; None at the end."""
        self._index += 1
        if self.frames is not None and self._index >= self.frames:
            return None
        return round(self._index * NS_PER_S / self.settings.fps)

    def image(self) -> Image:
        """Draw the current picture."""
        t_s = self._index / self.settings.fps
        turn_s = math.inf if self.settings.turn is None else self.settings.turn
        turned = t_s >= turn_s
        if turned:
            t_s -= turn_s  # the movement starts again: standing, then running
        neighbour = None if self._neighbour is None else self._neighbour.pose(t_s)
        pose = self.runner.pose(t_s)
        if self.settings.other_side != turned:
            pose = pose.from_other_side()
        return self._painters[turned].draw(pose, self.runner.belt_m(t_s), neighbour)

    def rewind(self) -> None:
        """Start over, and forget all cues."""
        self._index = -1
        if self._response is not None:
            self._response.rewind()

    def close(self) -> None:
        """There is nothing to release."""
