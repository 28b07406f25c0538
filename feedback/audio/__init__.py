"""Sounds made in code and played on time."""
