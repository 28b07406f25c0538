"""Whether a lane rests: no camera of it has anybody in view."""

from collections.abc import Mapping

from wire.messages import Health
from wire.topics import ANALYSIS, ANALYSIS_2

ANALYSES = (ANALYSIS, ANALYSIS_2)
"""The analyses of the cameras' pictures; the second one exists with two cameras."""


def lane_rests(healths: Mapping[str, Health]) -> bool:
    """Whether every analysis rests: a runner in view of one camera keeps both awake.

    >>> lane_rests({})
    False
    """
    analyses = [healths[name] for name in ANALYSES if name in healths]
    return bool(analyses) and all(analysis.resting for analysis in analyses)
