"""Given paired devices and strangers, each may do what its role allows; all else is refused and counted, and stops nothing."""

import errno
import http.client
import json
import socket
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from console.access.devices import TOKEN_S, AccessError, Devices
from console.access.gate import MOST_BODY_BYTES, PAIRINGS, STRANGER_RATE
from console.access.pairing_codes import NO_CODE, PairingCodes
from console.access.rates import MOST_SENDERS, Rates
from console.library.library import Library
from sessions.store.session_entry import SessionEntry
from tests.support.console_lane import GUARD_S, Browser, ConsoleLane
from tests.support.set_clock import SetClock
from wire.clock import s_to_ns

PAGES = (
    "/",
    "/settings",
    "/sessions",
    "/runners",
    "/status",
    "/devices",
    "/api/settings",
    "/api/runners",
    "/sessions/abcd1234",
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def devices(tmp_path: Path, clock: SetClock) -> Devices:
    return Devices(tmp_path / "console", clock)


class TestDevices:
    def test_a_token_pairs_one_device_in_its_role(self, devices: Devices) -> None:
        token, _ = devices.new_token("coach")
        secret, device = devices.pair(token, " Kim's \n tablet ")
        assert (device.name, device.role) == ("Kim's tablet", "coach")
        assert devices.device_of(secret) == device
        with pytest.raises(AccessError, match="expired or has already been used"):
            devices.pair(token, "another")

    def test_a_token_expires_after_two_minutes(self, devices: Devices, clock: SetClock) -> None:
        token, ends_ns = devices.new_token("viewer")
        assert ends_ns == clock.now_ns + s_to_ns(TOKEN_S)
        clock.now_ns = ends_ns
        assert not devices.is_open(token)
        with pytest.raises(AccessError):
            devices.pair(token, "late")

    def test_a_token_of_an_earlier_start_of_the_machine_pairs_nothing(
        self, devices: Devices, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token, _ = devices.new_token("coach")
        monkeypatch.setattr("console.access.devices.boot_id", lambda: "another start")
        with pytest.raises(AccessError):
            devices.pair(token, "late")

    def test_a_withdrawn_token_pairs_nothing(self, devices: Devices) -> None:
        token, _ = devices.new_token("coach")
        devices.withdraw(token)
        assert not devices.is_open(token)

    def test_devices_of_one_name_are_told_apart(self, devices: Devices) -> None:
        names = [devices.pair(devices.new_token("viewer")[0], "tablet")[1].name for _ in range(3)]
        assert names == ["tablet", "tablet 2", "tablet 3"]

    def test_a_revoked_device_is_paired_no_longer(self, devices: Devices, tmp_path: Path, clock: SetClock) -> None:
        secret, device = devices.pair(devices.new_token("coach")[0], "tablet")
        Devices(tmp_path / "console", clock).revoke(device.name)  # as the command line does, in another process
        assert devices.device_of(secret) is None
        with pytest.raises(AccessError, match="is not paired"):
            devices.revoke(device.name)

    def test_the_file_is_private_and_holds_no_secret(self, devices: Devices, tmp_path: Path) -> None:
        token, _ = devices.new_token("viewer")
        secret, _ = devices.pair(devices.new_token("coach")[0], "tablet")
        file = tmp_path / "console" / "devices.json"
        assert file.stat().st_mode & 0o077 == 0
        assert secret not in file.read_text()
        assert token not in file.read_text()

    def test_a_file_that_is_none_of_ours_is_a_sentence(self, devices: Devices, tmp_path: Path) -> None:
        (tmp_path / "console").mkdir()
        (tmp_path / "console" / "devices.json").write_text("{}]")
        with pytest.raises(AccessError, match="pair the devices again"):
            devices.all()
        assert not devices.is_paired("whatever")


class TestPairingCodes:
    ADDRESS = "http://192.168.1.20:7680"

    @pytest.fixture
    def codes(self, devices: Devices, clock: SetClock) -> PairingCodes:
        return PairingCodes(devices, clock)

    def test_key_p_shows_the_coachs_code_then_a_viewers_then_none(self, codes: PairingCodes, devices: Devices) -> None:
        shown = [codes.next(self.ADDRESS) for _ in range(4)]
        assert [code.role for code in shown if code.address] == ["coach", "viewer", "coach"]
        assert shown[2] == NO_CODE
        assert shown[0].address.startswith(f"{self.ADDRESS}/pair#")
        assert [devices.is_open(code.address.partition("#")[2]) for code in shown] == [False, False, False, True]

    def test_a_code_goes_when_it_has_paired_a_device(self, codes: PairingCodes, devices: Devices) -> None:
        token = codes.next(self.ADDRESS).address.partition("#")[2]
        codes.handle_paired("another")
        assert not codes.is_over()
        devices.pair(token, "tablet")
        codes.handle_paired(token)
        assert codes.is_over()
        codes.hide()
        assert (codes.shown, codes.is_over()) == (NO_CODE, False)

    def test_a_code_goes_when_it_expires(self, codes: PairingCodes, clock: SetClock) -> None:
        clock.now_ns = codes.next(self.ADDRESS).ends_ns
        assert codes.is_over()


class TestRates:
    def test_a_sender_may_send_a_burst_and_then_its_rate(self) -> None:
        rates = Rates()
        assert [rates.spend("one", 0, 2.0, 3.0) for _ in range(5)] == [True, True, True, False, False]
        assert [rates.spend("one", s_to_ns(1), 2.0, 3.0) for _ in range(3)] == [True, True, False]
        assert rates.spend("another", s_to_ns(1), 2.0, 3.0)

    def test_many_senders_take_no_more_memory(self) -> None:
        rates = Rates()
        for number in range(MOST_SENDERS + 10):
            rates.spend(str(number), number, 1.0, 1.0)
        assert len(rates._buckets) == MOST_SENDERS


class TestPages:
    def test_a_stranger_sees_how_to_pair_and_nothing_else(self, lane: ConsoleLane) -> None:
        stranger = lane.browser()
        for path in PAGES:
            answer = stranger.get(path)
            assert answer.status == 401
            assert "Pair this device" in answer.text
            assert "Ada" not in answer.text
        assert stranger.get("/", Accept="application/json").text == "This device is not paired."
        assert stranger.get("/static/console.css").status == 200

    def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(self, lane: ConsoleLane) -> None:
        token, _ = lane.devices.new_token("viewer")
        cookie = Browser(lane.port).post("/pair", {"token": token}).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie

    def test_every_answer_keeps_scripts_and_frames_of_others_out(self, lane: ConsoleLane) -> None:
        coach = lane.browser("coach")
        for answer in (coach.get("/"), coach.get("/nothing"), lane.browser().get("/"), coach.post("/api/command", {})):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/", "/settings", "/sessions", "/runners", "/status", "/devices", "/pair"])
    def test_no_page_has_a_script_or_a_style_of_its_own(self, lane: ConsoleLane, path: str) -> None:
        text = lane.browser("coach").get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert '="http' not in text
        assert '="//' not in text

    def test_a_viewer_sees_all_pages_and_changes_nothing(self, lane: ConsoleLane, settings_path: Path) -> None:
        viewer, before = lane.browser("viewer"), settings_path.read_text()
        assert [viewer.get(path).status for path in PAGES[:-1]] == [200] * (len(PAGES) - 1)
        change = {"changes": [{"path": ["target", "delta_deg"], "value": 4, "was": 3.0}]}
        for path, message in (
            ("/api/command", {"name": "pause"}),
            ("/api/settings", change),
            ("/api/settings/text", {"text": "", "hash": ""}),
            ("/api/settings/undo", {}),
            ("/api/runner", {"runner": "Kim"}),
            ("/api/devices/revoke", {"name": "tablet"}),
        ):
            assert viewer.post(path, message).status == 403
        assert settings_path.read_text() == before
        assert "Assign" not in viewer.get("/").text
        assert lane.until(lambda: counter(lane, "refused: role") == 6, "the refusals are counted")

    @pytest.mark.parametrize("beside", ['prefs={"a": 1}', "a b", "näm=1", "=", "x" * 300, "hipcue_1=other"])
    def test_a_cookie_of_another_program_on_this_machine_unpairs_nothing(self, lane: ConsoleLane, beside: str) -> None:
        coach = lane.browser("coach")
        for cookie in (f"{beside}; {coach.cookie}", f"{coach.cookie}; {beside}"):
            assert coach.get("/devices", Cookie=cookie.encode().decode("latin-1")).status == 200

    def test_a_revoked_device_loses_its_open_page(self, lane: ConsoleLane) -> None:
        coach, viewer = lane.browser("coach"), lane.browser("viewer", "phone")
        with viewer.live() as socket:
            socket.recv()
            assert coach.post("/api/devices/revoke", {"name": "phone"}).status == 200
            with pytest.raises(ConnectionClosed):
                read_on(socket)
        assert viewer.get("/").status == 401
        assert coach.get("/").status == 200


class TestFaults:
    def test_what_the_system_refuses_is_a_sentence(self, lane: ConsoleLane, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_space(file: Path, _text: str) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(file))

        coach = lane.browser("coach")
        monkeypatch.setattr("console.access.devices.replace_text", no_space)
        answer = coach.post("/api/devices/revoke", {"name": "tablet"})
        assert answer.status == 500
        assert answer.json["mistake"].endswith("devices.json: No space left on device")

    def test_a_mistake_of_our_own_is_a_sentence_and_counted(self, lane: ConsoleLane, monkeypatch: pytest.MonkeyPatch) -> None:
        def mistaken(_library: Library, _runner: str = "") -> list[SessionEntry]:
            raise ZeroDivisionError

        coach = lane.browser("coach")
        monkeypatch.setattr(Library, "entries", mistaken)
        page = coach.get("/sessions")
        assert page.status == 500
        assert "because of a mistake in HipCue" in page.text
        assert "because of a mistake in HipCue" in coach.get("/api/runners", Accept="*/*").json["mistake"]
        assert lane.until(lambda: counter(lane, "refused: failed (ZeroDivisionError)") == 2, "it is counted")


class TestForgery:
    @pytest.mark.parametrize(
        "host",
        [
            "example.com",
            "example.com:7680",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "[::1].example.com",
            "a:@[::1]",
            "",
        ],
    )
    def test_a_name_that_is_not_this_machines_is_refused(self, lane: ConsoleLane, host: str) -> None:
        paired = lane.browser("coach")
        assert paired.send("GET", "/", None, {"Host": host or " "}).status in (400, 421)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "192.168.1.20", "[::1]"])
    def test_this_machines_names_and_addresses_are_allowed(self, lane: ConsoleLane, host: str) -> None:
        assert lane.browser("coach").get("/", Host=f"{host}:{lane.port}").status == 200

    @pytest.mark.parametrize("origin", ["http://example.com", "null", "https://127.0.0.1", ""])
    def test_a_page_of_another_site_cannot_write(self, lane: ConsoleLane, origin: str) -> None:
        coach = lane.browser("coach")
        assert coach.post("/api/command", {"name": "pause"}, origin=origin).status == 403
        assert coach.post("/pair", {"token": "x"}, origin=origin).status == 403

    def test_a_page_of_another_site_cannot_listen(self, lane: ConsoleLane) -> None:
        coach = lane.browser("coach")
        with pytest.raises(InvalidStatus), coach.live(origin="http://example.com"):
            pass
        with pytest.raises(InvalidStatus), Browser(lane.port).live():
            pass

    def test_a_request_without_the_pages_token_is_refused(self, lane: ConsoleLane) -> None:
        coach, other = lane.browser("coach"), lane.browser("coach")
        coach.token = other.token
        answer = coach.post("/api/command", {"name": "pause"})
        assert (answer.status, answer.text) == (403, "This page is out of date; reload it.")

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    def test_other_methods_are_refused(self, lane: ConsoleLane, method: str) -> None:
        coach = lane.browser("coach")
        assert coach.send(method, "/api/command", b"", {"origin": f"http://{coach.host}"}).status == 405


