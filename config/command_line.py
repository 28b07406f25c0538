"""The options of a process that is started alone, as `python -m capture`."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from config.loading import load
from config.mistakes import ConfigError
from config.settings import Settings


@dataclass(frozen=True)
class Standalone:
    """The options of a single process."""

    settings: Settings
    wire_directory: Path | None


def standalone(description: str) -> Standalone:
    """Read sys.argv. Ends the program with one sentence when a setting is wrong."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--config", type=Path, help="a settings file (TOML)")
    parser.add_argument("--preset", default="", help="a preset's name")
    parser.add_argument("--source", help="camera, file, stream or synthetic:…")
    parser.add_argument("--wire", type=Path, help="the directory with the sockets, where the other processes are")
    given = parser.parse_args()
    overrides = {"capture.source": given.source} if given.source else {}
    try:
        return Standalone(load(given.preset, given.config, overrides), given.wire)
    except ConfigError as error:
        sys.exit(str(error))
