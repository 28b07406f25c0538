"""The entry point. Importing it is cheap, since every spawned process imports it too."""


def main() -> None:
    """Run the command line."""
    from hipcue.commands import app  # noqa: PLC0415 - see above

    app()


if __name__ == "__main__":
    main()
