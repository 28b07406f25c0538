"""Spoken cues: recordings, or the operating system's voice."""
