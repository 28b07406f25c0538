"""What the screen shows, as plain values: no pygame, no clock, no sockets."""
