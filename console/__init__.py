"""The coach's console in a browser: a lane live, its settings, and the recorded sessions."""
