"""Options that several commands share, and the settings derived from them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from config.loading import Origin
from config.secret_address import SecretAddress
from config.settings import Settings

LONGEST_S = 366 * 86_400.0

SourceOption = Annotated[
    str | None,
    typer.Option(help='Camera (its name in `hipcue cameras`, or "0"), video file, "rtsp://…", "http://…" or "synthetic:…".'),
]
FilmedAtOption = Annotated[
    float | None,
    typer.Option(
        "--filmed-at",
        metavar="FPS",
        min=1,
        help="Frames per second at which the file was filmed, for slow motion or a file without times.",
    ),
]
RotateOption = Annotated[
    int | None,
    typer.Option("--rotate", metavar="DEG", help="Turn the pictures, of both cameras, clockwise by 90, 180 or 270 degrees."),
]
ForOption = Annotated[float | None, typer.Option("--for", metavar="SECONDS", min=0, max=LONGEST_S, help="End after this time.")]
FacingOption = Annotated[str | None, typer.Option(help='Direction of running in the picture: "right", "left" or "auto".')]
BackendOption = Annotated[str | None, typer.Option(help='What runs the pose model: "openvino", "mediapipe" or "auto".')]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML).")]
PresetOption = Annotated[str | None, typer.Option(help='Name of a preset, such as "first_session" (docs/coaching.md).')]


def folder(text: str) -> Path:
    """Parses an option that names a folder to write into. An address would be printed, with a password in it."""
    if SecretAddress(text).may_hold_password:
        raise typer.BadParameter("is an address; give a folder")
    return Path(text)


def pictures(source: str | None, other_side: str | None, rotate: int | None) -> dict[str, Any]:
    """The options of one or two cameras, as settings. A second camera is usually mounted like the first one."""
    return {
        "capture.source": source,
        "capture.other_side.source": other_side,
        "capture.rotate_deg": rotate,
        "capture.other_side.rotate_deg": rotate,
    }


def origin_from(config: Path | None, preset: str | None, given: dict[str, Any]) -> Origin:
    """Where settings come from: a preset, a file, and, overriding both, those of `given` that are not None."""
    return Origin(preset or "", config, {key: value for key, value in given.items() if value is not None})


def settings_from(config: Path | None, preset: str | None, given: dict[str, Any]) -> Settings:
    """The settings from there. Raises ConfigError."""
    return origin_from(config, preset, given).load()
