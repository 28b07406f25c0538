"""A training session: the runner, the phases, and where it is stored: [session]."""

from typing import Literal

from pydantic import field_validator

from config.paths import names_store
from config.secret_address import SecretAddress
from config.sections.section import Section, setting


class SessionSettings(Section):
    """The runner, the phases, and where sessions are stored. A phase of length 0 is skipped."""

    mode: Literal["session", "open_gym"] = setting(
        "session",
        '"session": the runner below, who may be named until the baseline begins; "open_gym": anyone who steps on is a guest',
        live=True,
    )
    runner: str = setting("", 'a nickname; "" for a guest, who is always in session 1', live=True, max_length=40)
    session_number: int = setting(
        0,
        "of a named runner, from 1; cues fade with it; 0: counted from the stored sessions at the start",
        live=True,
        ge=0,
        le=10_000,
    )
    stand_s: float = setting(3.0, "standing still beside the belt, which sets the zero of the angles", live=True, ge=0, le=60)
    stand_skip_s: float = setting(
        10.0, "a runner who does not stand first continues uncalibrated after running this long", live=True, ge=0, le=600
    )
    warm_up_s: float = setting(240.0, "running without cues, before the baseline", live=True, ge=0, le=3600)
    baseline_s: float = setting(60.0, "running without cues, to measure the runner's own mean", live=True, ge=0, le=600)
    drill_s: float = setting(900.0, "running with cues", live=True, ge=0, le=86_400)
    retention_s: float = setting(120.0, "running without cues, to measure what is retained", live=True, ge=0, le=3600)
    summary_s: float = setting(45.0, "how long the summary stays on the screen", live=True, ge=0, le=3600)
    step_off_s: float = setting(10.0, "the session ends when nobody has run for this long", live=True, ge=1, le=600)
    folder: str = setting(
        "", 'sessions are saved in folders under this one; "": sessions in the user\'s data folder (docs/sessions.md)'
    )
    keep_days: int = setting(
        0,
        "older sessions are deleted, with their entries in the store, on the third day of use after they expire; 0: never",
        ge=0,
        le=36_500,
    )
    store_url: SecretAddress = setting(
        SecretAddress(""),
        'the store of all sessions: "" is a file in the user\'s data folder, "postgresql://user@host/database" '
        'a server that several treadmills can share, "none" no store',
        max_length=500,
    )
    store_video: bool = setting(
        False, "true: save each session's video in its folder; the screen shows a red dot while it records"
    )
    lsl: bool = setting(
        False, "true: a live Lab Streaming Layer outlet, which anyone on the local network can read (docs/sessions.md)"
    )

    @field_validator("store_url")
    @classmethod
    def _is_a_store(cls, value: SecretAddress) -> SecretAddress:
        if not names_store(value):
            allowed = '"sqlite:///FILE", "postgresql://user@host/database", "none", or "" for a file in the user\'s data folder'
            raise ValueError(f"{str(value)!r}: must be {allowed}")
        return value
