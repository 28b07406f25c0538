"""The pose model: finds body landmarks in an image."""
