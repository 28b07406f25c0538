"""Accuracy of contact, flight and overstride from thigh and knee: on mean curves with known contact, then with noise.

Phase 0 of every curve is initial contact by force plate. Toe-off is known as the duty factor of the same 28 runners
(Fukuchi, Fukuchi & Duarte 2017, PeerJ 5:e3298); of the 12 BMC-RIC runners only contact is known.
"""

import numpy as np
from rich.console import Console
from rich.table import Table

from analysis.measures.ground_contact import CONTACT_AFTER_S, InitialContact, read_initial_contact
from analysis.measures.triple_extension import read_triple_extension
from tests.support.gait_simulation import SPEEDS_MPS, Strides, ankle_ahead_leg, mean_strides, real_strides, runner_files

DUTY = {"2.5": 0.3852, "3.5": 0.3369, "4.5": 0.3220}
STRIDES = 60


def read(
    strides: Strides, fps: float, noise_deg: float, rng: np.random.Generator
) -> tuple[InitialContact | None, float | None]:
    """Contact and toe-off of one stride, seconds from true contact; each frame's angles with noise of this SD."""
    thigh, knee = strides.thigh_deg.mean(axis=0), strides.knee_deg.mean(axis=0)
    t_s = np.arange(rng.random() / fps - 0.5 * strides.stride_s, 0.6 * strides.stride_s, 1 / fps)
    phase = t_s / strides.stride_s % 1.0 * 100
    thighs, knees = (np.interp(phase, np.arange(101), curve) + rng.normal(0, noise_deg, len(t_s)) for curve in (thigh, knee))
    fine = np.arange(0.25, 0.6, 0.0005)
    peak_s = float(fine[np.interp(100 * fine, np.arange(101), thigh).argmin()]) * strides.stride_s
    contact = read_initial_contact(t_s.tolist(), ankle_ahead_leg(thighs, knees).tolist(), peak_s, strides.stride_s)
    knee_s = read_triple_extension(t_s.tolist(), knees.tolist(), [0.0] * len(t_s), peak_s).knee_s
    return contact, None if knee_s is None else peak_s + knee_s


def row(name: str, strides: Strides, duty: float | None, fps: float, noise_deg: float) -> list[str]:
    """Errors over `STRIDES` strides: mean ± SD."""
    rng = np.random.default_rng(1)
    pairs = [read(strides, fps, noise_deg, rng) for _ in range(STRIDES)]
    contacts = [contact for contact, _ in pairs if contact is not None]
    true_ahead = float(ankle_ahead_leg(strides.thigh_deg.mean(axis=0), strides.knee_deg.mean(axis=0))[0])
    times_s = [off - contact.t_s for contact, off in pairs if contact is not None and off is not None]
    return [
        name,
        f"{fps:g}",
        f"{noise_deg:g}°",
        _spread([1000 * (contact.t_s - CONTACT_AFTER_S) for contact in contacts], "{:+.0f}", " ms"),
        _spread([1000 * contact.t_s for contact in contacts], "{:+.0f}", " ms"),
        ""
        if duty is None
        else _spread([1000 * time_s for time_s in times_s], "{:.0f}", f" of {1000 * duty * strides.stride_s:.0f} ms"),
        _spread([contact.overstride_leg - true_ahead for contact in contacts], "{:+.3f}", f" at {true_ahead:.2f}"),
        f"{len(times_s)} of {STRIDES}",
    ]


def _spread(values: list[float], form: str, unit: str) -> str:
    return f"{form.format(np.mean(values))} ± {form.replace('+', '').format(np.std(values))}{unit}"


def main() -> None:
    """Print the table."""
    table = Table("curve", "fps", "noise", "furthest ahead", "contact error", "contact time", "overstride error", "read")
    rng = np.random.default_rng(0)
    curves: list[tuple[str, Strides, float | None]] = [
        (f"{speed} m/s, mean of 28", mean_strides(speed, 1, rng, varied=False), DUTY[speed]) for speed in SPEEDS_MPS
    ]
    curves += [(path.name[:5], real_strides(path), None) for path in runner_files()]
    for name, strides, duty in curves:
        for fps, noise_deg in ((60, 0.0), (60, 2.0), (30, 2.0)) if duty is not None else ((60, 2.0),):
            table.add_row(*row(name, strides, duty, fps, noise_deg))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
