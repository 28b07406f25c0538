"""Reading a clip with PyAV and with OpenCV: processor time per picture, and whether pixels and times agree.

python -m bench.latency.reading_time [CLIP …]
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from bench.report import Table
from capture.sources.video_file import VideoFile
from tests.support.labelled_clips import SHARED
from wire.clock import NS_PER_MS
from wire.frames.frame import Image

PICTURES = 120
COMPARED = 40


def by_opencv(path: Path) -> Iterator[tuple[float, Image]]:
    """Times (ms) and pictures as OpenCV reads them."""
    device = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    while device.grab():
        at_ms = device.get(cv2.CAP_PROP_POS_MSEC)
        yield at_ms, device.retrieve()[1].astype(np.uint8, copy=False)
    device.release()


def by_pyav(path: Path) -> Iterator[tuple[float, Image]]:
    """The same by HipCue's reader."""
    file = VideoFile(path)
    while (at_ns := file.advance()) is not None:
        yield at_ns / NS_PER_MS, file.image()
    file.close()


def cost_ms(pictures: Iterator[tuple[float, Image]]) -> float:
    """Processor time of all threads per picture."""
    next(pictures)
    start_s = time.process_time()
    read = sum(1 for _, _ in zip(pictures, range(PICTURES), strict=False))
    return 1000 * (time.process_time() - start_s) / max(1, read)


def agreement(path: Path) -> tuple[str, str]:
    """Largest difference of a pixel's colour and of a time; "other size": one of them turns or stretches the pictures."""
    pixel, off_ms = 0, 0.0
    for (first_ms, first), (second_ms, second), _ in zip(by_opencv(path), by_pyav(path), range(COMPARED), strict=False):
        off_ms = max(off_ms, abs(first_ms - second_ms))
        if first.shape != second.shape:
            return "other size", f"{off_ms:.3f} ms"
        pixel = max(pixel, int(np.abs(first.astype(int) - second).max()))
    return str(pixel), f"{off_ms:.3f} ms"


def row(path: Path) -> tuple[str, ...]:
    """One clip."""
    return (path.stem, f"{cost_ms(by_opencv(path)):.1f} ms", f"{cost_ms(by_pyav(path)):.1f} ms", *agreement(path))


def main(given: Sequence[str]) -> int:
    """Measure and print."""
    paths = [Path(name) for name in given] or sorted((SHARED / "data" / "clips").glob("*.mp4"))
    columns = ("clip", "OpenCV", "PyAV", "pixels differ by", "times differ by")
    text = f"Processor time per picture, decoded and converted to blue-green-red; the first {COMPARED} pictures compared."
    print(Table("Reading a clip", text, columns, [row(path) for path in paths]).plain())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
