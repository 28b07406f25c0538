"""Why there is, or is not, a measurement: the names that go out with every sample."""

MEASURING = "measuring"
STARTING = "starting"
"""A person is seen; facing or the rhythm of the stride is not known yet."""
NO_PERSON = "no_person"
NOT_RUNNING = "not_running"
PARTLY_OUT = "partly_out_of_view"
"""Joints or feet lie outside the picture too often."""
OBLIQUE = "oblique"
"""Seen too much from the front or the back."""
TOO_SMALL = "too_small"

ALL = (MEASURING, STARTING, NO_PERSON, NOT_RUNNING, PARTLY_OUT, OBLIQUE, TOO_SMALL)
