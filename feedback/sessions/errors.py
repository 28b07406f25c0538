"""What a person can mend about sessions."""


class SessionsError(Exception):
    """Something cannot be done with sessions; the text is one sentence: what, where, how to mend it."""
