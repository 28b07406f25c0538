"""Given a lane's messages, its page shows them as they are, and its buttons reach the lane."""

import math
import socket
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.loading import Origin
from config.sections.console import ConsoleSettings
from config.settings import Settings
from console.lane.lane_state import SILENT_S, LaneState
from console.process import ConsoleProcess
from tests.support.console_lane import ConsoleLane, received, with_cookie
from tests.support.healths import CAMERA_SILENT, health
from tests.support.message_examples import cue, sample, stride
from wire.clock import s_to_ns
from wire.faults import FaultCode, NoticeCode, SampleState
from wire.health.stages import POSE
from wire.lifecycle import StopFlag
from wire.messages import (
    STRIDE_TONE,
    Band,
    Belt,
    Command,
    ConfigState,
    Latency,
    Notice,
    PairingCode,
    Phase,
    PhaseResult,
    Stride,
    Summary,
)
from wire.node import Node
from wire.sockets import Wire
from wire.texts import sentence
from wire.topics import CONSOLE

DRILL = Phase("drill", "hip_extension", Band(16.0, 20.0), 15.1, s_to_ns(754), False, False, cueing=True, min_quality=0.5)
NOW_NS = s_to_ns(700)


def seen(*strides: Stride, phase: Phase = DRILL) -> LaneState:
    state = LaneState()
    state.handle_phase(phase, NOW_NS)
    for one in strides:
        state.handle_stride(one, NOW_NS)
    return state


