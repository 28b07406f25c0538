"""The entry point. Importing it is cheap, since every spawned process imports it too."""

import os


def main() -> None:
    """Run the command line."""
    from hipcue.commands import app  # noqa: PLC0415 - see above

    # Sessions, store and log are of people: what is written here and by every process started from here is its owner's alone.
    os.umask(0o077)
    app()


if __name__ == "__main__":
    main()
