"""Given a machine that sleeps, is too slow, loses its sound server or has no network, then it continues and reports it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedback.audio.process import SOUND_FAULTS
from tests.support import sound_server
from tests.support.eventually import eventually
from tests.support.listener import Listener
from tests.support.program import Running, only_session, table
from tests.support.small_disk import KIB, small_disk
from wire.clock import ms_to_ns
from wire.topics import ANALYSIS, AUDIO, CAPTURE, PROCESSES, RECORDER, SUPERVISOR

ASLEEP_S = 4.0
"""Longer than a hot loop may be silent."""
MAX_AGE_MS = 250.0
DECISION_SLACK_MS = 750.0


def test_a_machine_that_slept_goes_on_where_it_was(tmp_path: Path) -> None:
    program = Running("demo", "--for", "0", "--session-dir", str(tmp_path), exact=True)
    listener = Listener(program.runtime)
    listener.until_heard(*PROCESSES, SUPERVISOR)
    listener.until_strides(3)
    pids = {name: listener.pid(name) for name in PROCESSES}
    os.killpg(program.process.pid, signal.SIGSTOP)
    eventually(lambda: all(stands_still(pid) for pid in pids.values()), "all stand still")
    time.sleep(ASLEEP_S)
    os.killpg(program.process.pid, signal.SIGCONT)
    cues = len(listener.cues)
    listener.until_strides(4)
    listener.until(lambda: len(listener.cues) > cues, "a cue")
    assert {name: listener.pid(name) for name in PROCESSES} == pids
    assert listener.health[SUPERVISOR].counters == {}
    for cue in listener.cues:
        assert cue.decided_ns - cue.t_peak_ns <= ms_to_ns(MAX_AGE_MS + DECISION_SLACK_MS)
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")


def stands_still(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_a_camera_faster_than_the_measurement_is_thinned_out_and_never_lags(tmp_path: Path) -> None:
    source = "synthetic:fps=200,width=320,height=240,noise=0,extension=14"
    program = Running("run", "--source", source, "--no-audio", "--preset", "show", "--session-dir", str(tmp_path))
    listener = Listener(program.runtime)
    listener.until(lambda: ANALYSIS in listener.health and listener.health[ANALYSIS].counters.get("frames", 0) > 100, "frames")
    counters = listener.health[ANALYSIS].counters
    thinned = listener.health[CAPTURE].counters["left out"] + counters["skipped"]
    assert thinned > 0
    listener.until_strides(5)
    for stride in listener.strides:
        assert stride.t_known_ns - stride.t_peak_ns <= ms_to_ns(MAX_AGE_MS + DECISION_SLACK_MS)
    listener.close()
    program.signal(signal.SIGTERM)
    assert program.wait().exit_code == 0


@pytest.mark.sound
def test_a_sound_server_that_goes_and_comes_back(tmp_path: Path) -> None:
    reason = sound_server.missing()
    if reason:
        pytest.skip(reason)
    with sound_server.sound_server(tmp_path) as server:
        environment = {key: value for key, value in server.environment.items() if key != "XDG_RUNTIME_DIR"}
        program = Running("demo", "--for", "0", "--session-dir", str(tmp_path / "s"), environment=environment, exact=True)
        listener = Listener(program.runtime)
        listener.until_heard(*PROCESSES)
        listener.until(lambda: listener.health[AUDIO].state == "running", "there is sound")
        pids = {name: listener.pid(name) for name in PROCESSES}
        server.stop()
        listener.until(lambda: listener.health[AUDIO].state == "degraded", "the loss is told")
        assert listener.health[AUDIO].faults[0].code in SOUND_FAULTS
        listener.until_strides(2)
        server.start()
        listener.until(lambda: listener.health[AUDIO].state == "running", "sound is back")
        listener.until(lambda: any(not played.silent for played in listener.played[-1:]), "a cue is heard")
        assert {name: listener.pid(name) for name in PROCESSES} == pids
        listener.close()
        program.signal(signal.SIGTERM)
        ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")


def test_a_full_disk_does_not_end_the_session_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "s", 64 * KIB) as resize:
        program = Running("demo", "--for", "0", "--session-dir", str(tmp_path / "s"), exact=True)
        listener = Listener(program.runtime)
        listener.until_heard(*PROCESSES, SUPERVISOR)
        listener.until(lambda: listener.health[RECORDER].state == "degraded", "the full disk is told")
        assert [fault.cause for fault in listener.health[RECORDER].faults] == ["No space left on device"]
        pids = {name: listener.pid(name) for name in PROCESSES}
        listener.until_strides(6)
        resize(64 * 1024 * KIB)
        listener.until(lambda: listener.health[RECORDER].state == "running", "there is room again")
        assert {name: listener.pid(name) for name in PROCESSES} == pids
        listener.close()
        program.signal(signal.SIGTERM)
        ended = program.wait()
        assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")
        rows = table(only_session(tmp_path / "s") / "strides.csv")
        recorded = {(row["leg"], int(row["stride"])) for row in rows}
        assert {(stride.leg, stride.number) for stride in listener.strides} <= recorded
        assert len(recorded) == len(rows)


COUNTED = """
import json, signal, socket, subprocess, sys
from pathlib import Path

def attempts():
    told = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2]):
        kind = names.split(":")[0]
        told.update({f"{kind}.{n}": int(v) for n, v in zip(names.split()[1:], values.split()[1:])})
    told.update({line.split()[0]: int(line.split()[1]) for line in Path("/proc/net/snmp6").read_text().splitlines()})
    wanted = ("Ip.OutRequests", "Ip.OutNoRoutes", "Ip6OutRequests", "Ip6OutNoRoutes", "Tcp.ActiveOpens", "Udp.OutDatagrams")
    return {name: told.get(name, 0) for name in wanted}

before = attempts()
program = subprocess.Popen(sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *_: program.terminate())
code = program.wait()
after = attempts()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    try:
        probe.connect(("192.0.2.1", 53))  # a documentation address (RFC 5737)
    except OSError:
        pass
print("counted", json.dumps({"before": before, "after": after, "probe": attempts()}))
sys.exit(code)
"""


def test_no_network_connection_is_attempted(tmp_path: Path) -> None:
    # A separate network namespace has no routes, and the kernel counts attempts to use one.
    unshare = ["unshare", "--user", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a network namespace of its own is not permitted here")
    counting = (*unshare, sys.executable, "-c", COUNTED)
    program = Running("demo", "--for", "0", "--session-dir", str(tmp_path), within=counting)
    listener = Listener(program.runtime)
    listener.until_strides(3)
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")
    [line] = [line for line in ended.out.splitlines() if line.startswith("counted")]
    counted = json.loads(line.removeprefix("counted"))
    assert counted["after"] == counted["before"]
    assert counted["probe"] != counted["after"], "the kernel does not count attempts here"
