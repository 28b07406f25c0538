"""The big screen, and its stand-in for a terminal."""

import os

# pygame prints a greeting to standard output, which is for the runner's lines; the variable is read on first import.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
