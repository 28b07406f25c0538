"""A wall clock that a test sets for one program and all that it starts; the monotonic clock stays.

No namespace of Linux has a wall clock of its own, so a small library takes the place of libc's functions that read it.
"""

import mmap
import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest

_SOURCE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const long *ahead_s;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("HIPCUE_TEST_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *found = file < 0 ? MAP_FAILED : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    ahead_s = found == MAP_FAILED ? 0 : found;
    if (file >= 0) close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && ahead_s && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *ahead_s;
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec found;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &found)) return -1;
    now->tv_sec = found.tv_sec;
    now->tv_usec = found.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *wanted) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (wanted) *wanted = found.tv_sec;
    return found.tv_sec;
}
"""


class JumpingClock:
    """`environment` gives the clock to a program. Skips the test where there is no C compiler."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("there is no C compiler to make a clock with")
        source, library, state = folder / "clock.c", folder / "clock.so", folder / "clock"
        source.write_text(_SOURCE)
        state.write_bytes(bytes(8))
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        with state.open("r+b") as file:
            self._ahead_s = mmap.mmap(file.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(library), "HIPCUE_TEST_CLOCK": str(state)}

    def jump(self, ahead_s: int) -> None:
        """Set the clock to so many seconds after the true time; less than 0: before it."""
        self._ahead_s[:] = struct.pack("q", ahead_s)

    def jump_to_1970(self) -> None:
        """As a machine whose battery is empty shows it, a minute after it was switched on."""
        self.jump(60 - int(time.time()))
