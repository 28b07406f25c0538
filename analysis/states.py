"""Why there is, or is not, a measurement: the names that go out with every sample."""

MEASURING = "measuring"
STARTING = "starting"
"""A person is seen; facing or the rhythm of the stride is not known yet."""
NO_PERSON = "no_person"
NOT_RUNNING = "not_running"

ALL = (MEASURING, STARTING, NO_PERSON, NOT_RUNNING)
