"""`hipcue sessions …` and `hipcue history`: what was run, what changed, what to take to the coach or the laboratory."""

import csv
import io
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.loading import load
from feedback.sessions.errors import SessionsError
from feedback.sessions.home import NO_STORE, spool_folder, store_url
from feedback.sessions.spool import Spool
from hipcue.sentences import err, fail, out, print_table, sentences

if TYPE_CHECKING:
    from feedback.sessions.recorded import Recorded
    from feedback.sessions.store import Store

sessions_app = typer.Typer(no_args_is_help=True, help="Sessions that were recorded: list, report, compare, export, forget.")

SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help='An id or its beginning, "latest", or a folder.')]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it into this file.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML) that names the store.")]
RunnerOption = Annotated[str, typer.Option("--runner", help="Only this runner's.")]


@sessions_app.command("list")
def list_(runner: RunnerOption = "", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """All sessions, the newest first."""
    with sentences(), _store(config) as store:
        rows = [
            (
                str(one.id)[:8],
                f"{one.started.astimezone():%Y-%m-%d %H:%M}",
                one.runner,
                _strides(one.header),
                _degrees(one.header.get("near_hip_extension_mean_deg")),
                "" if one.ended else "not ended",
                str(one.folder),
            )
            for one in store.all(runner)
        ]
        headings = ("session", "started", "runner", "near strides", "hip extension °", "", "folder")
        _give_table(headings, rows, out_file, "There are no sessions yet; hipcue run records one")


@sessions_app.command()
def show(session: SessionArgument = "latest", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """A session's figures, each with its definition and uncertainty."""
    with sentences(), _store(config) as store:
        from feedback.sessions.sentences import headline, key_figures  # noqa: PLC0415

        found = _recorded(store, session)
        lines = key_figures(found)
        rows = [(line.what, line.value, line.meaning) for line in lines]
        if out_file is None:
            out.print(found.title, headline(found), sep="\n", markup=False)
            # A definition that several figures share stands beside the first of them.
            before = ["", *(row[2] for row in rows)]
            rows = [(*row[:2], "" if row[2] == last else row[2]) for row, last in zip(rows, before, strict=False)]
        _give_table(("", "", ""), rows, out_file, "Nothing was measured")


@sessions_app.command()
def report(session: SessionArgument = "latest", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """A report with drawings: one HTML file that needs nothing else, or a PDF if FILE ends in .pdf."""
    with sentences(), _store(config) as store:
        from feedback.sessions.report import write_report  # noqa: PLC0415

        found = _recorded(store, session)
        path = out_file or Path(f"hipcue-{found.name}.html")
        write_report(found, path)
        out.print(f"Saved in {path}", markup=False)


@sessions_app.command()
def compare(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSION SESSION…", help="As for the other commands.")],
    out_file: OutOption = None,
    config: ConfigOption = None,
) -> None:
    """Sessions beside each other: what changed within each, and what may be compared between days."""
    with sentences(), _store(config) as store:
        if len(sessions) < 2:
            fail("compare: needs two sessions or more; hipcue sessions list shows all")
        _give_trend([_recorded(store, word) for word in sessions], out_file, "Sessions compared")


@sessions_app.command()
def export(
    session: SessionArgument = "latest",
    format_: Annotated[str, typer.Option("--format", help="csv, parquet, mot, sto or trc.")] = "csv",
    table: Annotated[str, typer.Option("--table", help="csv, parquet: strides, samples, cues, phases, landmarks.")] = "strides",
    leg_cm: Annotated[
        float | None, typer.Option("--leg-cm", min=20, max=150, help="trc: the leg's length, hip to ankle; for millimetres.")
    ] = None,
    out_file: OutOption = None,
    config: ConfigOption = None,
) -> None:
    """The data for other programs: csv and parquet (tables), mot and sto (OpenSim joint angles), trc (landmarks)."""
    with sentences(), _store(config) as store:
        from feedback.sessions.exports import write_export  # noqa: PLC0415

        found = _recorded(store, session)
        path = out_file or Path(f"hipcue-{found.name}.{format_}")
        write_export(found, format_, path, table, leg_cm)
        out.print(f"Saved in {path}", markup=False)


@sessions_app.command()
def forget(
    session: SessionArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = None,
) -> None:
    """Remove a session, from the store and with its folder, for good."""
    with sentences(), _store(config) as store:
        found = store.find(session)
        folder = found.own_folder
        files = f"in {folder}" if folder else f"from the store (its files are not in {found.folder})"
        if not yes:
            typer.confirm(f"Remove the session of {found.started:%Y-%m-%d %H:%M} {files} for good?", abort=True)
        # In this order: what is no longer noted and no longer on disk cannot come back.
        Spool(spool_folder(_url(config))).done(found.id)
        if folder is not None:
            shutil.rmtree(folder)
        store.forget(found.id)
        out.print(f"Forgotten: {str(found.id)[:8]}", "" if folder else files, markup=False)


@sessions_app.command("import")
def import_(
    folders: Annotated[list[Path], typer.Argument(help="Folders that are sessions or hold some.")], config: ConfigOption = None
) -> None:
    """Add sessions that lie in folders, however deep, from another machine or from hipcue analyse; nothing twice."""
    with sentences(), _store(config) as store:
        found = [inner for folder in folders for inner in _sessions_under(folder)]
        for folder in found:
            store.write(folder)
        out.print(f"{len(found)} session{'' if len(found) == 1 else 's'} in the store")


def history(
    runner: Annotated[str, typer.Argument(help="A runner's nickname.")], out_file: OutOption = None, config: ConfigOption = None
) -> None:
    """A runner's sessions, the oldest first: what each one changed, and where it goes."""
    with sentences(), _store(config) as store:
        from feedback.sessions.recorded import from_store  # noqa: PLC0415

        found = store.all(runner)
        if not found:
            raise SessionsError(f"{runner}: there is no session of this runner; hipcue sessions list shows all")
        _give_trend([from_store(store, one) for one in reversed(found)], out_file, runner)


def _give_trend(sessions: Sequence["Recorded"], out_file: Path | None, title: str) -> None:
    from feedback.sessions.trend import HEADINGS, cells, entry, trend_sentence  # noqa: PLC0415

    entries = [entry(one) for one in sessions]
    if out_file is not None and out_file.suffix.lower() in (".html", ".htm", ".pdf"):
        from feedback.sessions.trend_report import write_trend  # noqa: PLC0415 - it loads what draws

        write_trend(title, entries, out_file)
        out.print(f"Saved in {out_file}", markup=False)
        return
    _give_table(HEADINGS, [cells(one) for one in entries], out_file, "")
    if out_file is not None:
        return
    if sentence := trend_sentence(entries):
        out.print(sentence)
    out.print(
        "retained and drill: against the session's own baseline, ± its 95 % interval; chance?: below what can be detected;"
    )
    out.print("excursion: ± the 95 % interval of its mean; hip extension: ± what it may differ between days")


def _give_table(headings: Sequence[str], rows: Sequence[Sequence[str]], out_file: Path | None, if_none: str) -> None:
    if out_file is not None:
        text = io.StringIO()
        csv.writer(text).writerows([headings, *rows])
        out_file.write_text(text.getvalue(), encoding="utf-8", newline="")
        out.print(f"Saved in {out_file}", markup=False)
        return
    if not rows:
        out.print(if_none)
        return
    print_table(headings, rows)


@contextmanager
def _store(config: Path | None) -> Iterator["Store"]:
    """The store, with what waited for it. Raises SessionsError."""
    from feedback.sessions.keeper import catch_up  # noqa: PLC0415
    from feedback.sessions.store import Store  # noqa: PLC0415 - the database's libraries; other commands need not load them

    url = _url(config)
    store = Store(url)
    try:
        for sentence in catch_up(store, Spool(spool_folder(url)), {}):
            err.print(sentence, markup=False)
        yield store
    finally:
        store.close()


def _url(config: Path | None) -> str:
    setting = load("", config).session.store_url
    if setting == NO_STORE:
        raise SessionsError("session.store_url: the settings say that there is no store")
    return store_url(setting)


def _recorded(store: "Store", word: str) -> "Recorded":
    from feedback.sessions.recorded import from_folder, from_store  # noqa: PLC0415

    folder = Path(word)
    return from_folder(folder) if (folder / "session.json").exists() else from_store(store, store.find(word))


def _sessions_under(folder: Path) -> Iterable[Path]:
    from feedback.sessions.recorded import UNFINISHED  # noqa: PLC0415

    if (folder / "session.json").exists():
        return [folder]
    found = sorted(path.parent for path in folder.rglob("session.json") if path.parent.suffix != UNFINISHED)
    if not found:
        raise SessionsError(f"{folder}: holds no session (session.json is missing)")
    return found


def _strides(header: dict[str, object]) -> str:
    strides = header.get("strides")
    return str(strides.get("near", "")) if isinstance(strides, dict) else ""


def _degrees(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else ""
