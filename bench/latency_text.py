"""What docs/performance.md says around its tables."""

INTRODUCTION = """\
How long everything takes, measured on the whole program: seven processes, a real sound server (PulseAudio with a card that
nobody hears), a virtual screen (Xvfb, 1920x1080) and the real pose model. The pictures are a drawn runner, 1280x720, written
beforehand as Motion JPEG, as webcams deliver it, and played like a camera; once also drawn while it runs. There is a cue every
two seconds, as often as the coach lets, so that there are enough to measure."""

NOTES = """\
## What falls short, and what was tried
"""
