"""Given a report and a real browser without a network, the page shows its sentence, its figures and its drawings."""

import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from feedback.sessions.plots import NEAR, PLOTS
from feedback.sessions.recorded import Recorded, from_folder
from feedback.sessions.report import write_report
from feedback.sessions.sentences import headline
from tests.drilled_runner import Drill, record_drill
from tests.recorded_sessions import header

SIZE_PX = (1000, 4200)
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"


@pytest.fixture(scope="module")
def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium); it is too large to be installed for one test")
    return found


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("browser") / "s"
    record_drill(folder, header(1, "Ada"), Drill(warm_up_s=2, baseline_s=8, drill_s=4, retention_s=8))
    return from_folder(folder)


def browse(browser: str, page: Path, *options: str) -> str:
    """Open a page without a window and without a network. Returns what the browser prints."""
    home = page.parent / "browser"
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", OFFLINE, f"--user-data-dir={home}")
    size = f"--window-size={SIZE_PX[0]},{SIZE_PX[1]}"
    done = subprocess.run(
        [browser, *flags, size, *options, page.as_uri()], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_report_is_seen_whole(browser: str, session: Recorded, tmp_path: Path) -> None:
    write_report(session, tmp_path / "report.html")
    shown = browse(browser, tmp_path / "report.html", f"--screenshot={tmp_path / 'report.png'}", "--dump-dom")
    assert headline(session) in shown
    assert shown.count("<svg") == len(PLOTS)
    picture = cv2.imread(str(tmp_path / "report.png"))
    assert picture is not None
    assert picture.shape[1::-1] == SIZE_PX
    blue_green_red = [int(NEAR[place : place + 2], 16) for place in (5, 3, 1)]
    drawn = (np.abs(picture.astype(int) - blue_green_red) < 16).all(axis=2)
    rows = np.flatnonzero(drawn.any(axis=1))
    assert drawn.sum() > 3000
    # The near leg's colour is in drawings from the stride at the top to the tracking at the bottom.
    assert np.ptp(rows) > 0.5 * SIZE_PX[1]
