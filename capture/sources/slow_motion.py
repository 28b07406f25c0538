"""Detects slow motion, by the filming rate in the file's tags and the runner's rhythm, and clips that were sped up. Pure."""

from collections import deque
from collections.abc import Mapping

import numpy as np

from config.reference import FASTEST_RUNNER_SPM, SLOWEST_RUNNER_SPM

CAPTURE_FPS_TAG = "com.android.capture.fps"
"""Written by Android's MediaRecorder: frames per second of the camera, whatever rate the file plays at.

Apple's phones write no such tag: their slow motion is stored with true timestamps (`full-frame-rate-playback-intent` only says
how to play it).
"""
_LEAST_STEPS, _MOST_STEPS = 3, 16
_SLOW_STEPS, _REGULAR = 6, 1.4
"""This many consecutive steps, the longest at most this many times as long as the shortest, contain no missed step."""
_DIFFERS = 1.2
"""Ordinary clips carry the tag too, with about the rate of the file."""


def tagged_fps(tags: Mapping[str, str], stored_fps: float) -> float | None:
    """The rate at which it was filmed, if the tags give one that differs from the stored rate; None: as stored."""
    try:
        filmed_fps = float(tags.get(CAPTURE_FPS_TAG, ""))
    except ValueError:
        return None
    faster = filmed_fps / stored_fps
    return filmed_fps if _DIFFERS <= faster <= 100 or 0.01 <= faster <= 1 / _DIFFERS else None


class StepRhythm:
    """The rhythm of the peaks of hip extension, near and far, in the order of time."""

    def __init__(self) -> None:
        self._last_s: dict[str, float] = {}
        self._steps_s: deque[float] = deque(maxlen=_MOST_STEPS)

    def add(self, leg: str, t_peak_s: float) -> None:
        """Add a peak of one leg."""
        others = [at_s for name, at_s in self._last_s.items() if name != leg and at_s > self._last_s.get(leg, -np.inf)]
        if others:
            self._steps_s.append(t_peak_s - max(others))
        elif leg in self._last_s:
            self._steps_s.append((t_peak_s - self._last_s[leg]) / 2)
        self._last_s[leg] = t_peak_s

    @property
    def cadence_spm(self) -> float | None:
        """Steps per minute from the quicker steps, so that a missed step does not look like a slow one. None: too few steps."""
        if len(self._steps_s) < _LEAST_STEPS:
            return None
        return 60 / max(float(np.quantile(self._steps_s, 0.25)), 1e-3)

    @property
    def looks_slow(self) -> bool:
        """Whether this rhythm is too slow for running."""
        return self.cadence_spm is not None and self.cadence_spm < SLOWEST_RUNNER_SPM

    @property
    def looks_sped_up(self) -> bool:
        """Whether this rhythm is too fast for running, if the peaks are those of a runner's legs: it rests on single steps."""
        return self.cadence_spm is not None and self.cadence_spm > FASTEST_RUNNER_SPM

    @property
    def slowed_spm(self) -> float | None:
        """Steps per minute of the last few, if that is too slow for running; otherwise None."""
        last_s = list(self._steps_s)[-_SLOW_STEPS:]
        if len(last_s) < _SLOW_STEPS or min(last_s) <= 60 / SLOWEST_RUNNER_SPM or max(last_s) > _REGULAR * min(last_s):
            return None
        return 60 / float(np.median(last_s))
