"""The process that writes a session's files as it happens."""
