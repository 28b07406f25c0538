"""`python -m hipcue`."""

from hipcue.cli import main

if __name__ == "__main__":
    main()
