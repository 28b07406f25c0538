"""Reference values of running that several parts of the program use, each with its source.

Fukuchi 2017 is Fukuchi, Fukuchi & Duarte 2017, PeerJ 5:e3298 (data CC BY 4.0): 28 runners on a treadmill. Its mean curves are
given as Fourier coefficients over one stride, degrees: the mean, then cosine and sine of each harmonic. Phase 0 is the initial
contact of the leg, phase 1 the next one.
"""

from collections.abc import Mapping

THIGH_DEG: Mapping[float, tuple[float, ...]] = {
    2.5: (7.2, 17.77, -11.1, -5.98, 4.92, -1.89, 1.28, -0.06, 0.44, -0.19, -0.1, -0.01, -0.03, 0.03, -0.18),
    3.5: (7.63, 21.42, -17.4, -5.55, 6.21, -2.1, 2.2, -0.08, 0.07, -0.41, 0.09, -0.02, -0.06, -0.05, -0.21),
    4.5: (8.82, 24.29, -22.68, -5.45, 6.66, -2.1, 2.77, -0.36, -0.45, -0.42, 0.29, -0.06, -0.11, -0.05, -0.19),
}
"""Thigh against vertical, + in front of the body, by belt speed in m/s (Fukuchi 2017).

Seven harmonics leave 0.09, 0.10 and 0.14° (standard deviation) and the peak within 0.1°; with five the peak would be 0.1 to
0.2° too deep at every speed.
"""
KNEE_DEG: Mapping[float, tuple[float, ...]] = {
    3.5: (47.17, -17.31, -30.5, -13.38, 22.99, -4.77, 2.23, -0.9, 0.49, -0.71, 0.81, -0.21, -0.17, 0.0, -0.25),
}
"""Knee flexion by belt speed in m/s (Fukuchi 2017)."""
PEAK_THIGH_DEG: Mapping[float, float] = {2.5: -20.2, 3.5: -26.4, 4.5: -30.6}
"""Thigh against vertical at its peak of extension, by belt speed in m/s: the mean of the runners' curves (Fukuchi 2017)."""

SHORTEST_STRIDE_S, LONGEST_STRIDE_S = 0.4, 1.25
"""Strides of running and brisk walking last 0.45 to 1.25 s. Two peaks further apart have a gap between them, not a stride."""

SLOWEST_RUNNER_SPM = 110.0
"""Steps a minute: nobody runs at a lower cadence. At 2.5 m/s runners take some 160 (Fukuchi 2017)."""
FASTEST_RUNNER_SPM = 300.0
"""Steps a minute: not even sprinters run at a higher cadence."""

PACE_SPEED_MPS, PACE_CADENCE_PCT = 0.3, 4.0
"""A larger change of belt speed or cadence is another pace, which changes hip extension without a change of form: from 2.5 to
3.5 m/s by 6° (Fukuchi 2017). Strides of different paces are not compared."""

SIDE_LIMIT_DEG = 3.0
"""Left and right of healthy runners differ by no more (204 runners; Med Sci Sports Exerc 2021;53:945-950)."""
CAMERA_PAIR_RMS_DEG, CAMERA_PAIR_CHANGE_RMS = 0.3, 0.06
"""Error of left minus right from the near and far legs of two cameras zeroed in standing, besides the strides' scatter:
degrees, and a share of the difference, each a root mean square. `python -m bench.accuracy.two_cameras` finds 0.20° and 0.06;
real cameras are placed less evenly."""
NEAR_PAIR_RMS_DEG, NEAR_PAIR_CHANGE_RMS = 1.0, 0.13
"""The same from the near legs alone. They are off by 0.25° for each degree by which the cameras' yaws differ (rendered
people), and cameras placed by eye are each a few degrees off; the share is that of any change that one camera sees
(bench.accuracy.camera_part)."""
FAR_PAIR_APART_DEG, FAR_PAIR_APART_SHARE = 6.0, 0.4
"""Far legs count only while their difference is this close to that of the near legs: degrees, and a share of it (root sum of
squares). Yaws that differ by 10° move the two 5° apart; their mean stays."""
SIDE_TIMES_RMS_MS = 9.0
"""Error assumed for left minus right of contact or flight time: as much as the moment of contact differs
between runners whose legs swing alike (30 ± 9 ms, `python -m bench.accuracy.contact_times`); how far the legs of one runner
differ is not known. Two cameras at 60 frames a second add 2 and 5 ms (`python -m bench.accuracy.side_times`)."""
Z95 = 1.96
"""Half the width of a 95 % interval, in standard errors of many values."""
