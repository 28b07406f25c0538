"""Sessions that a spreadsheet, an editor, a crash or a stranger has changed, each from a good one."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.recorded_sessions import begin, header, record_strides

Forge = Callable[[Path], object]


def good_session(folder: Path, day: int = 0, runner: str = "Ada", strides: int = 20) -> Path:
    """A session that has ended."""
    session = begin(folder, header(day, runner))
    record_strides(session, 1, strides)
    session.close()
    return folder


def header_with(**changes: Any) -> Forge:
    """Other values in session.json; a dotted path is written with two underscores."""

    def forge(folder: Path) -> None:
        file = folder / "session.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        for path, value in changes.items():
            *parents, last = path.split("__")
            at = content
            for parent in parents:
                at = at.setdefault(parent, {})
            at[last] = value
        file.write_text(json.dumps(content), encoding="utf-8")

    return forge


def header_text(text: str | bytes) -> Forge:
    """Something else in session.json."""
    return lambda folder: (folder / "session.json").write_bytes(text.encode() if isinstance(text, str) else text)


def table_text(name: str, change: Callable[[bytes], bytes]) -> Forge:
    """Another text in a table."""

    def forge(folder: Path) -> None:
        path = folder / f"{name}.csv"
        path.write_bytes(change(path.read_bytes()))

    return forge


def cell(name: str, column: str, value: str) -> Forge:
    """Another cell in the second row of a table."""

    def change(content: bytes) -> bytes:
        comment, columns, *rows = content.decode().splitlines()
        cells = rows[0].split(",")
        cells[columns.split(",").index(column)] = value
        return "\r\n".join([comment, columns, ",".join(cells), *rows[1:], ""]).encode()

    return table_text(name, change)


def instead_of(name: str, make: Callable[[Path], object]) -> Forge:
    """Something that is no regular file in place of one."""

    def forge(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return forge


def _saved_by_excel(content: bytes) -> bytes:
    comment, *rows = content.decode().splitlines()
    lines = [f'"{comment}"', *(row.replace(",", ";").replace(".", ",") for row in rows)]
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode()


def _without(column: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(f"{column},".encode(), b"other,", 1)


def _remove_tables(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.unlink()


_DEEP = 100_000

REFUSED: dict[str, Forge] = {
    "header is empty": header_text(""),
    "header is a list": header_text("[]"),
    "header is a number": header_text("1"),
    "header is null": header_text("null"),
    "header is nested too deeply": header_text('{"a":' * _DEEP + "1" + "}" * _DEEP),
    "header holds a number of 5000 digits": header_text('{"started": ' + "9" * 5000 + "}"),
    "header is Latin-1": header_text('{"runner": "Zoë"}'.encode("latin-1")),
    "header is UTF-16": header_text('{"runner": "Zoe"}'.encode("utf-16")),
    "header is large": header_text('{"runner": "' + "a" * 5_000_000 + '"}'),
    "header holds half a character": header_with(runner="\ud83d"),
    "header is a pipe": instead_of("session.json", os.mkfifo),
    "header is a folder": instead_of("session.json", Path.mkdir),
    "header is a device": instead_of("session.json", lambda path: path.symlink_to("/dev/zero")),
    "header is a loop of links": instead_of("session.json", lambda path: path.symlink_to(path.name)),
    "year 0001": header_with(started="0001-01-01T00:00:00+00:00"),
    "year 9999": header_with(started="9999-12-31T23:59:59-12:00"),
    "no time": header_with(started="yesterday"),
    "time is a number": header_with(started=20261102),
    "time is null": header_with(started=None),
    "software is long": header_with(software="h" * 100),
    "source is a list": header_with(source=[]),
    "kind is unknown": header_with(kind="dream"),
    "runner is a table": header_with(runner={"name": "Ada"}),
    "number is text": header_with(session_number="7"),
    "number is huge": header_with(session_number=10**30),
    "strides are text": header_with(strides="many"),
    "strides are negative": header_with(strides={"near": -1, "far": 0}),
    "mean is text": header_with(near_hip_extension_mean_deg="12.5"),
    "mean is infinite": header_text(
        '{"started": "2026-11-02T12:00:00+00:00", "software": "h", "source": "0", "near_hip_extension_mean_deg": 1e999}'
    ),
    "interruptions are text": header_with(interruptions="none"),
    "interruptions lack their end": header_with(interruptions=[{"from_s": 1.0}]),
    "quality gate is text": header_with(config__analysis__min_quality="high"),
    "settings are a list": header_with(config=[]),
    "coach is a list": header_with(config__coach=[1]),
    "pace limit is text": header_with(config__coach__speed_change_mps="fast"),
    "missed messages are text": header_with(processes__recorder__counters__missed="few"),
    "processes are a list": header_with(processes=[]),
    "lost rows are text": header_with(rows_lost="all"),
    "frames are text": header_with(frames="many"),
    "rate is text": header_with(fps="30"),
    "facing is unknown": header_with(facing="up"),
    "strides saved by a spreadsheet": table_text("strides", _saved_by_excel),
    "strides without their legs": table_text("strides", _without("leg")),
    "strides without their quality": table_text("strides", _without("quality")),
    "stride number is text": cell("strides", "stride", "three"),
    "stride number is huge": cell("strides", "stride", "9" * 30),
    "leg is unknown": cell("strides", "leg", "third"),
    "angle is text": cell("strides", "hip_extension_deg", "twelve"),
    "angle is missing": cell("strides", "hip_extension_deg", ""),
    "angle is not a number": cell("strides", "hip_extension_deg", "nan"),
    "time of a phase is infinite": cell("phases", "t_s", "inf"),
    "angle is no angle": cell("strides", "hip_extension_deg", "1e300"),
    "time of a stride is no time": cell("strides", "t_peak_s", "1e17"),
    "strides are larger than a disk": lambda folder: os.truncate(folder / "strides.csv", 10**12),
    "a field of a megabyte": table_text("strides", lambda content: content + b"9" * 1_000_000 + b"\r\n"),
    "a quote without an end": table_text("strides", lambda content: content + b'"' + b"1,2,3\r\n" * 300_000),
    "many columns": table_text("strides", lambda content: b"a," * 50_000 + b"b\r\n" + content),
    "strides are a pipe": instead_of("strides.csv", os.mkfifo),
    "strides are a folder": instead_of("strides.csv", Path.mkdir),
    "strides are a device": instead_of("strides.csv", lambda path: path.symlink_to("/dev/zero")),
    "phase is long": cell("phases", "phase", "p" * 100),
    "cue's time is text": cell("cues", "t_s", "soon"),
}
"""Each is refused in one sentence."""

TAKEN: dict[str, Forge] = {
    "a byte order mark": table_text("strides", lambda content: b"\xef\xbb\xbf" + content),
    "a byte order mark in the header": lambda folder: header_text(b"\xef\xbb\xbf" + (folder / "session.json").read_bytes())(
        folder
    ),
    "line ends of Unix": table_text("strides", lambda content: content.replace(b"\r\n", b"\n")),
    "zeros that a power cut left": table_text("strides", lambda content: content + bytes(5_000_000)),
    "an unfinished row": table_text("strides", lambda content: content + b"21,near,9."),
    "a cell in Latin-1": table_text("cues", lambda content: content.replace(b"push", b"p\xfcsh")),
    "no angle at the knee": cell("strides", "knee_deg", "nan"),
    "a cell too many": table_text("strides", lambda content: content.replace(b"\r\n2,near", b",7\r\n2,near")),
    "a column of text": table_text("strides", lambda content: content.replace(b"\r\n", b",fine\r\n")),
    "a column named as in the store": table_text("strides", lambda content: content.replace(b"knee_deg", b"session_id", 1)),
    "a zero byte in a name": header_with(runner="A\0da"),
    "no strides at all": instead_of("strides.csv", lambda _path: None),
    "no tables at all": _remove_tables,
    "a field that it does not know": header_with(weather={"rain": [1, 2, {"wind": None}]}),
    "a long name": header_with(runner="a" * 150),
    "a name that a terminal acts on": header_with(runner="\x1b[2J\x1b]0;owned\x07"),
    "a name of mathematics": header_with(runner="$\\foo$ $x"),
    "a name that is a formula": header_with(runner="=HYPERLINK(1)"),
    "a name of two lines": header_with(runner="Ada\nendheader"),
    "a dead clock": header_with(started="1970-01-01T00:00:00+00:00"),
    "a dead clock in America": header_with(started="1969-12-31T19:00:10-05:00"),
    "no time zone": header_with(started="2026-11-02T12:00:00"),
    "an id that is none": header_with(id="../../x"),
    "phases out of order": table_text("phases", lambda content: content + b"0.0,idle,hip_extension,,,,0\r\n" * 3000),
    "strides out of order": table_text(
        "strides", lambda content: b"\r\n".join([*content.split(b"\r\n")[:2], *content.split(b"\r\n")[:1:-1][1:], b""])
    ),
    "times far apart": cell("strides", "t_peak_s", "999999999"),
    "huge angles": cell("strides", "hip_extension_deg", "-999999999"),
}
"""Each is a session all the same."""
