"""Sound cards that are not there, under the real ALSA and PortAudio: see fake_card/fake_card.c."""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SOURCE = Path(__file__).parent / "fake_card" / "fake_card.c"
_NO_CARD = "</usr/share/alsa/alsa.conf>\n"
_HEADER = Path("/usr/include/alsa/pcm_external.h")


def missing() -> str:
    """Why there can be no such cards here; "" when there can."""
    if importlib.util.find_spec("pyaudio") is None:
        return "PyAudio is not installed"
    return "" if shutil.which("gcc") and _HEADER.exists() else "gcc or ALSA's headers are missing (package libasound2-dev)"


@dataclass(frozen=True)
class CardKind:
    """What a card takes, and nothing else."""

    rate_hz: int
    sample_format: str
    """ALSA's name."""
    channels: int


class FakeCards:
    """The cards of one machine, of which the default one may be changed. `environment` makes a program find them."""

    def __init__(self, folder: Path) -> None:
        self._library = folder / "libasound_module_pcm_fakecard.so"
        command = ["gcc", "-O1", "-shared", "-fPIC", "-DPIC", "-o", str(self._library), str(_SOURCE), "-lasound"]
        subprocess.run(command, check=True)
        self._configuration = folder / "alsa.conf"
        self._played = folder / "played"
        self.environment = {"ALSA_CONFIG_PATH": str(self._configuration)}
        self.unplug()

    def unplug(self) -> None:
        """Leave the machine without any card."""
        self._configuration.write_text(_NO_CARD)

    def plug_in(self, kind: CardKind) -> None:
        """Connect a card, and make it the default one."""
        self._configuration.write_text(
            _NO_CARD
            + f'''
            pcm_type.fakecard {{ lib "{self._library}" }}
            pcm.!default {{
                type fakecard
                rate {kind.rate_hz}
                format {kind.sample_format}
                channels {kind.channels}
                file "{self._played}"
            }}
            '''
        )

    def played(self, kind: CardKind) -> NDArray[np.float64]:
        """What a card of 16-bit samples has played since it was opened last, -1 to 1, shape (frames, channels)."""
        assert kind.sample_format == "S16_LE"
        return np.frombuffer(self._played.read_bytes(), "<i2").reshape(-1, kind.channels) / 32768
