"""How cues get fewer: by session number, and in blocks within a session that leave the runner alone for longer each time."""

from config.training import Fading


def chance_of_cue(fading: Fading, session_number: int) -> float:
    """Probability, 0 to 1, that a cue which is due is given in this session, counted from 1."""
    steps = fading.percent_by_session
    return steps[min(session_number, len(steps)) - 1] / 100


def is_on(fading: Fading, drill_s: float) -> bool:
    """Whether cues may be given so many seconds into the drill."""
    left_s, off_s = drill_s, fading.cues_off_s
    while off_s + fading.cues_off_growth_s > 0:
        if left_s < fading.cues_on_s:
            return True
        left_s -= fading.cues_on_s
        if left_s < off_s:
            return False
        left_s -= off_s
        off_s += fading.cues_off_growth_s
    return True
