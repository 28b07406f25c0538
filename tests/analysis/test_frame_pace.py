"""Where there is no time for every frame, every second or third is analysed, evenly spaced, until there is time again."""

from collections.abc import Callable

import numpy as np
import pytest

from analysis.frame_pace import FIRST_PATIENCE_S, LEAST_HZ, WINDOW_S, FramePace
from wire.clock import s_to_ns


def analysed(pace: FramePace, fps: float, from_s: float, to_s: float, takes_s: Callable[[float], float]) -> list[float]:
    """Play a camera: the newest wanted frame is analysed whenever the one before is done. Returns the times of those frames."""
    times_s: list[float] = []
    free_s = from_s
    for seq in range(round(from_s * fps), round(to_s * fps)):
        # Replaced by the next one if the analysis is still busy then.
        arrives_s, replaced_s = seq / fps, (seq + 1) / fps
        starts_s = max(arrives_s, free_s)
        if starts_s >= replaced_s or not pace.wants(seq):
            continue
        took_s = takes_s(arrives_s)
        free_s = starts_s + took_s
        pace.add(seq, s_to_ns(arrives_s), free_s - arrives_s)
        times_s.append(arrives_s)
    return times_s


def constant(took_s: float) -> Callable[[float], float]:
    return lambda _t_s: took_s


@pytest.mark.parametrize("fps", [30, 60])
def test_with_time_for_all_every_frame_is_analysed(fps: int) -> None:
    pace = FramePace()
    assert len(analysed(pace, fps, 0.0, 20.0, constant(0.9 / fps))) == 20 * fps
    assert pace.every == 1


def test_a_slow_model_analyses_every_second_frame_at_even_intervals() -> None:
    pace = FramePace()
    analysed(pace, 60, 0.0, 2 * WINDOW_S, constant(0.022))
    assert pace.every == 2
    steps_s = np.diff(analysed(pace, 60, 2 * WINDOW_S, 20.0, constant(0.022)))
    assert steps_s == pytest.approx(2 / 60)


def test_a_frame_that_takes_long_now_and_then_is_no_reason() -> None:
    pace = FramePace()
    analysed(pace, 60, 0.0, 20.0, lambda t_s: 0.030 if round(60 * t_s) % 15 == 0 else 0.010)
    assert pace.every == 1


def test_a_rate_too_low_to_measure_by_is_never_chosen() -> None:
    for fps, slowest in ((30, 1), (60, 2), (120, 4)):
        pace = FramePace()
        analysed(pace, fps, 0.0, 60.0, constant(0.2))
        assert pace.every == slowest
        assert fps / pace.every >= LEAST_HZ


def test_all_frames_are_analysed_again_when_there_is_time() -> None:
    pace = FramePace()
    analysed(pace, 60, 0.0, 10.0, constant(0.022))
    assert pace.every == 2
    analysed(pace, 60, 10.0, 10.0 + 2 * FIRST_PATIENCE_S, constant(0.010))
    assert pace.every == 1


def test_a_pace_that_only_just_fails_is_tried_less_and_less_often() -> None:
    """Every second frame leaves the processor cool: each takes 12 ms, and 20 ms when every frame is analysed."""
    pace, tried_s = FramePace(), []
    for second in range(300):
        before = pace.every
        analysed(pace, 60, second, second + 1, lambda _t_s: 0.012 if pace.every == 2 else 0.020)
        if (before, pace.every) == (2, 1):
            tried_s.append(second)
    pauses_s = np.diff(tried_s)
    assert len(tried_s) <= 6
    assert (pauses_s[1:] > 1.5 * pauses_s[:-1]).all()


def test_a_slower_camera_is_followed() -> None:
    pace = FramePace()
    analysed(pace, 60, 0.0, 10.0, constant(0.022))
    assert pace.every == 2
    analysed(pace, 30, 20.0, 20.0 + 3 * WINDOW_S, constant(0.022))
    assert pace.every == 1
