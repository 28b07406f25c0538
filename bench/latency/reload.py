"""Whether a settings file that is saved while the program runs disturbs the video: python -m bench.latency.reload.

The whole program runs on the synthetic runner, without screen and sound. First the file stays unchanged, then it is rewritten
50 times, each time with another band, volume and rule. Prints the gaps between measured frames in frame times.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.support.eventually import eventually
from tests.support.program import Running, run_folder
from wire.clock import NS_PER_S, monotonic_ns, s_to_ns
from wire.messages import ConfigState, Sample
from wire.sockets import Wire, wait
from wire.topics import CONFIG, SAMPLE_LOG

FPS = 30
REWRITES = 50
EVERY_S = 0.4
SETTLE_S = 4.0
PATIENCE_S = 30.0
LIMIT_FRAMES = 2.0


def text(number: int) -> str:
    """A settings file that differs for each number."""
    rule = f'name = "push"\nwhen = "hip_extension below band"\nstrides = {1 + number % 9}\ntext = "Push"\nsound = "push"\n'
    return f"[target]\nhalf_width_deg = {1 + number / 100}\n[audio]\nvolume = {number % 10 / 10}\n[[cue]]\n{rule}"


@dataclass
class Stretch:
    """Frames that were measured one after the other."""

    capture_ns: list[int]

    @property
    def gaps_frames(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        return np.diff(np.array(self.capture_ns)) * FPS / NS_PER_S


class Listener:
    """Receives samples and settings of the running program."""

    def __init__(self, folder: Path) -> None:
        self._wire = Wire(folder, "bench")
        self._samples = self._wire.every(SAMPLE_LOG, Sample)
        self._states = self._wire.newest(CONFIG, ConfigState)
        self.version = 0

    def listen(self, seconds: float) -> Stretch:
        """The samples measured in this time."""
        stretch, until_ns = Stretch([]), monotonic_ns() + s_to_ns(seconds)
        while monotonic_ns() < until_ns:
            wait(20, self._samples, self._states)
            stretch.capture_ns += [sample.stamps.capture_ns for sample in self._samples.take_all()]
            if (state := self._states.take()) is not None:
                self.version = state.version
        return stretch


def report(name: str, stretch: Stretch) -> float:
    """Print one row; the longest gap in frame times."""
    gaps = stretch.gaps_frames
    p50, p99, longest = (float(np.percentile(gaps, share)) for share in (50, 99, 100))
    print(f"{name:24}{len(gaps):8}{p50:9.2f}{p99:9.2f}{longest:9.2f}{int((gaps > LIMIT_FRAMES + 0.1).sum()):12}")
    return longest


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "mine.toml"
        file.write_text(text(0))
        source = f"synthetic:extension=15,fps={FPS},width=960,height=540"
        options = ("--no-display", "--no-audio", "--session-dir", str(folder / "s"))
        program = Running("run", "--source", source, "--config", str(file), *options, as_shipped=True)
        try:
            listener = Listener(run_folder(program.runtime))
            eventually(lambda: listener.listen(0.5).capture_ns, "the first frames are measured", PATIENCE_S)
            listener.listen(SETTLE_S)
            quiet = listener.listen(REWRITES * EVERY_S)
            before = listener.version
            saved = Stretch([])
            for number in range(1, REWRITES + 1):
                file.write_text(text(number))
                saved.capture_ns += listener.listen(EVERY_S).capture_ns
        finally:
            program.process.terminate()
            program.wait()
    print(f"Gaps between measured frames, in frame times at {FPS} fps")
    print(f"{'':24}{'frames':>8}{'p50':>9}{'p99':>9}{'longest':>9}{'beyond 2':>12}")
    report("file untouched", quiet)
    longest = report(f"rewritten {REWRITES} times", saved)
    print(f"Applied: {listener.version - before} of {REWRITES}")
    print(f"Limit: no gap beyond {LIMIT_FRAMES:g} frame times: {'holds' if longest <= LIMIT_FRAMES + 0.1 else 'does not hold'}")


if __name__ == "__main__":
    main()
