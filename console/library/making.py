"""Makes one file about sessions and ends: a report, figures, an export, a comparison, or the result of an import.

Its order is JSON on its standard input.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from config.mistakes import ConfigError
from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.store.catalogue import Catalogue

NICENESS = 10
"""The lane comes first."""
_SENTENCE_CODE = 2
Order = dict[str, Any]


def main() -> None:
    """Make the file."""
    os.umask(0o077)
    os.nice(NICENESS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    order: Order = json.load(sys.stdin)
    try:
        _make(order, Path(order["out"]))
    except (SessionsError, ConfigError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(error.strerror or str(error))


def _make(order: Order, out: Path) -> None:
    catalogue = Catalogue(SecretAddress(order["store"]))
    try:
        _MAKERS[order["what"]](catalogue, order, out)
    finally:
        catalogue.close()


# Each loads only what it needs.


def _report(catalogue: Catalogue, order: Order, out: Path) -> None:
    from sessions.report.session_report import write_report

    write_report(catalogue.read(catalogue.find(order["session"]), with_frames=False), out)


def _figures(catalogue: Catalogue, order: Order, out: Path) -> None:
    """What `hipcue sessions show` prints, as JSON or, like its --out, as a table for spreadsheets."""
    from sessions.export.spreadsheet_cell import table_csv
    from sessions.report.frame_figures import frame_figures
    from sessions.report.key_figures import headline, key_figures

    found = catalogue.read(catalogue.find(order["session"]), with_frames=False)
    rows = [(line.what, line.value, line.meaning) for line in key_figures(found, frame_figures(found))]
    if out.suffix == ".csv":
        out.write_text(table_csv(("", "", ""), rows))
    else:
        out.write_text(json.dumps({"headline": headline(found), "rows": rows}))


def _export(catalogue: Catalogue, order: Order, out: Path) -> None:
    from sessions.export.formats import write_export

    session = catalogue.read(catalogue.find(order["session"]))
    write_export(session, order["format"], out, order["table"], order["leg_cm"])


def _trend(catalogue: Catalogue, order: Order, out: Path) -> None:
    from sessions.export.spreadsheet_cell import table_csv
    from sessions.report.trend import entry, table
    from sessions.report.trend_report import write_trend

    named = order["what"] == "compare"
    found = [catalogue.find(word) for word in order["sessions"]] if named else catalogue.entries(order["runner"])
    if not found:
        raise SessionsError("There are no such sessions.")
    entries = [entry(one) for one in catalogue.near_strides(sorted(found, key=lambda one: one.started))]
    if out.suffix == ".csv":
        out.write_text(table_csv(*table(entries)))
    else:
        write_trend(order["title"], entries, out)


def _import(catalogue: Catalogue, order: Order, out: Path) -> None:
    from sessions.store.importing import import_folders

    done = import_folders(catalogue, [Path(order["folder"]).expanduser()])
    out.write_text(json.dumps({"said": done.sentence, "problems": done.problems}))


_MAKERS: dict[str, Callable[[Catalogue, Order, Path], None]] = {
    "report": _report,
    "figures": _figures,
    "export": _export,
    "history": _trend,
    "compare": _trend,
    "import": _import,
}


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(_SENTENCE_CODE)


if __name__ == "__main__":
    main()
