"""The optional packages, and how to install them."""


def how_to_install(extra: str) -> str:
    """The command, to be run in the clone, that installs this extra of pyproject.toml in the tested versions."""
    return f".venv/bin/pip install -c constraints.txt -e '.[{extra}]'"
