"""Draw every page of the console, for docs/console.md.

python -m bench.screens.console_pages [--out FOLDER] [--only NAME …] [--axe]

Each page is photographed once it is complete, however long that takes on a busy machine.
Needs Chromium and Playwright. The lane is a script; the sessions are a simulated runner's (tests/support/drilled_runner.py).
"""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from bench.screens.webp import decoded, write_webp
from config.loading import Origin
from config.paths import store_url
from config.secret_address import SecretAddress
from console.access.devices import console_folder
from console.checkup import Checkup
from sessions.store.catalogue import Catalogue
from tests.support.console_browser import PairedConsole, paired_context
from tests.support.console_gym import ConsoleGym
from tests.support.console_lane import TEXT, ConsoleLane
from tests.support.drilled_runner import Drill, record_drill
from tests.support.headless_browser import axe_faults, missing, running_browser
from tests.support.healths import CAMERA_SILENT, CAMERA_SLOW, health
from tests.support.message_examples import cue, sample, stride
from tests.support.recorded_sessions import header
from wire.clock import monotonic_ns, s_to_ns
from wire.faults import SampleState
from wire.messages import Band, Belt, ConfigState, Health, Phase, PhaseName, Sample
from wire.texts import Finding

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES_PX = ((1280, 800), (820, 1180), (390, 844))
WEBP_QUALITY = 55
LONGEST_WAIT_MS = 600_000
"""Pages are photographed when complete, not after a time: this only ends a wait for a page that never completes."""
LOOK_MS = 50
DRILL = Drill(warm_up_s=5, baseline_s=14, drill_s=30, retention_s=14)
BAND = Band(16.0, 20.0)
STRIDES = 45
RULES = {12: "push", 28: "push", 38: "good"}
MARKS = "document.querySelectorAll('#chart .c-in, #chart .c-below, #chart .c-above, #chart .c-unsure').length"
PAGES = {
    "lane": (
        "/",
        f"{MARKS} === 40 && document.querySelectorAll('#faults li').length === 1 && document.getElementById('lost').hidden"
        " && document.getElementById('belt').textContent !== '–' && document.getElementById('assigned').textContent !== ''",
    ),
    "settings": ("/settings", "document.getElementById('f-target-delta_deg').value === '3'"),
    "sessions": ("/sessions", ""),
    "runners": ("/runners", ""),
    "status": ("/status", ""),
    "doctor": ("/doctor", ""),
    "devices": ("/devices", ""),
    "history": ("/history?runner=Ada", "report"),
    "pair": ("/pair#example", "!document.getElementById('pair').hidden"),
}
"""Address of each page, and a condition that is true once it is complete; "report": the report in its frame."""
TILES = "document.querySelectorAll('.tile')"
GYM_IS_COMPLETE = f"[...{TILES}].every((one) => !one.textContent.includes('Connecting'))"
GYM_LANES = tuple(f"lane-{number}" for number in range(1, 9))


def phase(now_ns: int) -> Phase:
    """The middle of a drill."""
    ends_ns = now_ns + s_to_ns(754)
    return Phase("drill", "hip_extension", BAND, 15.1, ends_ns, False, False, 0.8, True, False, 0.5, False, "Ada", 3)


