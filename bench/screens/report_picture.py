"""Pictures of report, history and comparison, for docs/sessions.md: python -m bench.screens.report_picture [--out FOLDER].

The sessions are those of a simulated runner who gains by cues and keeps some of it (tests/support/drilled_runner.py),
recorded as any other. Chromium (Debian: apt-get install chromium fonts-inter; and pip install playwright) shows
the pages, Typst sets the paper.
"""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.screens.webp import decoded, write_webp
from sessions.format.recorded import from_folder
from sessions.report.document import Document
from sessions.report.html_page import html_page
from sessions.report.pdf import paper_pictures
from sessions.report.session_report import session_document
from sessions.report.trend import entry
from sessions.report.trend_report import trend_document
from tests.support.drilled_runner import Drill, record_drill
from tests.support.headless_browser import missing, running_browser
from tests.support.recorded_sessions import header
from wire.frames.frame import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
DESKTOP_PX, PHONE_PX = (1280, 800), (390, 844)
SCALE = 2
"""Pixels of a picture per pixel of the page."""
WEBP_QUALITY = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/report"))
    parser.add_argument("--pages", type=Path, help="keep the pages themselves in this folder, too")
    options = parser.parse_args()
    if missing():
        parser.exit(1, f"{missing()}\n")
    options.out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
        for name, document in _documents(Path(folder)).items():
            page = (options.pages or Path(folder)) / f"{name}.html"
            page.write_text(html_page(document), encoding="utf-8")
            pictures = {
                "desktop": shown(browser, page, DESKTOP_PX),
                "phone": shown(browser, page, PHONE_PX),
                "paper": np.hstack([decoded(sheet) for sheet in paper_pictures(document, 88.0)]).astype(np.uint8),
            }
            if name == "session":
                pictures["desktop-dark"] = shown(browser, page, DESKTOP_PX, dark=True)
            pictures["phone-first"] = pictures["phone"][: SCALE * PHONE_PX[1]]
            for kind, picture in pictures.items():
                written.append(options.out / f"{name}-{kind}.webp")
                write_webp(picture, written[-1], WEBP_QUALITY)
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


def shown(browser: "Browser", page: Path, size_px: tuple[int, int], dark: bool = False) -> Image:
    """The whole page in a window of this size: shape (height, width, 3), blue-green-red, SCALE pixels for one."""
    context = browser.new_context(
        viewport={"width": size_px[0], "height": size_px[1]},
        device_scale_factor=SCALE,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    opened = context.new_page()
    opened.goto(page.as_uri())
    picture = decoded(opened.screenshot(full_page=True))
    context.close()
    return picture


if __name__ == "__main__":
    main()
