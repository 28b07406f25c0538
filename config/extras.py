"""The packages that not everybody needs, and how to get them."""


def how_to_install(extra: str) -> str:
    """The command, in the clone: into its own environment, in the versions that are tested. `extra` is of pyproject.toml."""
    return f".venv/bin/pip install -c constraints.txt -e '.[{extra}]'"
