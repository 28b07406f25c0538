"""Errors about sessions that a user can fix."""


class SessionsError(Exception):
    """Something cannot be done with a session; the text is one sentence: what, where, how to fix it."""
