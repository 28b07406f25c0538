"""Sessions for tests, as the recorder writes them."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sessions.recorder.session_writer import SessionWriter
from tests.support.message_examples import cue, sample, stride
from wire.clock import s_to_ns
from wire.messages import Band, Phase, PhaseName

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=timezone.utc)


def header(day: int = 0, runner: str = "", **more: Any) -> dict[str, Any]:
    """Of a session on the `day`-th day; its id is made of day and runner."""
    started = NOON + timedelta(days=day)
    return {
        "id": f"{day:08x}-0000-4000-8000-{sum(map(ord, runner)):012x}",
        "kind": "live",
        "software": "hipcue test",
        "started": started.isoformat(),
        "boot": "test",
        "source": "synthetic:",
        "runner": runner,
        "session_number": day + 1 if runner else None,
        "config": {},
        **more,
    }


def phase(name: PhaseName, band: Band | None = None, cueing: bool = False) -> Phase:
    """A phase of a session whose target is hip extension."""
    return Phase(name, "hip_extension", band, None, None, False, False, cueing=cueing)


def begin(folder: Path, head: dict[str, Any] | None = None) -> SessionWriter:
    """A session that has begun: one frame, in warm-up."""
    session = SessionWriter(folder, header() if head is None else head)
    session.sample(sample(0, 0.0))
    session.phase(phase("warm_up"), s_to_ns(0.1))
    return session


def record_strides(session: SessionWriter, first: int, count: int) -> None:
    """Strides of the near leg, numbered from `first`, and a cue with every tenth."""
    for number in range(first, first + count):
        session.stride(stride(number, number * 0.7, 12.0 + number % 5))
        if number % 10 == 0:
            session.cue(cue("push", number, number * 0.7 + 0.1))
    session.flush()
