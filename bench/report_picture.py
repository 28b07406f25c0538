"""Some drawings of a session's report as one picture, shown by docs/sessions.md: python -m bench.report_picture [--out FILE].

The session is that of a simulated runner who gains 3° by cues and keeps 2° of them (tests/drilled_runner.py).
"""

import argparse
import tempfile
from pathlib import Path

from matplotlib.figure import Figure

from feedback.sessions.plots import PLOTS
from feedback.sessions.recorded import from_folder
from feedback.sessions.sentences import headline
from tests.drilled_runner import Drill, record_drill
from tests.recorded_sessions import header

DRAWINGS = ("The stride", "Strides over the session", "What stayed")
DRILL = Drill(warm_up_s=20, baseline_s=30, drill_s=90, retention_s=40)
SIZE_IN, DPI = (9.0, 9.0), 90


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/report.webp"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        record_drill(Path(folder) / "s", header(1, "Ada"), DRILL)
        session = from_folder(Path(folder) / "s")
    figure = Figure(figsize=SIZE_IN, layout="constrained")
    figure.suptitle(headline(session), weight="bold")
    for title, axes in zip(DRAWINGS, figure.subplots(len(DRAWINGS)), strict=True):
        PLOTS[title](session, axes)
    figure.savefig(options.out, dpi=DPI)
    print(f"{options.out}: {options.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
