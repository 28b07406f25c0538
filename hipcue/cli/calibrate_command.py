"""`hipcue calibrate-sides`: how much more one of two cameras reads than the other, with a runner who faces each way."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.loading import Origin
from config.mistakes import ConfigError
from config.own_file import own_settings_file
from hipcue.cli.console import err, fail, out, sentences
from hipcue.cli.options import BackendOption, ConfigOption, SourceOption, origin_from
from wire.texts import digits
from wire.visible_text import one_line

if TYPE_CHECKING:
    from analysis.side_calibration import SideCalibration

OFFSET = ("capture", "other_side", "extension_offset_deg")
OFFSET_SD = ("capture", "other_side", "extension_offset_sd_deg")
OFFSET_CAMERA = ("capture", "other_side", "extension_offset_camera")
_BY = "hipcue calibrate-sides"


def calibrate_sides(
    source: SourceOption = None,
    other_side: Annotated[
        str | None, typer.Option("--other-side", metavar="SOURCE", help="The camera on the other side of the treadmill.")
    ] = None,
    config: ConfigOption = None,
    backend: BackendOption = None,
) -> None:
    """Compare two cameras: somebody runs for half a minute facing each way; their difference is corrected from then on."""
    from analysis.pose.pose_estimator import PoseError
    from capture.sources.source import SourceError  # these load OpenCV and the pose model
    from hipcue.calibration.turn_around import CalibrationError, lead
    from hipcue.calibration.views import TwoViews
    from wire.lifecycle import StopFlag

    with sentences():
        file = own_settings_file() if config is None else config
        given = {
            "capture.source": source,
            "capture.other_side.source": other_side,
            "analysis.backend": backend,
            # The facing is detected, and an earlier correction is left out.
            "analysis.facing": "auto",
            ".".join(OFFSET): 0.0,
        }
        settings = origin_from(file, None, given).load()
        if not settings.capture.has_other_side:
            fail("There is one camera; name the second one with --other-side, or in [capture.other_side]")
        stop = StopFlag()
        stop.on_signals(supervised=False, insist=True)
        try:
            with TwoViews(settings, stop) as views:
                found = lead(views.measured(), views.start_over, settings.analysis.min_quality, out.print)
        except (CalibrationError, SourceError, PoseError) as error:
            if stop:
                err.print("Interrupted: nothing was changed")
                raise typer.Exit(stop.exit_code) from None
            fail(str(error))
        for sentence in _sentences(found):
            out.print(sentence)
        _save(file, found, str(settings.capture.other_side.source))
        use = "" if config is not None else f"; use it with: hipcue run --config {file}"
        out.print(one_line(f"Saved in {file}{use}"))


def _sentences(found: "SideCalibration") -> tuple[str, str]:
    ci95 = found.ci95_deg
    size = f"{abs(found.offset_deg):.1f} ± {ci95:.1f}° (95 %)"
    more = "more" if found.offset_deg > 0 else "less"
    cameras = (
        f"The other camera reads {size} {more} hip extension than the first one; its strides are corrected by this."
        if found.stands_out
        else f"The cameras agree within the uncertainty: the other one reads {size} {more}. Nothing is corrected."
    )
    difference = digits(found.left_minus_right_deg, "+.1f")
    return cameras, f"Your left minus right, corrected for the cameras: {difference} ± {ci95:.1f}°."


def _save(file: Path, found: "SideCalibration", camera: str) -> None:
    """Write the result as settings of the lane; `camera` is the one on the other side.

    Raises ConfigError if the file cannot be changed.
    """
    from console.access.devices import console_folder
    from console.editing.settings_file import ConflictError, EditError, SettingsFile
    from console.editing.toml_change import Change, flat

    settings_file = SettingsFile(Origin(file=file), console_folder())
    offset_deg, sd_deg = (found.offset_deg, found.sd_deg) if found.stands_out else (0.0, 0.0)
    try:
        present = flat(settings_file.open().values)
        values = ((OFFSET, round(offset_deg, 2)), (OFFSET_SD, round(sd_deg, 2)), (OFFSET_CAMERA, camera))
        changes = [Change(path, value, present.get(path)) for path, value in values]
        settings_file.change(changes, _BY)
    except (EditError, ConflictError) as error:
        raise ConfigError(str(error)) from None
