"""Changing the settings from a browser: the form, the file, and its last versions."""