def run_lane(lane: ConsoleLane) -> None:
    """Half a minute of a lane's messages. Its console's clock stands still: nothing grows old, however long a page takes."""
    lane.stopped_ns = lane.now_ns()
    noise = np.random.default_rng(3).normal(0, 0.9, STRIDES + 1)
    newest = (
        ConfigState(1, lane.origin.load().model_dump_json()),
        phase(lane.stopped_ns),
        sample(),
        Belt(0, 3.0, 1.0, "typed"),
    )

    def received() -> bool:
        found = lane.process.lane.read(lambda state: state.state(lane.now_ns()))
        runner = found["phase"] and found["phase"]["runner"]
        return bool(runner == "Ada" and found["measuring"] and found["belt"] and found["version"])

    lane.until(received, "phase, sample, belt and settings are received", *newest)
    seq = lane.process.lane.read(lambda state: state.seq)
    for number in range(1, STRIDES + 1):
        value = float(14.6 + 3.2 * (1 - np.exp(-number / 18)) + noise[number])
        lane.send(stride(number, float(number), value, quality=0.3 if number == 20 else 0.9, cadence_spm=172))
        lane.send(stride(number, float(number) + 0.35, value - 1.1, "far", cadence_spm=172))
        if number in RULES:
            given = cue(RULES[number], number, number + 0.1)
            lane.send(msgspec.structs.replace(given, reason=f"hip_extension {value:.1f}, band 16 to 20"))
    seq += 2 * STRIDES + len(RULES)
    lane.until(lambda: lane.process.lane.read(lambda state: state.seq) >= seq, "every stride and cue is received")
    for process in ("analysis", "coach", "audio", "display", "recorder", "supervisor", "capture"):
        report = health(process, "degraded", CAMERA_SLOW) if process == "capture" else health(process)

        def known(name: str = process) -> bool:
            return name in [one["name"] for one in lane.process.lane.read(lambda state: state.processes(lane.now_ns()))]

        lane.until(known, f"{process} is known", report)


def examine() -> None:
    """The result of an examination, as stored by the doctor."""
    found = (
        Finding("camera", True, "Logitech C920 (/dev/v4l/by-id/usb-046d_C920), 1280x720 at 60 fps, MJPG"),
        Finding("rate", True, "59.8 fps delivered"),
        Finding("light", False, "mean grey 48 of 255, 0% overexposed", "add light"),
        Finding("sharpness", True, "163"),
        Finding("level", True, "the room appears rotated by +0.2 ± 0.1 degrees; camera_roll_deg is 0"),
        Finding("screen", True, "full screen on TV, 1920x1080"),
        Finding("sound", True, "USB Audio, 21 ms"),
        Finding("pose model", True, "openvino on CPU, threads: 2, 14 ms per picture"),
        Finding("person", True, "whole and side-on"),
    )
    kept = Checkup("2026-11-28T17:42:10+01:00", found)
    folder = console_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "doctor.json").write_bytes(msgspec.json.encode(kept))


def pages() -> dict[str, tuple[str, str]]:
    """All pages by name, with a session and its figures."""
    catalogue = Catalogue(store_url(SecretAddress("")))
    newest = str(catalogue.entries()[0].id)
    catalogue.close()
    return PAGES | {"session": (f"/sessions/{newest}", "report"), "figures": (f"/sessions/{newest}/figures", "")}


def record(folder: Path) -> None:
    """Three sessions of Ada's in the store."""
    catalogue = Catalogue(store_url(SecretAddress("")))
    folders = []
    for number in (1, 2, 3):
        folders.append(folder / str(number))
        record_drill(folders[-1], header(number, "Ada"), replace(DRILL, seed=number))
    list(catalogue.add(folders))
    catalogue.close()


