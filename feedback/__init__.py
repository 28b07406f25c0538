"""Feedback for the runner: the coach's cues, sound and screen."""
