"""What is known of a session before it begins: program, time, source, settings."""

import uuid
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from config.schema import Settings
from config.source_name import shown_source


def session_header(settings: Settings, kind: Literal["live", "clip"] = "live") -> dict[str, Any]:
    """The head of session.json. `id` names the session wherever it is copied or stored."""
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "software": f"hipcue {version('hipcue')}",
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
        "boot": boot_id(),
        "source": shown_source(settings.capture.source),
        "runner": settings.session.runner if kind == "live" else "",
        "session_number": (settings.session.session_number or 1) if kind == "live" and settings.session.runner else None,
        "config": settings_snapshot(settings),
    }


def settings_snapshot(settings: Settings) -> dict[str, Any]:
    """All settings, without the passwords of a network camera and of a database."""
    snapshot = settings.model_dump(mode="json")
    snapshot["capture"]["source"] = shown_source(settings.capture.source)
    snapshot["session"]["store_url"] = shown_source(settings.session.store_url)
    return snapshot


def boot_id() -> str:
    """Names this run of the machine: monotonic times of another one mean nothing. "" where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
