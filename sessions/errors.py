"""What a user can mend about sessions."""


class SessionsError(Exception):
    """Something cannot be done with a session; the text is one sentence: what, where, how to mend it."""
