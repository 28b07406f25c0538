"""The front door: command line, supervisor, doctor."""

__version__ = "0.1.0"
