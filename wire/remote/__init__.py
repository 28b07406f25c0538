"""HipCue on two machines: keys, encrypted sockets, pictures as JPEG, and one time for two clocks."""
