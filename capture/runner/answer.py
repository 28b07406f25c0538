"""How a drawn runner answers cues: stride by stride, as far as the cues ask; or by arching the back instead."""

RATE = 0.3
"""Share of what is still missing that is made up with each stride."""
STEP_DEG = 3.5
"""A cue is understood as so much more or less."""
MOST_DEG = 9.0
ARCH_SHARE = 0.3
"""Who arches brings so much of what was asked for to the thigh, by …"""
LEAN_SHARE = 2.0
"""… leaning the trunk back so much further."""
MORE, LESS, UPRIGHT = "push", "ease", "tall"
"""The rules of config/default.toml that a drawn runner understands."""
_REMEMBERED = 8


class Answer:
    """What cues have made of a runner's strides. Strides must be asked for in order, the last few may be asked for again.

    `rewind` begins anew.
    """

    def __init__(self, extension_deg: float, arches: bool = False) -> None:
        self._own_deg = extension_deg
        self._arches = arches
        self._wanted_deg = 0.0
        self._change_deg: dict[int, float] = {}

    def rewind(self) -> None:
        """As before the first stride."""
        self._wanted_deg = 0.0
        self._change_deg.clear()

    def hear(self, rule: str) -> None:
        """A cue has come."""
        if rule == UPRIGHT:
            self._wanted_deg = 0.0
        elif rule in (MORE, LESS):
            wanted_deg = self._wanted_deg + (STEP_DEG if rule == MORE else -STEP_DEG)
            self._wanted_deg = max(-MOST_DEG, min(MOST_DEG, wanted_deg))

    def extension_deg(self, stride: int) -> float:
        """Peak extension of a stride."""
        return self._own_deg + self._change(stride) * (ARCH_SHARE if self._arches else 1.0)

    def lean_deg(self, stride: int) -> float:
        """How much further forward than usual the trunk leans in a stride; negative: back."""
        return -LEAN_SHARE * self._change(stride) if self._arches else 0.0

    def _change(self, stride: int) -> float:
        if stride not in self._change_deg:
            last_deg = self._change_deg[max(self._change_deg)] if self._change_deg else 0.0
            self._change_deg[stride] = last_deg + RATE * (self._wanted_deg - last_deg)
            for old in sorted(self._change_deg)[:-_REMEMBERED]:
                del self._change_deg[old]
        return self._change_deg[stride]
