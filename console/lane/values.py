"""Numbers for JSON, and their comparison with a band."""

from wire.messages import Band


def verdict(value: float | None, band: Band | None) -> str:
    """Compare a value with the band, which includes its edges."""
    if value is None or band is None:
        return "no_target"
    return "below" if value < band.low_deg else "above" if value > band.high_deg else "in"


def rounded(value: float | None, decimals: int) -> float | None:
    """The rounded value; None for NaN and infinities, which JSON does not have."""
    # MessagePack also carries infinities and NaN.
    return None if value is None or not abs(value) < 1e6 else round(value, decimals)
