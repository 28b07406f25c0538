"""`hipcue sessions …` and `hipcue history`: list, report, compare, export and forget recorded sessions."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.loading import load
from config.paths import NO_STORE, sessions_folder, store_url
from hipcue.cli.console import EXIT_USER, err, fail, out, print_table, sentences
from sessions.errors import SessionsError
from sessions.export.spreadsheet_cell import table_csv
from sessions.format.durable import replace_text
from sessions.format.folders import holds_session
from wire.visible_text import one_line

if TYPE_CHECKING:
    from sessions.format.recorded import CountedStrides, RecordedSession
    from sessions.store.catalogue import Catalogue

sessions_app = typer.Typer(no_args_is_help=True, help="Recorded sessions: list, show, report, compare, export, forget, import.")

SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help='An id or its beginning, "latest", or a folder.')]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this file.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML) that names the store.")]
RunnerOption = Annotated[str, typer.Option("--runner", help="Only this runner's sessions.")]


@sessions_app.command("list")
def list_(runner: RunnerOption = "", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """List all sessions, newest first."""
    with sentences(), _catalogue(config) as catalogue:
        from sessions.store.session_list import HEADINGS, cells

        rows = [cells(one) for one in catalogue.entries(runner)]
        none = "There are no sessions yet; hipcue run records one" if not runner else _no_sessions_of(runner)
        _give_table(HEADINGS, rows, out_file, none)


@sessions_app.command()
def show(session: SessionArgument = "latest", out_file: OutOption = None, config: ConfigOption = None) -> None:
    """Print a session's figures, each with its definition and uncertainty."""
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
    """Write a report for runner, coach and researcher: one HTML file that needs no internet, or a PDF if FILE ends in .pdf."""
    with sentences():
        from sessions.report.session_report import write_report

        found = _recorded(config, session, with_frames=False)
        path = out_file or Path(f"hipcue-{found.name}.html")
        write_report(found, path)
        out.print(f"Saved in {path}")


@sessions_app.command()
def compare(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSION SESSION…", help='Two or more: ids, "latest" or folders.')],
    out_file: OutOption = None,
    config: ConfigOption = None,
) -> None:
    """Print sessions side by side: what changed within each, and what can be compared between days."""
    with sentences():
        if len(sessions) < 2:
            fail("compare: needs at least two sessions; hipcue sessions list shows all")
        found = [_counted(config, word) for word in sessions]
        if len({one.name for one in found}) < len(found):
            fail("compare: names a session twice; hipcue sessions list shows all")
        _give_trend(found, out_file, "Sessions compared")


@sessions_app.command()
def export(
    session: SessionArgument = "latest",
    format_: Annotated[str, typer.Option("--format", help="csv, parquet, mot, sto or trc.")] = "csv",
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            help="csv, parquet: strides (the default), samples, cues, phases, landmarks; of a second camera "
            "samples_other_side, landmarks_other_side.",
        ),
    ] = None,
    leg_cm: Annotated[
        float | None, typer.Option("--leg-cm", min=20, max=150, help="trc: leg length, hip to ankle; gives millimetres.")
    ] = None,
    out_file: OutOption = None,
    config: ConfigOption = None,
) -> None:
    """Write data for other programs: csv and parquet (tables), mot and sto (OpenSim joint angles), trc (landmarks)."""
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
        from sessions.store import forgetting, session_list

        found = catalogue.in_folder(Path(session)) if holds_session(Path(session)) else catalogue.find(session)
        forgetting.check_removable(found)
        if not yes:
            where = one_line(forgetting.where_it_is(found))
            typer.confirm(f"Remove the session of {session_list.started(found)} {where} for good?", abort=True)
        done = forgetting.forget(catalogue, found, sessions_folder(load("", config).session.folder))
        out.print(*forgetting.sentences(done), sep="\n")


@sessions_app.command("import")
def import_(
    folders: Annotated[list[Path], typer.Argument(help="Folders that are sessions or contain some.")],
    config: ConfigOption = None,
) -> None:
    """Add the sessions in these folders, however deep, from another machine or from hipcue analyse; none is added twice."""
    with sentences(), _catalogue(config) as catalogue:
        from sessions.store.importing import import_folders

        done = import_folders(catalogue, folders)
        for sentence in done.problems:
            err.print(one_line(f"{sentence}; skipped" if done.found else sentence))
        if done.found:
            out.print(done.sentence)
        if done.problems:
            raise typer.Exit(1 if done.imported else EXIT_USER)


def history(
    runner: Annotated[str, typer.Argument(help="A runner's nickname.")], out_file: OutOption = None, config: ConfigOption = None
) -> None:
    """Print a runner's sessions, oldest first: what each one changed, and the trend."""
    with sentences(), _catalogue(config) as catalogue:
        found = catalogue.entries(runner)
        if not found:
            raise SessionsError(_no_sessions_of(runner))
        _give_trend(catalogue.near_strides(found[::-1]), out_file, runner)


def _no_sessions_of(runner: str) -> str:
    return f"{runner}: this runner has no sessions; hipcue sessions list shows all"


def _give_trend(sessions: Iterable["CountedStrides"], out_file: Path | None, title: str) -> None:
    from sessions.report.trend import entry, sides_sentence, table, trend_sentence, trend_verdict, zero_sentence

    entries = [entry(one) for one in sessions]
    if out_file is not None and out_file.suffix.lower() in (".html", ".htm", ".pdf"):
        from sessions.report.trend_report import write_trend

        write_trend(title, entries, out_file)
        out.print(f"Saved in {out_file}")
        return
    _give_table(*table(entries), out_file, "")
    if out_file is not None:
        return
    out.print(trend_verdict(entries))
    if sentence := trend_sentence(entries):
        out.print(sentence)
    for sentence in (sides_sentence(entries), zero_sentence(entries)):
        if sentence:
            out.print(sentence)
    out.print("retained, drill: change from the session's own baseline, ± 95 %; chance?: too small to be told from chance")
    out.print("excursion: mean ± 95 %; hip extension: mean ± its chance difference between days")


def _give_table(headings: Sequence[str], rows: Sequence[Sequence[str]], out_file: Path | None, if_none: str) -> None:
    if out_file is not None:
        replace_text(out_file, table_csv(headings, rows))
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
    """A session; its frames are read only `with_frames`. A session named by its folder needs no store."""
    from sessions.format.recorded import from_folder

    if holds_session(Path(word)):
        return from_folder(Path(word), with_frames)
    with _catalogue(config) as catalogue:
        return catalogue.read(catalogue.find(word), with_frames)


def _counted(config: Path | None, word: str) -> "CountedStrides":
    """The values of a session that a comparison needs."""
    from sessions.format.recorded import from_folder

    if holds_session(Path(word)):
        return from_folder(Path(word), with_frames=False)
    with _catalogue(config) as catalogue:
        return next(catalogue.near_strides([catalogue.find(word)]))
