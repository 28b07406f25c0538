"""A network is compiled once: a kept one gives the same numbers, and an unusable one is compiled again."""

import errno
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from analysis.pose.blazepose import networks
from analysis.pose.blazepose.compiled_networks import LEAST_FREE_BYTES, CompiledNetworks
from analysis.pose.blazepose.networks import DETECTOR_FILE, DETECTOR_OUTPUTS, DETECTOR_RANGE, DETECTOR_SIDE_PX, Network, pruned
from wire.frames.frame import Image

if TYPE_CHECKING:
    import openvino


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first output of each network that was compiled."""
    made: list[str] = []

    def noted(model: "openvino.Model", outputs: Sequence[str]) -> "openvino.Model":
        made.append(outputs[0])
        return pruned(model, outputs)

    monkeypatch.setattr(networks, "pruned", noted)
    return made


@pytest.fixture
def image() -> Image:
    side = DETECTOR_SIDE_PX
    return np.random.default_rng(3).integers(0, 256, (side, side, 3), np.uint8)


def detector(folder: Path, threads: int = 1) -> Network:
    path, kept = networks.network_path(DETECTOR_FILE), CompiledNetworks(folder)
    return Network(networks.open_core(), path, DETECTOR_OUTPUTS, DETECTOR_RANGE, threads=threads, device="CPU", kept=kept)


def test_a_kept_network_gives_the_same_numbers(tmp_path: Path, compiled: list[str], image: Image) -> None:
    first = [result.copy() for result in detector(tmp_path / "new").infer(image)]
    again = detector(tmp_path / "new").infer(image)
    assert len(compiled) == 1
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_a_damaged_one_is_compiled_again(tmp_path: Path, compiled: list[str], image: Image) -> None:
    detector(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert len(detector(tmp_path).infer(image)) == len(DETECTOR_OUTPUTS)
    assert len(compiled) == 2
    detector(tmp_path)
    assert len(compiled) == 2


def test_one_that_openvino_refuses_is_compiled_again(tmp_path: Path, compiled: list[str], image: Image) -> None:
    class OfAnotherProcessor(CompiledNetworks):
        def read(self, _network: Path, _made_of: Sequence[object]) -> bytes:
            return b"of another processor"

    kept = OfAnotherProcessor(tmp_path)
    path = networks.network_path(DETECTOR_FILE)
    network = Network(networks.open_core(), path, DETECTOR_OUTPUTS, DETECTOR_RANGE, threads=1, device="CPU", kept=kept)
    assert len(network.infer(image)) == len(DETECTOR_OUTPUTS)
    assert len(compiled) == 1


def test_without_a_folder_to_write_into_it_is_compiled(tmp_path: Path, compiled: list[str], image: Image) -> None:
    (tmp_path / "file").touch()
    assert len(detector(tmp_path / "file" / "folder").infer(image)) == len(DETECTOR_OUTPUTS)
    assert len(compiled) == 1


class TestTheFolder:
    @pytest.fixture
    def network(self, tmp_path: Path) -> Path:
        path = tmp_path / "pose.tflite"
        path.write_bytes(b"a network")
        return path

    def test_gives_what_was_kept(self, tmp_path: Path, network: Path) -> None:
        kept = CompiledNetworks(tmp_path / "kept")
        kept.keep(network, ("2026.4",), b"compiled")
        assert kept.read(network, ("2026.4",)) == b"compiled"

    def test_has_nothing_for_another_version_or_file(self, tmp_path: Path, network: Path) -> None:
        kept = CompiledNetworks(tmp_path / "kept")
        kept.keep(network, ("2026.4",), b"compiled")
        assert kept.read(network, ("2026.5",)) is None
        network.write_bytes(b"another network")
        assert kept.read(network, ("2026.4",)) is None

    def test_leaves_the_last_of_a_disk_to_the_sessions(
        self, tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = CompiledNetworks(tmp_path / "kept")
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=LEAST_FREE_BYTES))
        kept.keep(network, ("2026.4",), b"compiled")
        assert list((tmp_path / "kept").iterdir()) == []

    def test_has_no_half_network_where_a_disk_is_full(
        self, tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(path: Path, packed: bytes) -> None:
            path.open("wb").close()
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        CompiledNetworks(tmp_path / "kept").keep(network, ("2026.4",), b"compiled")
        assert list((tmp_path / "kept").iterdir()) == []

    def test_keeps_one_of_each_network(self, tmp_path: Path, network: Path) -> None:
        kept = CompiledNetworks(tmp_path / "kept")
        for version in ("2026.4", "2026.5"):
            kept.keep(network, (version,), b"compiled")
        assert len(list((tmp_path / "kept").iterdir())) == 1
        assert kept.read(network, ("2026.5",)) == b"compiled"
