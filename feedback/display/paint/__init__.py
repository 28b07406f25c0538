"""Draws the state of the screen with pygame."""
