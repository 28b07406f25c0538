"""The front door: command line, supervisor, doctor, analysis of recordings."""

__version__ = "0.1.0"
