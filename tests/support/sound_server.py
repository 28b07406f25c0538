"""A PulseAudio server of the tests' own, with a card that nobody hears and a recording of what was played on it."""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.eventually import eventually

SAMPLE_RATE_HZ = 48_000
CHANNELS = 2
SINK_NAME = "test"
_ALSA_PULSE_PLUGINS = "/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so"
_NICENESS = -15
_ALSA_CONFIGURATION = """
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


def missing() -> str:
    """Why there can be no sound server here; "" when there can."""
    if importlib.util.find_spec("pyaudio") is None:
        return "PyAudio is not installed"
    for program, package in (("pulseaudio", "pulseaudio"), ("parec", "pulseaudio-utils"), ("pactl", "pulseaudio-utils")):
        if shutil.which(program) is None:
            return f"{program} is missing (package {package})"
    if not list(Path("/").glob(_ALSA_PULSE_PLUGINS.lstrip("/"))):
        return "ALSA's PulseAudio plug-in is missing (package libasound2-plugins)"
    return ""


def hurry(process: "subprocess.Popen[bytes]") -> None:
    """Let a process that has just begun go before others, where that is allowed: a sound card waits for nobody."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)


class Recording:
    """What the card plays, as float32 frames in a file, from now to `stop`."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._file = path.open("wb")
        self._process = subprocess.Popen(
            [
                "parec",
                f"--device={SINK_NAME}.monitor",
                "--format=float32le",
                f"--rate={SAMPLE_RATE_HZ}",
                f"--channels={CHANNELS}",
                "--latency-msec=20",
                "--raw",
            ],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.DEVNULL,
        )
        hurry(self._process)

    @property
    def seconds(self) -> float:
        """How much has been recorded so far."""
        return self._path.stat().st_size / (4 * CHANNELS * SAMPLE_RATE_HZ)

    def wait_until(self, seconds: float) -> None:
        """Wait until this much has been recorded."""
        eventually(lambda: self.seconds >= seconds, f"{seconds} s of recorded sound")

    def stop(self) -> NDArray[np.float32]:
        """End the recording; its samples, shape (frames, channels)."""
        _end(self._process)
        self._file.close()
        packed = self._path.read_bytes()
        frame_bytes = 4 * CHANNELS
        return np.frombuffer(packed[: len(packed) // frame_bytes * frame_bytes], np.float32).reshape(-1, CHANNELS)


class SoundServer:
    """The server. `environment` makes a process (and its children) use it, through ALSA's default device too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._recordings: list[Recording] = []
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        (folder / "alsa.conf").write_text(_ALSA_CONFIGURATION)
        # Without a limit on real-time work, which on a busy machine ends the server (SIGXCPU).
        (folder / "daemon.conf").write_text("rlimit-rttime = -1\n")
        # A client that starts a server of its own would hide that ours is gone.
        (folder / "client.conf").write_text("autospawn = no\nenable-shm = yes\n")
        self._log = folder / "pulseaudio.log"
        self._socket = runtime / "pulse" / "native"
        self.environment = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(runtime),
            "ALSA_CONFIG_PATH": str(folder / "alsa.conf"),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_CLIENTCONFIG": str(folder / "client.conf"),
            "PULSE_COOKIE": str(folder / "cookie"),
        }

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--exit-idle-time=-1",
            "-L",
            "module-native-protocol-unix auth-anonymous=1",
            "-L",
            f"module-null-sink sink_name={SINK_NAME} format=float32le rate={SAMPLE_RATE_HZ} channels={CHANNELS}",
        ]
        own = {"HOME": str(self._folder), "PULSE_CONFIG": str(self._folder / "daemon.conf")}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env={**self.environment, **own}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
            )
        hurry(self._process)
        eventually(self._answers, "PulseAudio answers")

    def record(self, path: Path) -> Recording:
        """Record what the card plays from now on; returns when sound (or silence) arrives."""
        recording = Recording(path, self.environment)
        self._recordings.append(recording)
        recording.wait_until(0.05)
        return recording

    def stop(self, kill: bool = False) -> None:
        """End the server; `start` starts it again."""
        if self._process is not None:
            if kill:
                self._process.kill()
            _end(self._process)
            self._process = None
        self._socket.unlink(missing_ok=True)

    def hang(self) -> None:
        """Stand still: connections stay, nothing is answered any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Go on after `hang`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End all recordings and the server. Raises AssertionError if it had ended before: that explains what the test saw."""
        ended = None if self._process is None else self._process.poll()
        if self._process is not None and ended is None:
            self.go_on()
        for recording in self._recordings:
            recording.stop()
        self.stop()
        assert ended is None, f"PulseAudio ended with {ended}: {self._log.read_text(errors='replace')}"

    def _answers(self) -> bool:
        command = ["pactl", "list", "short", "sinks"]
        try:
            asked = subprocess.run(command, env=self.environment, capture_output=True, check=False, timeout=10)
        except subprocess.TimeoutExpired:
            return False
        return SINK_NAME.encode() in asked.stdout


@contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    """A running server that keeps its files in `folder` (pytest's tmp_path); ends it, and only it, at the end."""
    server = SoundServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
