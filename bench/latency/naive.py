"""Baselines for comparison, each in a separate process: python -m bench.latency.naive loop|pose FILE SECONDS.

loop: a plain program: read a picture, run mediapipe's solutions pose, compute the angle, draw, repeat; one thread.
pose: only HipCue's pose model, at the camera's rate on pictures of the program's size.
Prints one line of JSON.
"""

import json
import os
import resource
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analysis.pose.backends import open_backend
from capture.sources.cropping import crop_and_scale
from config.loading import load
from wire.frames.frame import Image
from wire.quiet import quiet_stderr

DRIVER_BUFFERS = 4
"""Buffers that a Linux webcam driver keeps for OpenCV (CAP_PROP_BUFFERSIZE): a slow reader gets the oldest."""


class Camera:
    """A file played like a webcam: pictures arrive on time, wait in the driver's buffers, and are lost when those are full."""

    def __init__(self, path: Path, seconds: float) -> None:
        file = cv2.VideoCapture(str(path))
        self.fps = file.get(cv2.CAP_PROP_FPS)
        self._packed: list[bytes] = []
        while True:
            read, image = file.read()
            if not read:
                break
            packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
            self._packed.append(packed.tobytes())
        file.release()
        self.count = round(seconds * self.fps)
        self.given = 0

    def pictures(self) -> Iterator[tuple[float, Image]]:
        """(when it was taken, s on time.monotonic; the picture), the oldest in the buffers first."""
        start_s = time.monotonic()
        waiting: deque[int] = deque()
        arrived = 0
        while True:
            now = int((time.monotonic() - start_s) * self.fps)
            while arrived <= min(now, self.count - 1):
                # With all buffers full the driver has nowhere to put the new one.
                if len(waiting) < DRIVER_BUFFERS:
                    waiting.append(arrived)
                arrived += 1
            if not waiting:
                if arrived >= self.count:
                    return
                time.sleep(max(0.0, start_s + arrived / self.fps - time.monotonic()))
                continue
            index = waiting.popleft()
            packed = np.frombuffer(self._packed[index % len(self._packed)], np.uint8)
            self.given += 1
            image = cv2.imdecode(packed, cv2.IMREAD_COLOR)
            yield start_s + index / self.fps, np.asarray(image, dtype=np.uint8)


def loop(camera: Camera) -> list[float]:
    """Delays from capture to the angle, ms."""
    with quiet_stderr():
        from mediapipe.python.solutions import drawing_utils, pose  # noqa: PLC0415 - slow to import, and noisy

        model: Any = pose.Pose()
        model.process(np.zeros((256, 256, 3), np.uint8))
    delays_ms = []
    for taken_s, image in camera.pictures():
        found = model.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).pose_landmarks
        if found is not None:
            hip, knee = found.landmark[24], found.landmark[26]
            np.degrees(np.arctan2(knee.x - hip.x, knee.y - hip.y))
            delays_ms.append(1000 * (time.monotonic() - taken_s))
            drawing_utils.draw_landmarks(image, found, pose.POSE_CONNECTIONS)
    return delays_ms


def pose_alone(camera: Camera) -> list[float]:
    """Times of the pose model, ms."""
    settings = load()
    model = open_backend(settings.analysis)
    times_ms = []
    for _, picture in camera.pictures():
        image = crop_and_scale(picture, settings.capture.zone, settings.capture.max_side_px)
        started_s = time.monotonic()
        model.estimate(image)
        times_ms.append(1000 * (time.monotonic() - started_s))
    model.close()
    return times_ms


def main() -> None:
    what, path, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    cv2.setNumThreads(1)
    camera = Camera(path, seconds)
    cpu_s, began_s = time.process_time(), time.monotonic()
    times_ms = {"loop": loop, "pose": pose_alone}[what](camera)
    cpu_pct = 100 * (time.process_time() - cpu_s) / (time.monotonic() - began_s)
    p50, p95, p99 = np.percentile(times_ms, (50, 95, 99))
    told = {
        "captured": camera.count,
        "done": camera.given,
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "cpu_pct": cpu_pct,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told), flush=True)
    os._exit(0)  # MediaPipe's threads may linger


if __name__ == "__main__":
    main()
