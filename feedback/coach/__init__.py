"""Decides which cue to give, and when."""
