"""Frames between processes: the header, the pixels in shared memory, the sockets."""
