"""Given a certificate, the console serves https within its limits; what it cannot open is one sentence with its setting."""

import http.client
import shutil
import socket
import ssl
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from config.sections.console import ConsoleSettings
from console.access.gate import Gate, Receive, Scope, Send
from console.web.server import NotOpenedError, Server
from tests.support.console_lane import GUARD_S
from tests.support.eventually import eventually

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")


class App:
    """Answers every request, and counts refusals."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()

    def count(self, reason: str) -> None:
        self.refused[reason] += 1

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a certificate, its key, that key with a password, both in one file, another key, and a text."""
    made = tmp_path_factory.mktemp("certificates")
    for words in (
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=lane",
        "rsa -aes128 -passout pass:secret -in key.pem -out locked.pem",
        "genrsa -out other.pem 2048",
    ):
        subprocess.run(["openssl", *words.split()], cwd=made, check=True, capture_output=True)
    (made / "both.pem").write_text((made / "certificate.pem").read_text() + (made / "key.pem").read_text())
    (made / "text.pem").write_text("none of these")
    return made


@pytest.fixture
def app() -> App:
    return App()


def settings(folder: Path, certificate: str, key: str = "") -> ConsoleSettings:
    return at_any_port(certificate_file=str(folder / certificate), certificate_key_file=str(folder / key) if key else "")


def at_any_port(**given: str) -> ConsoleSettings:
    return ConsoleSettings.model_validate(given).model_copy(update={"port": 0})


@pytest.fixture
def server(app: App, folder: Path) -> Iterator[Server]:
    served = Server(cast(Gate, app), settings(folder, "certificate.pem", "key.pem"))
    yield served
    served.close()


def is_closed(connection: socket.socket) -> bool:
    """Whether the other end has closed it without a word."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def status(port: int) -> int:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=GUARD_S, context=context)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_certificate_and_its_key_may_be_in_one_file(app: App, folder: Path) -> None:
    served = Server(cast(Gate, app), settings(folder, "both.pem"))
    assert status(served.port) == 204
    served.close()


def test_a_certificate_may_be_in_the_users_home(app: App, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    served = Server(cast(Gate, app), at_any_port(certificate_file="~/both.pem"))
    assert status(served.port) == 204
    served.close()


def test_a_connection_that_begins_no_handshake_counts(app: App, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.web.server.MOST_OF_ONE_ADDRESS", 3)
    opened = [socket.create_connection(("127.0.0.1", server.port), timeout=GUARD_S) for _ in range(4)]
    assert is_closed(opened[-1])
    eventually(lambda: app.refused["connections"] == 1, "the refused connection is counted")
    for one in opened:
        one.close()

    def answers() -> bool:
        try:
            return status(server.port) == 204
        except OSError:
            return False

    eventually(answers, "their places are free again")


@pytest.mark.parametrize(
    ("certificate", "key", "sentence"),
    [
        ("nosuch.pem", "key.pem", "console.certificate_file: {folder}/nosuch.pem: cannot be read (No such file or directory)"),
        (
            "certificate.pem",
            "nosuch",
            "console.certificate_key_file: {folder}/nosuch: cannot be read (No such file or directory)",
        ),
        (".", "key.pem", "console.certificate_file: {folder}: is not a regular file; save the text in a file of its own"),
        (
            "certificate.pem",
            "other.pem",
            "console.certificate_file: {folder}/certificate.pem: cannot be used; its private key is another certificate's",
        ),
        *(
            (
                certificate,
                key,
                f"console.certificate_file: {{folder}}/{certificate}: cannot be used; "
                "it must be PEM, with its private key without a password",
            )
            for certificate, key in (
                ("certificate.pem", "locked.pem"),
                ("certificate.pem", ""),
                ("certificate.pem", "text.pem"),
                ("text.pem", "key.pem"),
            )
        ),
    ],
)
def test_a_certificate_that_cannot_be_used_is_named(app: App, folder: Path, certificate: str, key: str, sentence: str) -> None:
    with pytest.raises(NotOpenedError) as refused:
        Server(cast(Gate, app), settings(folder, certificate, key))
    assert str(refused.value) == sentence.format(folder=folder)


def test_an_address_that_cannot_be_opened_is_named_with_its_setting(app: App) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            NotOpenedError, match=rf"at 127\.0\.0\.1:{port} \(Address already in use\); choose another console\.port"
        ):
            Server(cast(Gate, app), ConsoleSettings(port=port))
    with pytest.raises(NotOpenedError, match=r"set console\.listen to an address of this machine"):
        Server(cast(Gate, app), at_any_port(listen="192.0.2.1"))
