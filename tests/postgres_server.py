"""A real PostgreSQL server for a test: its own data, a socket in its own folder, no network. It can be killed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.eventually import eventually

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _binary(name: str) -> str | None:
    return next((str(folder / name) for folder in _BINARIES if (folder / name).exists()), shutil.which(name))


def missing() -> str:
    """Why there can be no server; "" when there can."""
    if _binary("initdb") is None or _binary("pg_ctl") is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.getuid() == 0 and not any(user.pw_name == "postgres" for user in pwd.getpwall()):
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


class PostgresServer:
    """The server under a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"
        self.url = f"postgresql://hipcue@/postgres?host={folder}"
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "--no-sync", "--auth=trust", "--username=hipcue", "-D", str(self._data))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "30", "-l", str(self.folder / "log"), "-o", options, "start")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGSTOP)  # so that it starts no further process meanwhile
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for member in (pid, *map(int, children)):
            os.kill(member, signal.SIGKILL)
        # Its socket refuses from now on; the lock of its data is free once all of them are gone.
        for member in (pid, *map(int, children)):
            eventually(partial(_gone, member), f"the end of process {member}")
        # Where nobody has reaped them yet, a next server would take the killed ones for living.
        for lock in (self._data / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
            lock.unlink()

    def stop(self) -> None:
        """End it, if it runs."""
        subprocess.run(
            self._as_user(("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")), check=False, capture_output=True
        )

    def _run(self, *words: str) -> None:
        # Not a pipe: the server would inherit it and hold it open.
        done = subprocess.run(self._as_user(words), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        log = self.folder / "log"
        assert done.returncode == 0, (words, log.read_text() if log.exists() else "")

    @staticmethod
    def _as_user(words: Sequence[str]) -> list[str]:
        command = [_binary(words[0]) or words[0], *words[1:]]
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command] if os.getuid() == 0 else command


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server that runs, and is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hcpg", dir="/tmp"))
    server = PostgresServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
