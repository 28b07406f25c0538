"""`hipcue config`: show and check settings."""

import json
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import typer

from config.default_file import default_text
from config.loading import load
from config.mistakes import ConfigError
from config.settings import Settings
from hipcue.cli.console import out, sentences
from hipcue.cli.options import ConfigOption, PresetOption

_FOLDERS = ("audio.voice_folder", "analysis.model_folder")
_FILES = ("console.certificate_file", "console.certificate_key_file")

config_app = typer.Typer(no_args_is_help=True, help="Show and check settings.")


@config_app.command("show")
def config_show(config: ConfigOption = None, preset: PresetOption = None) -> None:
    """Print the resulting settings as JSON; without options, the commented default file."""
    with sentences():
        if config is None and preset is None:
            out.print(default_text(), end="")
            return
        settings = load(preset or "", config)
        out.print_json(json.dumps(settings.model_dump(mode="json")))


@config_app.command("check")
def config_check(file: Annotated[Path, typer.Argument(help="A settings file (TOML).")]) -> None:
    """Check a settings file: print that it is valid, or what is wrong and how to fix it."""
    with sentences():
        settings = load(file=file)
        check_named(settings, str(file))
        out.print(f"{file}: valid")
        if settings.capture.cameras_swapped:
            out.print(
                "capture.other_side.extension_offset_deg is ignored: the cameras are named in the other order than when it was "
                "measured; run hipcue calibrate-sides again"
            )


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON schema of the settings, for editors."""
    out.print(json.dumps(Settings.model_json_schema(), indent=2))


def check_named(settings: Settings, where: str) -> None:
    """Check what the settings name outside themselves: folders, files and sources. Raises ConfigError."""
    from capture.opening import check_name  # it loads NumPy
    from capture.sources.source import SourceError

    for key in (*_FOLDERS, *_FILES):
        name = attrgetter(key)(settings)
        path, kind = Path(name).expanduser(), "folder" if key in _FOLDERS else "file"
        if name and not (path.is_dir() if kind == "folder" else path.is_file()):
            raise ConfigError(f"{where}: {key} = {name!r}: there is no such {kind}")
    for key in ("capture.source", "capture.other_side.source"):
        try:
            check_name(attrgetter(key)(settings))
        except SourceError as error:
            raise ConfigError(f"{where}: {key}: {error}") from None
