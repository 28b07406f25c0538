"""Starts the processes, watches them, restarts them, and ends them."""