class TestFloods:
    @pytest.mark.slow
    def test_ten_thousand_requests_are_refused_and_the_coach_goes_on(self, lane: ConsoleLane) -> None:
        coach = lane.browser("coach")
        connection = http.client.HTTPConnection("127.0.0.1", lane.port, timeout=60)
        statuses = []
        for _ in range(10_000):
            connection.request("GET", "/", headers={"Accept": "text/html"})
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        connection.close()
        assert set(statuses) == {401, 429}
        assert statuses.count(401) >= STRANGER_RATE[1] - 1
        assert coach.get("/").status == 200
        assert coach.post("/api/command", {"name": "mute"}).status == 200
        assert lane.command().name == "mute"
        counted = sum(statuses.count(one) for one in (401, 429))
        lane.until(lambda: counter(lane, "refused: rate") + counter(lane, "refused: not paired") >= counted, "all are counted")

    def test_guessing_tokens_is_slow(self, lane: ConsoleLane) -> None:
        stranger = lane.browser()
        answers = [stranger.post("/pair", {"token": f"guess {number}"}).status for number in range(PAIRINGS + 20)]
        assert answers[:PAIRINGS] == [400] * PAIRINGS
        assert 429 in answers

    def test_a_strangers_guesses_keep_no_other_address_from_pairing(self, lane: ConsoleLane) -> None:
        stranger = lane.browser()
        while stranger.post("/pair", {"token": "guess"}).status != 429:
            pass
        token, _ = lane.devices.new_token("coach")
        message = json.dumps({"token": token}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", lane.port, timeout=GUARD_S, source_address=("127.0.0.2", 0))
        headers = {"content-type": "application/json", "origin": f"http://{stranger.host}"}
        connection.request("POST", "/pair", message, headers)
        assert connection.getresponse().status == 200
        connection.close()

    def test_one_address_cannot_take_all_connections(self, lane: ConsoleLane, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.web.server.MOST_OF_ONE_ADDRESS", 5)
        opened = [socket.create_connection(("127.0.0.1", lane.port), timeout=GUARD_S) for _ in range(6)]
        assert is_closed(opened[-1])
        assert lane.until(lambda: counter(lane, "refused: connections"), "it is counted")
        for one in opened:
            one.close()

    @pytest.mark.parametrize(("answered", "sent"), [(False, b""), (False, b"GET / HTTP/1.1\r\nHost: "), (True, b"GET ")])
    def test_a_connection_without_a_whole_request_is_closed(
        self, lane: ConsoleLane, monkeypatch: pytest.MonkeyPatch, answered: bool, sent: bytes
    ) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", lane.port, timeout=GUARD_S)
        if answered:
            connection.request("GET", "/static/icon.svg")
            connection.getresponse().read()
        monkeypatch.setattr("console.web.server.LONGEST_HEAD_S", 0.2)
        if not answered:
            connection.connect()
        connection.sock.sendall(sent)
        assert is_closed(connection.sock)
        connection.close()
        assert lane.until(lambda: counter(lane, "refused: slow"), "it is counted")

    @pytest.mark.parametrize("announced", [True, False])
    def test_a_body_of_100_mb_is_refused_before_it_is_read(self, lane: ConsoleLane, announced: bool) -> None:
        coach = lane.browser("coach")
        length = f"Content-Length: {100_000_000}" if announced else "Transfer-Encoding: chunked"
        head = (
            f"POST /api/settings/text HTTP/1.1\r\nHost: {coach.host}\r\nOrigin: http://{coach.host}\r\n"
            f"Cookie: {coach.cookie}\r\nX-HipCue-Token: {coach.token}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
        )
        sent = 0
        with socket.create_connection(("127.0.0.1", lane.port), timeout=60) as connection:
            connection.sendall(head.encode())
            block = b"x" * 65_536
            try:
                while sent < 100_000_000:
                    connection.sendall(block if announced else b"10000\r\n" + block + b"\r\n")
                    sent += len(block)
            except OSError:
                pass  # it has closed the connection
        assert sent < 100_000_000
        assert lane.until(lambda: counter(lane, "refused: size"), "it is counted")
        assert coach.get("/").status == 200
        assert sent < 50 * MOST_BODY_BYTES

    @pytest.mark.parametrize("sent", [b"\x00\xff" * 500, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"G" * 100_000])
    def test_what_is_not_http_harms_nobody(self, lane: ConsoleLane, sent: bytes) -> None:
        coach = lane.browser("coach")
        with socket.create_connection(("127.0.0.1", lane.port), timeout=60) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            try:
                while connection.recv(4096):
                    pass
            except ConnectionError:
                pass
        assert coach.get("/").status == 200

    @pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"name": "quit"}', b'{"name": "pause", "more": 1}', b"\xff"])
    def test_what_is_no_command_is_refused_in_a_sentence(self, lane: ConsoleLane, body: bytes) -> None:
        coach = lane.browser("coach")
        headers = {"content-type": "application/json", "origin": f"http://{coach.host}", "x-hipcue-token": coach.token}
        answer = coach.send("POST", "/api/command", body, headers)
        assert answer.status == 400
        assert answer.json["mistake"]


def is_closed(connection: socket.socket) -> bool:
    """Whether the console closes a connection from which it has had no whole request."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass
    return True


def read_on(socket: ClientConnection) -> None:
    """Read until the connection is closed."""
    while True:
        socket.recv(timeout=60)


def counter(lane: ConsoleLane, name: str) -> int:
    health = lane.newest_health()
    return 0 if health is None else health.counters.get(name, 0)
