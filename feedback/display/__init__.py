"""The big screen, and its stand-in for a terminal."""

import os

# pygame greets on standard output, which belongs to the runner's lines; read when it is first imported.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
