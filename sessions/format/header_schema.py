"""Fields and types that this program reads in session.json, which may come from another program or be damaged."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

_EARLIEST_YEAR, _LATEST_YEAR = 1969, 2999
"""A machine without a clock starts in 1970 UTC, which is still 1969 in America."""

Count = Annotated[int, Field(ge=0, le=2**53)]
Finite = Annotated[float, Field(ge=-1e9, le=1e9)]


class HeaderError(ValueError):
    """It is not a session's header; the text says why, for people."""


def checked_start(text: str) -> str:
    """The start of a session, if it is a time that programs can compute with. Raises ValueError."""
    if not _EARLIEST_YEAR <= datetime.fromisoformat(text).year <= _LATEST_YEAR:
        raise ValueError(f"is not a date between {_EARLIEST_YEAR} and {_LATEST_YEAR}")
    return text


class _Part(BaseModel):
    """Strict, like the settings. Fields that this program does not read may be anything: a newer one may have written them."""

    model_config = ConfigDict(strict=True)


class _Gap(_Part):
    from_s: Finite
    to_s: Finite


class _Strides(_Part):
    near: Count = 0
    far: Count = 0


class _Analysis(_Part):
    min_quality: Finite = 0


class _Coach(_Part):
    speed_change_mps: Finite = 0
    cadence_change_pct: Finite = 0


class _CalibratedSide(_Part):
    extension_offset_sd_deg: Annotated[float, Field(ge=0, le=5)] = 0


class _Capture(_Part):
    other_side: _CalibratedSide = _CalibratedSide()


class _Config(_Part):
    capture: _Capture = _Capture()
    analysis: _Analysis = _Analysis()
    coach: _Coach = _Coach()


class _Counters(_Part):
    missed: Count = 0


class _Process(_Part):
    counters: _Counters = _Counters()


class _Processes(_Part):
    recorder: _Process = _Process()


class _OtherSide(_Part):
    facing: Literal["right", "left"] | None = None
    frames: Count | None = None
    fps: Annotated[float, Field(ge=0, le=10_000)] | None = None
    interruptions: list[_Gap] = []
    strides: _Strides | None = None
    near_hip_extension_mean_deg: Finite | None = None
    zero_correction_deg: Finite | None = None


class _Header(_Part):
    started: Annotated[str, AfterValidator(checked_start)]
    software: str = Field(max_length=60)
    source: str = Field(max_length=4096)
    id: str | None = Field(None, max_length=60)
    kind: Literal["live", "clip"] = "live"
    runner: str | None = Field(None, max_length=200)
    session_number: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    boot: str | None = None
    ended: bool | None = None
    t0_ns: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    calibration: str | None = Field(None, max_length=1000)
    facing: Literal["right", "left"] | None = None
    frames: Count | None = None
    fps: Annotated[float, Field(ge=0, le=10_000)] | None = None
    interruptions: list[_Gap] = []
    strides: _Strides | None = None
    near_hip_extension_mean_deg: Finite | None = None
    zero_correction_deg: Finite | None = None
    cadence_spm: Finite | None = None
    cues: Count | None = None
    rows_lost: Count = 0
    other_side: _OtherSide | None = None
    config: _Config = _Config()
    processes: _Processes = _Processes()


def check_header(header: Any) -> dict[str, Any]:
    """Returns the header if it is valid. Raises HeaderError."""
    try:
        _Header.model_validate(header)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))
        if first["type"] == "missing":
            raise HeaderError(f"{key} is missing") from None
        what = str(first.get("ctx", {}).get("error", "")) or first["msg"][:1].lower() + first["msg"][1:]
        raise HeaderError(f"{key}: {what}" if key else what) from None
    return dict(header)
