"""Given a real inlet of the Lab Streaming Layer, it receives what the recorder received, each at the time it describes."""

import json
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.secret_address import SecretAddress
from config.sections.session import SessionSettings
from config.settings import Settings
from sessions.recorder.lsl_outlet import CHANNELS, LslOutlet, open_outlet
from sessions.recorder.process import run
from tests.support.eventually import eventually
from tests.support.message_examples import cue, sample, stride
from wire.clock import monotonic_ns, s_to_ns
from wire.lifecycle import StopFlag
from wire.messages import Leg, Stamps
from wire.sockets import Wire
from wire.topics import STRIDE

PATIENCE_S = 10.0
ON_THIS_MACHINE = "[multicast]\nResolveScope = machine\n[ports]\nIPv6 = disable\n[log]\nlevel = -3\n"


@pytest.fixture(scope="module")
def pylsl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The layer, confined to this machine."""
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(ON_THIS_MACHINE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(config))
        try:
            import pylsl  # noqa: PLC0415 - it reads the variable when it is imported
        except (ImportError, RuntimeError) as error:
            pytest.skip(f"there is no Lab Streaming Layer here: {error}")
        yield pylsl


def inlet(pylsl: Any, source: str) -> Any:
    found = pylsl.resolve_byprop("source_id", source, timeout=PATIENCE_S)
    assert len(found) == 1
    opened = pylsl.StreamInlet(found[0])
    opened.open_stream(timeout=PATIENCE_S)
    return opened


def test_angles_come_as_named_channels_at_the_pictures_time(pylsl: Any) -> None:
    outlet = LslOutlet("t-angles", monotonic_ns)
    received = inlet(pylsl, "t-angles-angles")
    channel = received.info(timeout=PATIENCE_S).desc().child("channels").child("channel")
    names = []
    for _ in CHANNELS:
        names.append(channel.child_value("label"))
        channel = channel.next_sibling()
    assert tuple(names) == CHANNELS
    taken_ns = monotonic_ns() - s_to_ns(0.25)
    seen = msgspec.structs.replace(sample(7), stamps=Stamps(taken_ns), near=Leg(thigh_deg=-12.5, knee_deg=20.0))
    outlet.send(seen)
    values, at_s = received.pull_sample(timeout=PATIENCE_S)
    assert values[0] == -12.5
    assert math.isnan(values[1])
    assert values[2] == 20.0
    assert (values[6], values[7]) == pytest.approx((6.0, 0.9))
    # The layer's clock is not ours, but an age is the same on both.
    assert pylsl.local_clock() - at_s == pytest.approx((monotonic_ns() - taken_ns) / 1e9, abs=0.05)


def test_strides_and_cues_come_as_markers_in_order(pylsl: Any) -> None:
    outlet = LslOutlet("t-events", monotonic_ns)
    received = inlet(pylsl, "t-events-events")
    now_s = time.monotonic()
    outlet.send(stride(5, now_s - 0.1, 17.5))
    outlet.send(cue("push", 5, now_s))
    markers = [received.pull_sample(timeout=PATIENCE_S) for _ in range(2)]
    first, second = (json.loads(values[0]) for values, _ in markers)
    assert (first["kind"], first["number"], first["leg"], first["hip_extension_deg"]) == ("stride", 5, "near", 17.5)
    assert (second["kind"], second["rule"], second["stride_number"]) == ("cue", "push", 5)
    assert markers[1][1] - markers[0][1] == pytest.approx(0.1, abs=0.05)


def test_the_recorder_publishes_what_it_receives_on_the_wire(pylsl: Any, wire_directory: Path, tmp_path: Path) -> None:
    stop = StopFlag()

    def record() -> None:
        with Wire(wire_directory, "recorder") as wire:
            run(Settings(session=SessionSettings(lsl=True, store_url=SecretAddress("none"))), wire, stop, tmp_path / "t-wire")

    recorder = threading.Thread(target=record)
    recorder.start()
    try:
        received = inlet(pylsl, "t-wire-events")
        with Wire(wire_directory, "analysis") as wire:
            strides = wire.publisher(STRIDE)

            def next_marker() -> Any:
                strides.send(stride(7, time.monotonic(), 16.5))  # the first ones are lost: the recorder is not connected yet
                return received.pull_sample(timeout=0.05)[0]

            marker = json.loads(eventually(next_marker, "a stride arrives through the layer")[0])
        assert (marker["kind"], marker["number"], marker["hip_extension_deg"]) == ("stride", 7, 16.5)
    finally:
        stop.set()
        recorder.join(10)
    assert not recorder.is_alive()


def test_by_default_nothing_is_published(tmp_path: Path) -> None:
    assert open_outlet(Settings(), "x", monotonic_ns) is None
