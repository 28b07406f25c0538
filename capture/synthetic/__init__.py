"""A synthetic runner with exactly known angles, drawn so that a pose model detects it as a person."""
