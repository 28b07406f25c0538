"""The pose model: an image in, body landmarks out."""
