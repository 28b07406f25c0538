"""Which cue, and when."""
