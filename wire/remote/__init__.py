"""HipCue on two machines: keys, encrypted sockets, frames as JPEG, and two clocks compared."""
