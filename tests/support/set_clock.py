"""A clock that a test sets."""

from wire.clock import s_to_ns


class SetClock:
    """Shows `now_ns`."""

    def __init__(self) -> None:
        self.now_ns = s_to_ns(1000)

    def __call__(self) -> int:
        return self.now_ns
