"""What the runner gets: the coach's cues, sound, screen and the recorded session."""
