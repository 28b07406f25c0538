"""A synthetic runner with exactly known angles, drawn so that a pose model takes it for a person."""
