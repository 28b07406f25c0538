"""Where the program's source is: its rooms, and their files."""

from pathlib import Path

import tomli

ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]["find"]
ROOMS: tuple[str, ...] = tuple(name.rstrip("*") for name in _PACKAGES["include"])
SOURCES: tuple[Path, ...] = tuple(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))


def module_of(path: Path) -> str:
    """The name by which a source file is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)
