"""One lane as the console shows it."""
