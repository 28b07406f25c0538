"""Makes one file of sessions and ends: a report, an export, a comparison. Its order is JSON on its standard input."""

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from config.mistakes import ConfigError
from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.store.catalogue import Catalogue

NICENESS = 10
"""The lane comes first."""
_SENTENCE_CODE = 2


def main() -> None:
    """Make the file."""
    os.umask(0o077)
    os.nice(NICENESS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    order: dict[str, Any] = json.load(sys.stdin)
    try:
        _make(order, Path(order["out"]))
    except (SessionsError, ConfigError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(error.strerror or str(error))


def _make(order: dict[str, Any], out: Path) -> None:
    catalogue = Catalogue(SecretAddress(order["store"]))
    try:
        if order["what"] == "report":
            from sessions.report.session_report import write_report  # each loads what it alone needs

            write_report(catalogue.read(catalogue.find(order["session"]), with_frames=False), out)
        elif order["what"] == "export":
            from sessions.export.formats import write_export

            session = catalogue.read(catalogue.find(order["session"]))
            write_export(session, order["format"], out, order["table"], order["leg_cm"])
        else:
            from sessions.report.trend import entry
            from sessions.report.trend_report import write_trend

            entries = catalogue.entries(order["runner"]) if order["what"] == "history" else _named(catalogue, order["sessions"])
            if not entries:
                raise SessionsError("There are no such sessions.")
            found = sorted(entries, key=lambda one: one.started)
            write_trend(order["title"], [entry(one) for one in catalogue.near_strides(found)], out)
    finally:
        catalogue.close()


def _named(catalogue: Catalogue, words: list[str]) -> list[Any]:
    return [catalogue.find(word) for word in words]


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(_SENTENCE_CODE)


if __name__ == "__main__":
    main()
