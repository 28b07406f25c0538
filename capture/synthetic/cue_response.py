"""How a drawn runner responds to cues: each stride comes closer to what the cues ask for, or the back arches instead."""

RATE = 0.3
"""Share of the remaining difference that each stride makes up."""
STEP_DEG = 3.5
"""How much more or less extension one cue asks for."""
MOST_DEG = 9.0
ARCH_SHARE = 0.3
"""A runner who arches provides this share of the requested extension, …"""
LEAN_SHARE = 2.0
"""… and leans the trunk back by this many times the requested extension."""
MORE, LESS, UPRIGHT = "push", "ease", "tall"
"""The rules of the default settings to which a drawn runner responds."""
_REMEMBERED_STRIDES = 8


class CueResponse:
    """What cues have changed in a runner's strides. Ask for strides in order; the last few may be asked for again.

    `rewind` starts over.
    """

    def __init__(self, extension_deg: float, arches: bool = False) -> None:
        self._own_deg = extension_deg
        self._arches = arches
        self._wanted_deg = 0.0
        self._change_deg: dict[int, float] = {}

    def rewind(self) -> None:
        """Forget all cues and strides."""
        self._wanted_deg = 0.0
        self._change_deg.clear()

    def apply_cue(self, rule: str) -> None:
        """Change what the next strides aim for; other rules are ignored."""
        if rule == UPRIGHT:
            self._wanted_deg = 0.0
        elif rule in (MORE, LESS):
            wanted_deg = self._wanted_deg + (STEP_DEG if rule == MORE else -STEP_DEG)
            self._wanted_deg = max(-MOST_DEG, min(MOST_DEG, wanted_deg))

    def extension_deg(self, stride: int) -> float:
        """Peak extension of a stride."""
        return self._own_deg + self._change(stride) * (ARCH_SHARE if self._arches else 1.0)

    def lean_deg(self, stride: int) -> float:
        """Change of the trunk's forward lean in a stride; negative: back."""
        return -LEAN_SHARE * self._change(stride) if self._arches else 0.0

    def _change(self, stride: int) -> float:
        if stride not in self._change_deg:
            last_deg = self._change_deg[max(self._change_deg)] if self._change_deg else 0.0
            self._change_deg[stride] = last_deg + RATE * (self._wanted_deg - last_deg)
            for old in sorted(self._change_deg)[:-_REMEMBERED_STRIDES]:
                del self._change_deg[old]
        return self._change_deg[stride]
