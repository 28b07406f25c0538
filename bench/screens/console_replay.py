"""Draw the console's replay, for docs/console.md: python -m bench.screens.console_replay [--out FOLDER].

Needs Chromium and Playwright. The runner is drawn, the lane is a script.
"""

import argparse
import os
import tempfile
from pathlib import Path

from msgspec import structs

from bench.screens.console_pages import phase, run_lane, save
from config.loading import Origin
from console.lane.picture_taking import SPAN_S
from tests.support.console_browser import paired_context
from tests.support.console_lane import TEXT, ConsoleLane
from tests.support.headless_browser import missing, running_browser
from tests.support.screen_states import drawn
from wire.clock import NS_PER_MS, s_to_ns
from wire.frames.frame import Frame

SIZES_PX = ((1280, 800), (390, 844))
PICTURE_PX = (1280, 720)
EXTENSION_DEG = 17.0
STEP_MS = 50
STRIDE_PICTURES = 14
PLAYED_MS = 3000


def run_before_camera(lane: ConsoleLane) -> None:
    """Run until the console has as many pictures as it keeps."""
    watch = lane.process.watch
    assert watch is not None
    number, at_ns = 0, lane.now_ns()

    def kept() -> bool:
        nonlocal number, at_ns
        number, at_ns = number + 1, at_ns + STEP_MS * NS_PER_MS
        image, sample = drawn(number % STRIDE_PICTURES * STEP_MS / 1000, PICTURE_PX, EXTENSION_DEG)
        lane.frames.send(Frame(1, number, number, at_ns, at_ns, at_ns, "read", image))
        lane.send(structs.replace(sample, frame_seq=number, frame_index=number))
        pictures = watch.pictures
        return bool(pictures) and pictures[-1].capture_ns - pictures[0].capture_ns > s_to_ns(SPAN_S) - 2 * STEP_MS * NS_PER_MS

    lane.until(kept, "the last seconds are kept", phase(lane.now_ns()))


def draw(lane: ConsoleLane, out: Path) -> list[Path]:
    """The replay in every size, light and dark."""
    written = []
    with running_browser() as browser:
        for size_px in SIZES_PX:
            for dark in (False, True):
                context = paired_context(browser, lane, "viewer", "Kim's tablet", size_px, dark)
                page = context.new_page()
                page.goto(f"http://127.0.0.1:{lane.port}/")
                run_before_camera(lane)
                page.get_by_role("button", name="Last 10 s in slow motion").click()
                page.locator("#replay-picture[data-at]").wait_for()
                page.wait_for_timeout(PLAYED_MS)
                page.locator("#replay-title").evaluate("one => one.scrollIntoView()")
                written.append(save(page.screenshot(), out, "replay", size_px, dark))
                context.close()
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/console"))
    options = parser.parse_args()
    if missing():
        parser.exit(1, f"{missing()}\n")
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hc", dir="/tmp") as name:
        folder = Path(name)
        os.environ["HIPCUE_HOME"] = str(folder / "home")
        (folder / "mine.toml").write_text(f"{TEXT}\n[console]\nreplay = true\n")
        (folder / "w").mkdir(mode=0o700)
        origin = Origin(file=folder / "mine.toml")
        lane = ConsoleLane(folder / "w", origin.load(), origin)
        try:
            run_lane(lane)
            written = draw(lane, options.out)
        finally:
            lane.close()
    print(f"{len(written)} pictures, {sum(path.stat().st_size for path in written) / 1e6:.2f} MB, in {options.out}")


if __name__ == "__main__":
    main()
