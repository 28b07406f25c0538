"""Given a pose model, a screen, a disk, a store or an address that fails, then its process reports the fault by its code."""

import sys
from collections.abc import Callable
from pathlib import Path

import pygame
import pytest

from analysis import process as analysis
from config.secret_address import SecretAddress
from config.sections.analysis import AnalysisSettings
from config.sections.display import DisplaySettings
from config.sections.session import SessionSettings
from config.settings import Settings
from feedback.display import process as display
from sessions.recorder import process as recorder
from tests.support.reporting_process import Body, ReportingProcess
from wire.faults import FaultCode
from wire.remote import share
from wire.remote.keys import Keys
from wire.topics import ANALYSIS, DISPLAY, RECORDER, SHARE

Start = Callable[[str, Body], ReportingProcess]


@pytest.mark.raises_fault(FaultCode.POSE_MODEL_UNUSABLE)
def test_a_pose_model_without_its_file(process: Start, tmp_path: Path) -> None:
    settings = Settings(analysis=AnalysisSettings(backend="openvino", model="lite", model_folder=str(tmp_path)))
    running = process(ANALYSIS, lambda wire, stop: analysis.run(settings, wire, stop))
    assert str(tmp_path) in running.until_fault(FaultCode.POSE_MODEL_UNUSABLE).cause
    assert running.health is not None
    assert running.health.state == "failed"


@pytest.mark.raises_fault(FaultCode.SCREEN_MISSING)
def test_a_machine_without_a_screen(process: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    process(DISPLAY, lambda wire, stop: display.run(Settings(), wire, stop)).until_fault(FaultCode.SCREEN_MISSING)


@pytest.mark.raises_fault(FaultCode.MONITOR_MISSING)
def test_a_monitor_that_is_switched_off(process: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    class OnAnother:
        description = "640x360 full screen"
        repaint = has_its_monitor = False

        def __init__(self, *_wanted: object) -> None:
            self.surface = pygame.Surface((640, 360), depth=32)

        def read_keys(self) -> list[str]:
            return []

        def keep_full_screen(self) -> bool:
            return False

        def flip(self) -> None: ...
        def close(self) -> None: ...

    monkeypatch.setattr(display, "Window", OnAnother)
    settings = Settings(display=DisplaySettings(monitor="HDMI-1"))
    running = process(DISPLAY, lambda wire, stop: display.run(settings, wire, stop))
    assert running.until_fault(FaultCode.MONITOR_MISSING).device == "HDMI-1"
    assert running.health is not None
    assert running.health.state == "running"


@pytest.mark.raises_fault(FaultCode.SESSION_FOLDER_BLOCKED)
def test_a_file_where_the_session_folder_belongs(process: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    running = process(RECORDER, lambda wire, stop: recorder.run(Settings(), wire, stop, tmp_path / "file" / "session"))
    assert running.until_fault(FaultCode.SESSION_FOLDER_BLOCKED).device == str(tmp_path / "file")


@pytest.mark.raises_fault(FaultCode.LSL_MISSING)
def test_an_outlet_without_its_package(process: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    settings = Settings(session=SessionSettings(lsl=True, store_url=SecretAddress("none")))
    running = process(RECORDER, lambda wire, stop: recorder.run(settings, wire, stop, tmp_path / "session"))
    running.until_fault(FaultCode.LSL_MISSING)
    assert running.health is not None
    assert running.health.state == "running"


@pytest.mark.raises_fault(FaultCode.ADDRESS_NOT_OPENED)
def test_an_address_of_another_machine(process: Start, tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    keys.new()
    address = "tcp://192.0.2.1:7660"  # TEST-NET-1 (RFC 5737): never this machine's
    running = process(SHARE, lambda wire, stop: share.run(wire, stop, address, keys))
    assert running.until_fault(FaultCode.ADDRESS_NOT_OPENED).device == address
