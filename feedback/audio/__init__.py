"""Sounds synthesized in code and played on time."""
