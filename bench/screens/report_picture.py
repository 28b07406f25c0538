"""Pictures of report, history and comparison, for docs/sessions.md: python -m bench.screens.report_picture [--out FOLDER].

The sessions are those of a simulated runner who gains by cues and keeps some of it (tests/support/drilled_runner.py),
recorded as any other. Chromium (Debian: apt-get install chromium fonts-inter) shows the pages, Typst sets the paper.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from sessions.format.recorded import from_folder
from sessions.report.document import Document
from sessions.report.html_page import html_page
from sessions.report.pdf import paper_pictures
from sessions.report.session_report import session_document
from sessions.report.trend import entry
from sessions.report.trend_report import trend_document
from tests.support.drilled_runner import Drill, record_drill
from tests.support.recorded_sessions import header
from wire.frames.frame import Image

SESSION = Drill(gained_deg=5.0, kept_deg=2.4, warm_up_s=20, baseline_s=30, drill_s=90, retention_s=35, cue_lasts_s=30.0)
HISTORY = tuple(
    Drill(
        baseline_deg=14.0 + 0.35 * day + 0.4 * (day % 2),
        gained_deg=3.0,
        kept_deg=(0.3, 0.8, 1.6, 1.4, 2.0, 2.2)[day],
        warm_up_s=2.0,
        baseline_s=14.0,
        drill_s=20.0,
        retention_s=14.0,
        seed=day,
    )
    for day in range(6)
)
DESKTOP, PHONE = (1280, 5200), (390, 7600)
"""Width and largest height of a window."""
PHONE_SCREEN_PX = 844
WEBP_QUALITY = 60
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=3000"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/report"))
    parser.add_argument("--pages", type=Path, help="keep the pages themselves in this folder, too")
    options = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("report_picture: needs Chromium; on Debian: apt-get install chromium")
    options.out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, document in _documents(Path(folder)).items():
            page = (options.pages or Path(folder)) / f"{name}.html"
            page.write_text(html_page(document), encoding="utf-8")
            pictures = {
                "desktop": shown(browser, page, DESKTOP),
                "phone": shown(browser, page, PHONE),
                "paper": np.hstack([_decoded(sheet) for sheet in paper_pictures(document, 88.0)]).astype(np.uint8),
            }
            if name == "session":
                pictures["desktop-dark"] = shown(browser, page, DESKTOP, dark=True)
            pictures["phone-first"] = pictures["phone"][: 2 * PHONE_SCREEN_PX]
            for kind, picture in pictures.items():
                written.append(options.out / f"{name}-{kind}.webp")
                cv2.imwrite(str(written[-1]), picture, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])
    print(f"{len(written)} pictures, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB, in {options.out}")


def _documents(folder: Path) -> dict[str, Document]:
    record_drill(folder / "session", header(1, "Ada"), SESSION)
    entries = []
    for day, drill in enumerate(HISTORY):
        record_drill(folder / str(day), header(7 * day, "Ada", session_number=day + 1), drill)
        entries.append(entry(from_folder(folder / str(day), with_frames=False)))
    return {
        "session": session_document(from_folder(folder / "session", with_frames=False)),
        "history": trend_document("Ada", entries),
        "comparison": trend_document("Sessions compared", [entries[0], entries[-1]]),
    }


def shown(browser: str, page: Path, size_px: tuple[int, int], dark: bool = False) -> Image:
    """The page at this width, down to where it ends: shape (height, width, 3), blue-green-red, two pixels for one."""
    width_px, height_px = size_px
    # A window has a least width, a frame in it has none.
    frame = page.with_name("frame.html")
    frame.write_text(
        f'<body style="margin:0"><iframe src="{page.name}" width="{width_px}" height="{height_px}" style="border:0"></iframe>'
    )
    picture = page.with_suffix(".png")
    scheme = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    window = f"--window-size={max(width_px, 800)},{height_px}"
    subprocess.run(
        [
            *(browser, *FLAGS, *scheme, window, "--force-device-scale-factor=2", f"--user-data-dir={page.parent / 'browser'}"),
            *(f"--screenshot={picture}", frame.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    whole = _decoded(picture.read_bytes())[:, : 2 * width_px]
    filled = np.flatnonzero((whole != whole[-1, -1]).any(axis=(1, 2)))
    return whole[: filled[-1] + 40] if len(filled) else whole


def _decoded(content: bytes) -> Image:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


if __name__ == "__main__":
    main()