class TestState:
    @pytest.mark.parametrize(("value", "verdict"), [(15.9, "below"), (16.0, "in"), (20.0, "in"), (20.1, "above")])
    def test_a_stride_is_shown_against_the_band(self, value: float, verdict: str) -> None:
        shown = seen(stride(hip_extension_deg=value)).since(0)["strides"][0]
        assert (shown["value"], shown["verdict"], shown["band"]) == (value, verdict, [16.0, 20.0])

    def test_a_stride_below_the_quality_gate_is_not_judged(self) -> None:
        assert seen(stride(quality=0.4)).since(0)["strides"][0]["verdict"] == "unsure"

    def test_the_far_leg_has_no_target(self) -> None:
        assert seen(stride(leg="far")).since(0)["strides"][0]["verdict"] == "no_target"

    def test_the_measure_is_the_targets(self) -> None:
        state = seen(
            stride(cadence_spm=171.0), phase=msgspec.structs.replace(DRILL, measure="cadence", band=Band(170.0, 180.0))
        )
        assert state.since(0)["strides"][0]["value"] == 171.0
        assert state.state(NOW_NS)["measure"]["label"] == "Cadence"

    def test_each_stride_is_sent_once(self) -> None:
        state = seen(stride(1), stride(2))
        seq = state.since(0)["seq"]
        assert state.since(seq)["strides"] == []
        state.handle_stride(stride(3), NOW_NS)
        assert [one["number"] for one in state.since(seq)["strides"]] == [3]

    def test_cues_are_shown_and_tones_are_not(self) -> None:
        state = seen(stride(7))
        state.handle_cue(cue("push", 7))
        state.handle_cue(cue(STRIDE_TONE, 7))
        assert [(one["rule"], one["stride"]) for one in state.since(0)["cues"]] == [("push", 7)]

    def test_the_next_runner_begins_with_an_empty_chart(self) -> None:
        state = seen(stride(1))
        state.handle_phase(msgspec.structs.replace(DRILL, name="idle", band=None), NOW_NS)
        assert state.since(0)["strides"] == []

    def test_faults_are_in_the_coachs_words(self) -> None:
        state = seen()
        state.handle_health(health("capture", "degraded", CAMERA_SILENT), NOW_NS)
        assert [one["text"] for one in state.state(NOW_NS)["faults"]] == [sentence(CAMERA_SILENT)]

    def test_the_phase_has_its_time_left_and_its_notice(self) -> None:
        phase = seen(phase=msgspec.structs.replace(DRILL, notice=Notice(NoticeCode.NEW_PACE))).state(NOW_NS)["phase"]
        assert (phase["title"], phase["left_s"], phase["notice"]) == ("Drill", 54, "New pace: finding your new baseline")

    def test_a_sample_says_why_nothing_is_measured(self) -> None:
        state = seen()
        state.handle_sample(msgspec.structs.replace(sample(), state=SampleState.NO_PERSON), NOW_NS)
        assert state.state(NOW_NS)["view"] == {"runner": "Step into view", "detail": "The camera sees nobody on the treadmill."}

    def test_a_silent_lane_is_lost(self) -> None:
        state = seen()
        assert not state.state(NOW_NS + s_to_ns(SILENT_S))["lost"]
        assert state.state(NOW_NS + s_to_ns(SILENT_S) + 1)["lost"]

    def test_a_process_without_a_report_is_silent(self) -> None:
        state = seen()
        state.handle_health(health("capture"), NOW_NS)
        assert [one["state"] for one in state.processes(NOW_NS)] == ["running"]
        assert [one["state"] for one in state.processes(NOW_NS + s_to_ns(9))] == ["silent"]

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
    def test_what_is_no_number_is_left_out(self, value: float) -> None:
        state = seen(stride(hip_extension_deg=value, cadence_spm=value))
        state.handle_belt(Belt(0, value, value, "typed"), NOW_NS)
        shown = state.since(0)["strides"][0]
        assert (shown["value"], shown["verdict"], state.state(NOW_NS)["belt"]["kmh"]) == (None, "no_target", None)

    def test_the_belt_can_be_set_where_its_speed_is_typed(self) -> None:
        state = seen()
        assert not state.state(NOW_NS)["can_set_belt"]
        for belt in (Belt(0, 3.0, 1.0, "config"), Belt(0, 3.0, 1.0, "typed"), Belt(0, 3.0, 1.0, "ftms")):
            state.handle_belt(belt, NOW_NS)
            assert state.state(NOW_NS)["can_set_belt"] == (belt.source != "ftms")

    def test_settings_that_wait_for_the_next_start_are_named(self) -> None:
        state = seen()
        state.handle_config(ConfigState(2, "{}", ("capture.fps",)))
        assert (state.state(NOW_NS)["waiting"], state.state(NOW_NS)["version"]) == (["capture.fps"], 2)

    def test_the_consoles_own_report_is_none_of_the_lanes(self) -> None:
        state = LaneState()
        state.handle_health(health(CONSOLE), NOW_NS)
        assert state.state(NOW_NS)["lost"]

    def test_the_summary_is_shown_with_what_to_practise(self) -> None:
        summary = Summary(PhaseResult(84, 15.1, 0.9, None), None, PhaseResult(9, 17.0, 1.0, 0.64), 37, ("hip_flexor_mobility",))
        shown = seen(phase=msgspec.structs.replace(DRILL, name="summary", summary=summary)).state(NOW_NS)["phase"]["summary"]
        assert shown["phases"]["retention"] == {"strides": 9, "mean": 17.0, "sd": 1.0, "in_band_pct": 64}
        assert shown["practise"][0]["title"] == "Hip-flexor mobility"


