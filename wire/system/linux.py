"""Linux."""

import ctypes
import mmap
import os
import shutil
import signal
from functools import partial
from pathlib import Path

from wire.system.interface import SharedMemory, SpeechProgram, Unsupported
from wire.system.posix import Posix

_PR_SET_PDEATHSIG = 1  # prctl(2)


class Linux(Posix):
    """Shared memory without a name in any folder (memfd_create(2)), V4L2, espeak."""

    name = "Linux"
    forks_with_libraries = True
    max_socket_path_bytes = 107  # unix(7)

    def usable_cores(self) -> int:
        """Excludes cores withheld by taskset or a container."""
        return len(os.sched_getaffinity(0))

    def release_free_memory(self) -> None:
        """With malloc_trim(3), which glibc has."""
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)

    def create_shared_memory(self, name: str, size_bytes: int) -> SharedMemory:
        """A memfd: on no disk, freed by the kernel with its last user, and sealed, so that it cannot shrink under a reader."""
        import fcntl

        descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.fchmod(descriptor, 0o600)
            # Memory that is only reserved could fail when it is written.
            os.posix_fallocate(descriptor, 0, size_bytes)
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _seals())
            memory = mmap.mmap(descriptor, 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
        except OSError:
            os.close(descriptor)
            raise
        return SharedMemory(memory, descriptor, partial(os.close, descriptor))

    def open_shared_memory(self, name: str, pid: int, handle: int) -> mmap.mmap:
        """Through /proc of its owner, which only processes of the same user may do."""
        path = f"/proc/{pid}/fd/{handle}"
        # Nothing else is ever opened: it could block for ever or have side effects.
        if os.readlink(path) != f"/memfd:{name} (deleted)":
            raise OSError(f"{path} is not {name}")
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return _mapped(descriptor)
        finally:
            os.close(descriptor)

    def end_with_parent(self) -> None:
        """With prctl(2)."""
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    def is_alive(self, pid: int) -> bool:
        """A process that has ended may be listed until its parent has read its exit code (proc(5))."""
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state not in ("Z", "X")

    def boot_id(self) -> str:
        """The kernel's (random(4))."""
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except OSError:
            return ""

    def camera_api(self) -> str:
        """V4L2, which gives the kernel's time of each picture."""
        return "CAP_V4L2"

    def speech_program(self, language: str, words_per_minute: int) -> SpeechProgram:
        """espeak-ng, or its predecessor."""
        for program in ("espeak-ng", "espeak"):
            found = shutil.which(program)
            if found is not None:
                options = ("-v", language, "-s", str(words_per_minute), "-w", "{wav}", "-f", "{text}")
                return SpeechProgram(program, (found, *options))
        raise Unsupported("this machine has no voice; install espeak-ng (Debian: apt-get install espeak-ng)")


def _seals() -> int:
    import fcntl

    return fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def _mapped(descriptor: int) -> mmap.mmap:
    import fcntl

    found = os.fstat(descriptor)
    sealed = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & _seals() == _seals()
    if not sealed or found.st_uid != os.getuid() or not found.st_size:
        raise OSError("not sealed, empty, or another user's")
    # The mapping keeps a descriptor of its own.
    return mmap.mmap(descriptor, 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, prot=mmap.PROT_READ)
