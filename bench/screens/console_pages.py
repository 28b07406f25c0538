"""Draw every page of the console, for docs/console.md: python -m bench.screens.console_pages [--out FOLDER].

Needs Chromium and Playwright. The lane is a script; the sessions are a simulated runner's (tests/support/drilled_runner.py).
"""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from bench.screens.webp import decoded, write_webp
from config.loading import Origin
from config.paths import store_url
from config.secret_address import SecretAddress
from config.settings import Settings
from console.gym import Gym
from console.lanes_file import FollowedLane
from sessions.store.catalogue import Catalogue
from tests.support.console_browser import device_cookie, paired_context
from tests.support.console_lane import TEXT, ConsoleLane
from tests.support.drilled_runner import Drill, record_drill
from tests.support.headless_browser import missing, running_browser
from tests.support.healths import CAMERA_SLOW, health
from tests.support.message_examples import cue, sample, stride
from tests.support.recorded_sessions import header
from tests.support.two_machines import TwoMachines, free_address
from wire.clock import monotonic_ns, s_to_ns
from wire.lifecycle import StopFlag
from wire.messages import Band, Belt, ConfigState, Phase
from wire.topics import PHASE

SIZES_PX = ((1280, 800), (820, 1180), (390, 844))
WEBP_QUALITY = 55
DRILL = Drill(warm_up_s=5, baseline_s=14, drill_s=30, retention_s=14)
BAND = Band(16.0, 20.0)
STRIDES = 46
RULES = {12: "push", 28: "push", 38: "good"}
SHOWN = {
    "lane": "/",
    "settings": "/settings",
    "sessions": "/sessions",
    "runners": "/runners",
    "status": "/status",
    "devices": "/devices",
}


def phase() -> Phase:
    """The middle of a drill."""
    ends_ns = monotonic_ns() + s_to_ns(754)
    return Phase("drill", "hip_extension", BAND, 15.1, ends_ns, False, False, 0.8, True, False, 0.5, False, "Ada", 3)


def run_lane(lane: ConsoleLane) -> None:
    """Half a minute of a lane's messages."""
    lane.send(ConfigState(1, lane.origin.load().model_dump_json()))
    noise = np.random.default_rng(3).normal(0, 0.9, STRIDES)
    lane.until(lambda: lane.process.lane.read(lambda state: state.phase and state.phase.runner == "Ada"), "the phase", phase())
    for number in range(1, STRIDES):
        value = float(14.6 + 3.2 * (1 - np.exp(-number / 18)) + noise[number])
        lane.send(stride(number, float(number), value, quality=0.3 if number == 20 else 0.9, cadence_spm=172))
        lane.send(stride(number, float(number) + 0.35, value - 1.1, "far", cadence_spm=172))
        if number in RULES:
            lane.send(msgspec.structs.replace(cue(RULES[number], number), reason=f"hip_extension {value:.1f}, band 16 to 20"))
    for process in ("capture", "analysis", "coach", "audio", "display", "recorder", "supervisor"):
        lane.send(health(process))


def keep_alive(lane: ConsoleLane) -> None:
    """What a lane sends all the time."""
    for message in (phase(), sample(), Belt(0, 3.0, 1.0, "typed"), health("capture", "degraded", CAMERA_SLOW)):
        lane.send(message)


def pages() -> dict[str, str]:
    """All pages by name, with a session and its runner's history."""
    catalogue = Catalogue(store_url(SecretAddress("")))
    newest = str(catalogue.entries()[0].id)
    catalogue.close()
    return SHOWN | {"session": f"/sessions/{newest}", "history": "/history?runner=Ada", "pair": "/pair#example"}


def record(folder: Path) -> None:
    """Three sessions of Ada's in the store."""
    catalogue = Catalogue(store_url(SecretAddress("")))
    folders = []
    for number in (1, 2, 3):
        folders.append(folder / str(number))
        record_drill(folders[-1], header(number, "Ada"), replace(DRILL, seed=number))
    list(catalogue.add(folders))
    catalogue.close()


def draw(lane: ConsoleLane, out: Path) -> list[Path]:
    """Every page in every size, light and dark."""
    written = []
    wanted = pages()
    with running_browser() as browser:
        for size_px in SIZES_PX:
            for dark in (False, True):
                context = paired_context(browser, lane, "coach", "Kim's tablet", size_px, dark)
                page = context.new_page()
                for name, path in wanted.items():
                    keep_alive(lane)
                    page.goto(f"http://127.0.0.1:{lane.port}{path}")
                    if name == "lane":
                        page.wait_for_function("document.getElementById('value').textContent !== '–'")
                    else:
                        page.wait_for_load_state("networkidle")
                    written.append(save(page.screenshot(), out, name, size_px, dark))
                context.close()
    return written


def draw_gym(folder: Path, out: Path) -> list[Path]:
    """The page of many lanes: one runs, nothing answers for the others."""
    (folder / "machines").mkdir()
    machines = TwoMachines(folder / "machines")
    machines.screen.keys.allow("lane", machines.camera_key)
    settings = Settings()
    settings = settings.model_copy(update={"console": settings.console.model_copy(update={"port": 0})})
    addresses = [machines.address, *(free_address() for _ in range(3))]
    lanes = [FollowedLane(f"lane-{number}", address, "lane") for number, address in enumerate(addresses, start=1)]
    (folder / "g").mkdir(mode=0o700)
    gym = Gym(settings, lanes, machines.screen.keys, folder / "g", StopFlag())
    phases = machines.camera.wire("coach").publisher(PHASE)
    written = []
    try:
        with running_browser() as browser:
            for size_px in SIZES_PX:
                for dark in (False, True):
                    context = browser.new_context(
                        viewport={"width": size_px[0], "height": size_px[1]}, color_scheme="dark" if dark else "light"
                    )
                    secret, _ = gym.devices.pair(gym.devices.new_token("coach")[0], "Kim's tablet")
                    context.add_cookies([device_cookie(secret)])
                    page = context.new_page()
                    page.goto(f"http://127.0.0.1:{gym.port}/")
                    for _ in range(40):
                        phases.send(phase())
                        machines.samples.send(sample())
                        machines.strides.send(stride(1, 1.0, 17.4))
                        page.wait_for_timeout(100)
                    written.append(save(page.screenshot(), out, "gym", size_px, dark))
                    context.close()
    finally:
        gym.close()
        machines.close()
    return written


def save(screenshot: bytes, out: Path, name: str, size_px: tuple[int, int], dark: bool) -> Path:
    """Write a picture."""
    file = out / f"{name}-{size_px[0]}x{size_px[1]}{'-dark' if dark else ''}.webp"
    write_webp(decoded(screenshot), file, WEBP_QUALITY)
    return file


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
        (folder / "mine.toml").write_text(TEXT)
        record(folder / "recorded")
        wire = folder / "w"
        wire.mkdir(mode=0o700)
        origin = Origin(file=folder / "mine.toml")
        lane = ConsoleLane(wire, origin.load(), origin)
        try:
            run_lane(lane)
            written = draw(lane, options.out)
        finally:
            lane.close()
        written += draw_gym(folder, options.out)
    print(f"{len(written)} pictures, {sum(path.stat().st_size for path in written) / 1e6:.1f} MB, in {options.out}")


if __name__ == "__main__":
    main()
