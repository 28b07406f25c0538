"""The belief about which of the two followed legs is the near one: both assignments are tracked, with their probabilities.

The legs are followed by their motion; which of them is nearer to the camera is another question, and after a jump in the
pictures it is unknown. All independent evidence is weighed (leg_clues.py):

- labels: the leg that the model labels near. They are swapped in bursts of a few frames, and sometimes for seconds.
- arms: the arm labelled near swings against the near leg. Its label is wrong only where the model takes the whole body for its
  mirror image, which lasts for seconds.
- lengths and curves: one leg is seen longer than the other, and their curves differ. These follow the legs themselves, whatever
  their labels, and show whether they are still those that were learnt, right or wrong.

A hidden Markov model of five binary states. Pure: time is an argument.
"""

import math
from functools import lru_cache, reduce

import numpy as np

from analysis.gait.leg_clues import LEARNING_S, LegEvidence
from analysis.pose.landmarks import Floats

# The states: the legs are followed the wrong way round; the whole body's labels are flipped; the legs' labels are flipped for
# long; and in a burst; the shapes were learnt the wrong way round. The share of the time in the last four, and how fast they
# are forgotten (seconds): what is seen of the shapes changes, behind a bar or in other light.
_EXCHANGED, _BODY, _LONG, _BURST, _LEARNT = range(5)
_SHARES = (0.04, 0.03, 0.10, 0.5)
_LASTS_S = (2.5, 2.0, 0.09, 40.0)
_EXCHANGES_HZ = 1 / 120
"""Rate at which legs are assumed to be exchanged unseen: only when the pictures jump."""
_BODY_FLIPS_HZ = _SHARES[0] / _LASTS_S[0]
_JUMP_EXCHANGES = 0.15
"""Probability that the legs are found the wrong way round after a jump of the phase."""

_STATES = np.array(np.meshgrid(*[(0, 1)] * 5, indexing="ij")).reshape(5, -1)
"""Shape (5, 32)."""


def _sign(*states: int) -> Floats:
    """+1 where an even number of these hold, else -1; shape (32,)."""
    sign: Floats = 1.0 - 2.0 * (_STATES[list(states)].sum(axis=0) % 2)
    return sign


_SIGNS = np.stack([_sign(_EXCHANGED, _BODY, _LONG, _BURST), _sign(_EXCHANGED, _BODY), _sign(_EXCHANGED, _LEARNT)])
"""Signs of the evidence from labels, arms and shapes; shape (3, 32)."""
_LABELS_SIGN = _sign(_EXCHANGED, _BODY, _LONG)
_RIGHT = 1.0 - _STATES[_EXCHANGED]
_LEARNT_WRONGLY = _sign(_LEARNT) * _STATES[_EXCHANGED]
_FIRST = np.prod([np.where(_STATES[at] == 1, share, 1.0 - share) for at, share in enumerate((0.5, *_SHARES))], axis=0)
_TO_OTHER_LEGS, _TO_OTHER_BODY, _TO_OTHER_LEARNT = (
    np.ravel_multi_index(tuple(np.where(np.arange(5)[:, None] == state, 1 - _STATES, _STATES)), [2] * 5)
    for state in (_EXCHANGED, _BODY, _LEARNT)
)
_AS_FOLLOWED = 1.0 * (_STATES[_LEARNT] == _STATES[_EXCHANGED])


class LegBelief:
    """Follows one runner. Call `advance` for every frame, then `observe`."""

    def __init__(self) -> None:
        self._belief = 2 * _FIRST * _AS_FOLLOWED

    @property
    def right(self) -> float:
        """The probability that the leg followed as the near one is the near one."""
        return float(self._belief @ _RIGHT)

    @property
    def labels_right(self) -> float:
        """The probability that the labels, apart from bursts, are on the legs as they are followed."""
        return 0.5 + 0.5 * float(self._belief @ _LABELS_SIGN)

    @property
    def learnt_wrongly(self) -> bool:
        """Whether the shapes were learnt the wrong way round, if the legs are followed so now."""
        return bool(self._belief @ _LEARNT_WRONGLY < 0)

    def restart(self) -> None:
        """Nobody ran: it is unknown which leg is which, but the learnt shapes are still this runner's."""
        learnt = np.bincount(_STATES[_LEARNT], self._belief)
        self._belief = 2 * _FIRST * learnt[_STATES[_LEARNT]]

    def lose_legs(self) -> None:
        """No legs are followed: it is unknown which of those found next is the near one. The trust in the labels is kept."""
        self._belief = (self._belief + self._belief[_TO_OTHER_LEGS]) / 2

    def exchange(self, learnt: bool) -> None:
        """From now on the legs are followed the other way round; `learnt`: what was learnt about them is exchanged, too."""
        self._belief = self._belief[_TO_OTHER_LEGS]
        if learnt:
            self._belief = self._belief[_TO_OTHER_LEARNT]

    def advance(self, dt_s: float, jumped: float, seam_nats: float = 0.0, turn_nats: float = 0.0) -> None:
        """Time passes.

        `jumped`: the probability that the phase has jumped since; `seam_nats`: evidence of missing pictures; `turn_nats`: that
        the arms as labelled have changed sides, because of missing pictures or because the whole body's labels are flipped.
        """
        self._belief = self._belief @ _passing(round(dt_s, 3))
        exchanged = min(0.5, _JUMP_EXCHANGES * jumped + _EXCHANGES_HZ * dt_s * math.exp(seam_nats + turn_nats))
        self._belief = (1.0 - exchanged) * self._belief + exchanged * self._belief[_TO_OTHER_LEGS]
        if turn_nats > 0.0:
            flipped = min(0.5, _BODY_FLIPS_HZ * dt_s * math.exp(turn_nats))
            self._belief = (1.0 - flipped) * self._belief + flipped * self._belief[_TO_OTHER_BODY]

    def learn(self, dt_s: float) -> None:
        """Note that the shapes are being learnt with the legs as they are followed now."""
        share = min(1.0, dt_s / LEARNING_S)
        followed = (self._belief + self._belief[_TO_OTHER_LEARNT]) * _AS_FOLLOWED
        self._belief = (1.0 - share) * self._belief + share * followed

    def observe(self, evidence: LegEvidence) -> None:
        """Weigh the evidence of a frame."""
        self._belief = self._belief * np.exp(
            np.array((evidence.labels, evidence.arms, evidence.lengths + evidence.curves)) / 2 @ _SIGNS
        )
        self._belief /= self._belief.sum()


@lru_cache(maxsize=512)
def _passing(dt_s: float) -> Floats:
    """Transition probabilities for this time: from state (row) to state (column), shape (32, 32)."""
    chains = []
    for share, lasts_s in zip(_SHARES, _LASTS_S, strict=True):
        gone = 1.0 - float(np.exp(-dt_s / lasts_s))
        chains.append((1.0 - gone) * np.eye(2) + gone * np.array([[1.0 - share, share]] * 2))
    passing: Floats = reduce(np.kron, [np.eye(2), *chains])
    return passing
