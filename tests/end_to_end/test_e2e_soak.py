"""A minute of bench/soak: random faults, one every ten seconds. Hours of it: make soak MINUTES=240."""

from pathlib import Path

from bench.soak import figures, soak

SEED = 52
"""A coach that hangs, analysis killed, garbage saved as settings, a camera that sends garbage."""


def test_a_minute_of_faults_leaves_nothing_broken_stale_or_lost(tmp_path: Path) -> None:
    result = soak(60.0, 10.0, SEED, tmp_path)
    assert len(result.faults) >= 3
    assert len(result.strides) > 50
    assert [figure for figure in figures(result) if figure.holds is False] == []
