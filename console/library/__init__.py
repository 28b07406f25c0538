"""The recorded sessions: lists from the store, and reports, exports and comparisons made beside the console."""