class TestLive:
    def test_a_page_receives_every_stride_as_the_wire_has_it(self, lane: ConsoleLane) -> None:
        sent = [stride(number, 1.0 + number, 15.0 + 0.37 * number) for number in range(1, 21)]
        with lane.browser("viewer").live() as socket:
            for one in sent:
                lane.send(one)
            found: list[Any] = []
            while len(found) < len(sent):
                found += received(socket, lambda news: bool(news["strides"]))["strides"]
        assert [one["number"] for one in found] == [one.number for one in sent]
        assert [one["value"] for one in found] == [round(one.hip_extension_deg, 2) for one in sent]

    def test_a_page_that_opens_later_has_the_last_strides(self, lane: ConsoleLane) -> None:
        viewer = lane.browser("viewer")
        with viewer.live() as socket:
            lane.send(stride(1))
            received(socket, lambda news: bool(news["strides"]))
        with viewer.live("/live/lane") as socket:
            assert [one["number"] for one in received(socket, lambda news: bool(news["strides"]))["strides"]] == [1]

    @pytest.mark.parametrize("name", ["pause", "mute", "calibrate", "next_phase", "end_session", "faster", "slower"])
    def test_a_button_reaches_the_lane(self, lane: ConsoleLane, name: str) -> None:
        assert lane.browser("coach").post("/api/command", {"name": name}).status == 200
        assert lane.command().name == name

    def test_the_belts_speed_reaches_the_lane_in_its_unit(self, lane: ConsoleLane) -> None:
        assert lane.browser("coach").post("/api/command", {"name": "belt", "speed_kmh": 10.8, "incline_pct": 1.5}).status == 200
        command = lane.command()
        assert command.speed_mps == pytest.approx(3.0)
        assert command.incline_pct == 1.5

    @pytest.mark.parametrize(("key", "value"), [("speed_kmh", 41), ("speed_kmh", -1), ("incline_pct", 90)])
    def test_a_belt_that_does_not_exist_is_refused(self, lane: ConsoleLane, key: str, value: float) -> None:
        answer = lane.browser("coach").post("/api/command", {"name": "belt", key: value})
        assert answer.status == 400
        assert "must be between" in answer.json["mistake"]

    def test_the_status_page_names_each_process(self, lane: ConsoleLane) -> None:
        viewer = lane.browser("viewer")
        lane.until(
            lambda: sentence(CAMERA_SILENT) in viewer.get("/status").text,
            "the fault is shown",
            health("capture", "degraded", CAMERA_SILENT),
        )

    def test_the_status_page_has_the_delays_of_the_last_seconds(self, lane: ConsoleLane) -> None:
        viewer = lane.browser("viewer")
        measuring = msgspec.structs.replace(health("analysis"), recent={POSE: Latency(60, 12.5, 14.0, 15.0, 16.0)})
        lane.until(lambda: "12.5" in viewer.get("/status").text, "the pose model's time is shown", measuring)


def test_a_key_shows_a_code_that_pairs_a_device(lane: ConsoleLane) -> None:
    shown: list[PairingCode] = []

    def code() -> bool:
        while (newest := lane.codes.take()) is not None:
            shown.append(newest)
        return bool(shown and shown[-1].address)

    lane.until(code, "a code is shown", Command("pairing_code"))
    assert shown[-1].address.startswith(f"http://127.0.0.1:{lane.port}/pair#")


def test_a_token_pairs_a_device_once(lane: ConsoleLane) -> None:
    token, _ = lane.devices.new_token("coach")
    answer = lane.browser().post("/pair", {"token": token, "name": "Kim's tablet"})
    assert answer.json == {"name": "Kim's tablet", "role": "coach"}
    assert with_cookie(lane.port, answer).post("/api/command", {"name": "pause"}).status == 200
    assert (
        lane.browser()
        .post("/pair", {"token": token})
        .json["mistake"]
        .startswith("This code has expired or has already been used")
    )


@pytest.mark.raises_fault(FaultCode.ADDRESS_NOT_OPENED)
def test_a_port_that_another_program_has_is_tried_again(
    wire_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path))
    monkeypatch.setattr("console.process.REOPEN_S", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as other, Wire(wire_directory, CONSOLE) as wire:
        settings = Settings(console=ConsoleSettings(port=other.getsockname()[1]))
        node = Node(wire, StopFlag())
        process = ConsoleProcess(settings, node, Origin())
        node.round(0)
        assert [(fault.code, str(settings.console.port) in fault.device) for fault in node.health.faults] == [
            (FaultCode.ADDRESS_NOT_OPENED, True)
        ]
        monkeypatch.setattr("console.process.Server", FakeServer)
        node.round(0)
        assert node.health.faults == ()
        process.close()


class FakeServer:
    """In place of a server, once the port is free: another program may take it again."""

    port = 7680
    has_ended = False

    def __init__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass
