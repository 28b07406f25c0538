"""`hipcue sessions …` and `hipcue history`: list, report, compare, export and forget recorded sessions."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.loading import load
from config.paths import NO_STORE, sessions_folder, store_url
from hipcue.cli.console import EXIT_USER, err, fail, out, print_table, sentences
from sessions.errors import SessionsError
from sessions.export.spreadsheet_cell import spreadsheet_cell
from sessions.format.durable import replace_text
from sessions.format.folders import copies_of, holds_session, is_being_written, remove_session_files, session_folders
from wire.visible_text import one_line

if TYPE_CHECKING:
    from sessions.format.recorded import CountedStrides, RecordedSession
    from sessions.store.catalogue import Catalogue
    from sessions.store.session_entry import SessionEntry

sessions_app = typer.Typer(no_args_is_help=True, help="Recorded sessions: list, report, compare, export, forget.")

SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help='An id or its beginning, "latest", or a folder.')]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this file.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML) that names the store.")]
_FEW = 5
RunnerOption = Annotated[str, typer.Option("--runner", help="Only this runner's sessions.")]


@sessions_app.command("list")
def list_(runner: RunnerOption = "", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """All sessions, newest first."""
    with sentences(), _catalogue(config) as catalogue:
        rows = [
            (
                str(one.id)[:8],
                f"{one.started.astimezone():%Y-%m-%d %H:%M}",
                one.runner,
                "" if one.near_strides is None else str(one.near_strides),
                "" if one.near_hip_extension_deg is None else f"{one.near_hip_extension_deg:.1f}",
                _state(one),
                str(one.folder),
            )
            for one in catalogue.entries(runner)
        ]
        headings = ("session", "started", "runner", "near strides", "hip extension °", "", "folder")
        _give_table(headings, rows, out_file, "There are no sessions yet; hipcue run records one")


@sessions_app.command()
def show(session: SessionArgument = "latest", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """A session's figures, each with its definition and uncertainty."""
    with sentences():
        from sessions.report.frame_figures import frame_figures
        from sessions.report.key_figures import headline, key_figures

        found = _recorded(config, session, with_frames=False)
        lines = key_figures(found, frame_figures(found))
        rows = [(line.what, line.value, line.meaning) for line in lines]
        if out_file is None:
            out.print(one_line(found.title), headline(found), sep="\n")
            # A definition that several figures share is printed beside the first of them.
            before = ["", *(row[2] for row in rows)]
            rows = [(*row[:2], "" if row[2] == last else row[2]) for row, last in zip(rows, before, strict=False)]
        _give_table(("", "", ""), rows, out_file, "Nothing was measured")


@sessions_app.command()
def report(session: SessionArgument = "latest", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """A report for runner, coach and researcher: one HTML file that needs no internet, or a PDF if FILE ends in .pdf."""
    with sentences():
        from sessions.report.session_report import write_report

        found = _recorded(config, session, with_frames=False)
        path = out_file or Path(f"hipcue-{found.name}.html")
        write_report(found, path)
        out.print(f"Saved in {path}")


@sessions_app.command()
def compare(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSION SESSION…", help="Two or more, as for the other commands.")],
    out_file: OutOption = None,
    config: ConfigOption = None,
) -> None:
    """Sessions side by side: what changed within each, and what can be compared between days."""
    with sentences():
        if len(sessions) < 2:
            fail("compare: needs at least two sessions; hipcue sessions list shows all")
        _give_trend((_counted(config, word) for word in sessions), out_file, "Sessions compared")


@sessions_app.command()
def export(
    session: SessionArgument = "latest",
    format_: Annotated[str, typer.Option("--format", help="csv, parquet, mot, sto or trc.")] = "csv",
    table: Annotated[str, typer.Option("--table", help="csv, parquet: strides, samples, cues, phases, landmarks.")] = "strides",
    leg_cm: Annotated[
        float | None, typer.Option("--leg-cm", min=20, max=150, help="trc: length of the leg, hip to ankle; gives millimetres.")
    ] = None,
    out_file: OutOption = None,
    config: ConfigOption = None,
) -> None:
    """Data for other programs: csv and parquet (tables), mot and sto (OpenSim joint angles), trc (landmarks)."""
    with sentences():
        from sessions.export.formats import write_export

        found = _recorded(config, session, with_frames=True)
        path = out_file or Path(f"hipcue-{found.name}.{format_}")
        write_export(found, format_, path, table, leg_cm)
        out.print(f"Saved in {path}")


@sessions_app.command()
def forget(
    session: SessionArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = None,
) -> None:
    """Remove a session for good: from the store, and what HipCue has written into its folder."""
    with sentences(), _catalogue(config) as catalogue:
        found = catalogue.in_folder(Path(session)) if holds_session(Path(session)) else catalogue.find(session)
        folder = found.own_folder
        if found.running or (folder is not None and is_being_written(folder)):
            raise SessionsError(f"{str(found.id)[:8]}: is being recorded; end hipcue run first")
        files = f"in {folder}" if folder else f"from the store (its files are not in {found.folder})"
        if not yes:
            typer.confirm(f"Remove the session of {found.started:%Y-%m-%d %H:%M} {one_line(files)} for good?", abort=True)
        left = [] if folder is None else remove_session_files(folder)
        parents = (found.folder.parent, sessions_folder(load("", config).session.folder))
        copies = copies_of(str(found.id), parents)
        if catalogue.has_folder_of(found.id):
            out.print(f"Removed: {folder}; the session stays in the store, for that was only a copy of it")
        else:
            catalogue.forget(found.id)
            out.print(f"Forgotten: {str(found.id)[:8]}", "" if folder else files)
        if left:
            out.print(f"{folder}: other files are in it and stay ({', '.join(path.name for path in left[:_FEW])})")
        for copy in copies:
            out.print(f"{copy}: a copy of this session stays; to remove it, too: hipcue sessions forget {copy}")


@sessions_app.command("import")
def import_(
    folders: Annotated[list[Path], typer.Argument(help="Folders that are sessions or contain some.")],
    config: ConfigOption = None,
) -> None:
    """Add the sessions in these folders, however deep, from another machine or from hipcue analyse; none is added twice."""
    with sentences(), _catalogue(config) as catalogue:
        found, problems = [], []
        for folder in folders:
            try:
                found += session_folders(folder)
            except SessionsError as error:
                problems.append(str(error))
        unusable = list(filter(None, catalogue.add(found)))
        imported = len(found) - len(unusable)
        problems += unusable
        for sentence in problems:
            err.print(one_line(f"{sentence}; skipped" if found else sentence))
        if found:
            out.print(f"{imported} session{'' if imported == 1 else 's'} in the store")
        if problems:
            raise typer.Exit(1 if imported else EXIT_USER)


def history(
    runner: Annotated[str, typer.Argument(help="A runner's nickname.")], out_file: OutOption = None, config: ConfigOption = None
) -> None:
    """A runner's sessions, oldest first: what each one changed, and the trend."""
    with sentences(), _catalogue(config) as catalogue:
        found = catalogue.entries(runner)
        if not found:
            raise SessionsError(f"{runner}: this runner has no sessions; hipcue sessions list shows all")
        _give_trend(catalogue.near_strides(found[::-1]), out_file, runner)


def _give_trend(sessions: Iterable["CountedStrides"], out_file: Path | None, title: str) -> None:
    from sessions.report.trend import HEADINGS, cells, entry, trend_sentence, trend_verdict

    entries = [entry(one) for one in sessions]
    if out_file is not None and out_file.suffix.lower() in (".html", ".htm", ".pdf"):
        from sessions.report.trend_report import write_trend

        write_trend(title, entries, out_file)
        out.print(f"Saved in {out_file}")
        return
    _give_table(HEADINGS, [cells(one) for one in entries], out_file, "")
    if out_file is not None:
        return
    out.print(trend_verdict(entries))
    if sentence := trend_sentence(entries):
        out.print(sentence)
    out.print("retained and drill: against the session's own baseline, ± the 95 % interval; chance?: too small to detect;")
    out.print("excursion: ± the 95 % interval of its mean; hip extension: ± how much it differs between days by chance")


def _give_table(headings: Sequence[str], rows: Sequence[Sequence[str]], out_file: Path | None, if_none: str) -> None:
    if out_file is not None:
        text = io.StringIO()
        csv.writer(text).writerows([headings, *(map(spreadsheet_cell, row) for row in rows)])
        replace_text(out_file, text.getvalue())
        out.print(f"Saved in {out_file}")
        return
    if not rows:
        out.print(if_none)
        return
    print_table(headings, rows)


@contextmanager
def _catalogue(config: Path | None) -> Iterator["Catalogue"]:
    """All sessions. Raises SessionsError."""
    setting = load("", config).session.store_url
    if setting == NO_STORE:
        raise SessionsError('session.store_url: is "none", so there is no store to look in')
    from sessions.store.catalogue import Catalogue  # other commands need not load the database's libraries

    catalogue = Catalogue(store_url(setting))
    try:
        for sentence in catalogue.problems:
            err.print(one_line(sentence))
        yield catalogue
    finally:
        catalogue.close()


def _recorded(config: Path | None, word: str, with_frames: bool) -> "RecordedSession":
    """A session, its frames in memory only `with_frames`. One that is named by its folder needs no store."""
    from sessions.format.recorded import from_folder

    if holds_session(Path(word)):
        return from_folder(Path(word), with_frames)
    with _catalogue(config) as catalogue:
        return catalogue.read(catalogue.find(word), with_frames)


def _counted(config: Path | None, word: str) -> "CountedStrides":
    """What a comparison needs of a session."""
    from sessions.format.recorded import from_folder

    if holds_session(Path(word)):
        return from_folder(Path(word), with_frames=False)
    with _catalogue(config) as catalogue:
        return next(catalogue.near_strides([catalogue.find(word)]))


def _state(one: "SessionEntry") -> str:
    return "running" if one.running else "" if one.ended else "interrupted"