def faults(page: "Page") -> list[str]:
    """What axe-core finds on a page with everything unfolded, and whether it is wider than the window."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return axe_faults(page) + ["wider than the window"] * wide


def draw(console: PairedConsole, wanted: dict[str, tuple[str, str]], out: Path, axe: bool = False) -> list[Path]:
    """Every page in every size, light and dark, each as soon as it is complete; prints what axe-core finds."""
    written = []
    with running_browser() as browser:
        for size_px in SIZES_PX:
            for dark in (False, True):
                context = paired_context(browser, console, "coach", "Kim's tablet", size_px, dark)
                context.set_default_timeout(LONGEST_WAIT_MS)
                page = context.new_page()
                for name, (path, complete) in wanted.items():
                    page.goto(f"http://127.0.0.1:{console.port}{path}", timeout=LONGEST_WAIT_MS)
                    if complete == "report":
                        page.frame_locator("iframe.report").locator("svg").first.wait_for()
                    elif complete:
                        # Not by wait_for_function: the pages' policy forbids the eval that it needs.
                        while not page.evaluate(complete):
                            page.wait_for_timeout(LOOK_MS)
                    written.append(save(page.screenshot(), out, name, size_px, dark))
                    for fault in faults(page) if axe else ():
                        print(f"{written[-1].stem}: {fault}")
                context.close()
    return written


def run_gym(gym: ConsoleGym, now_ns: int) -> None:
    """Eight lanes in as many states. Nothing is received from the last one."""
    drill = phase(now_ns)

    def at(name: PhaseName, left_s: float | None, **changes: Any) -> Phase:
        ends_ns = None if left_s is None else now_ns + s_to_ns(left_s)
        return msgspec.structs.replace(drill, name=name, ends_ns=ends_ns, runner="", session_number=None, **changes)

    standing = msgspec.structs.replace(sample(), state=SampleState.NOT_RUNNING)
    nobody = msgspec.structs.replace(sample(), state=SampleState.NO_PERSON)
    silent = health("capture", "degraded", CAMERA_SILENT)
    lanes: tuple[tuple[Phase, Sample, float | None, Health], ...] = (
        (drill, sample(), 17.4, health("capture")),
        (msgspec.structs.replace(drill, runner="Kim", session_number=5), sample(), 14.2, health("capture")),
        (at("warm_up", 131, band=None, mode="open_gym"), sample(), 13.1, health("capture")),
        (at("stand", 3, band=None), standing, None, health("capture")),
        (msgspec.structs.replace(drill, runner="Bo", session_number=1, paused=True), nobody, None, health("capture")),
        (msgspec.structs.replace(drill, runner="Eva", session_number=2), sample(), 18.0, silent),
        (at("idle", None, band=None, mode="open_gym"), nobody, None, health("capture")),
    )
    for name, (present, seen, value, report) in zip(GYM_LANES, lanes, strict=False):
        gym.receive(name, present)
        gym.receive(name, seen)
        gym.receive(name, report)
        if value is not None:
            gym.receive(name, stride(1, 1.0, value))


def save(screenshot: bytes, out: Path, name: str, size_px: tuple[int, int], dark: bool) -> Path:
    """Write a picture."""
    file = out / f"{name}-{size_px[0]}x{size_px[1]}{'-dark' if dark else ''}.webp"
    write_webp(decoded(screenshot), file, WEBP_QUALITY)
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/console"))
    parser.add_argument("--only", nargs="*", help="names of pages")
    parser.add_argument("--axe", action="store_true", help="print what axe-core finds on each page (scripts/setup.sh browser)")
    options = parser.parse_args()
    if missing():
        parser.exit(1, f"{missing()}\n")
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hc", dir="/tmp") as name:
        folder = Path(name)
        os.environ["HIPCUE_HOME"] = str(folder / "home")
        (folder / "mine.toml").write_text(TEXT)
        record(folder / "recorded")
        wire = folder / "w"
        wire.mkdir(mode=0o700)
        origin = Origin(file=folder / "mine.toml")
        lane = ConsoleLane(wire, origin.load(), origin)
        try:
            run_lane(lane)
            examine()
            wanted = {name: page for name, page in pages().items() if not options.only or name in options.only}
            written = draw(lane, wanted, options.out, options.axe)
        finally:
            lane.close()
        if options.only and "gym" not in options.only:
            return
        now_ns = monotonic_ns()
        gym = ConsoleGym(GYM_LANES, lambda: now_ns)
        try:
            run_gym(gym, now_ns)
            written += draw(gym, {"gym": ("/", GYM_IS_COMPLETE)}, options.out, options.axe)
        finally:
            gym.close()
    print(f"{len(written)} pictures, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB, in {options.out}")


if __name__ == "__main__":
    main()
