"""Sends a stride with a value of the last measure of the table through the program and prints as JSON where it arrived:
`python -m tests.support.measure_reach FOLDER STORE_URL`, with a folder for the session and the store to write it to.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
from pydantic import ValidationError

from config.measures import TABLE
from config.measures_doc import markdown_table
from config.secret_address import SecretAddress
from config.sections.coaching import TargetSettings
from config.sections.cue_rule import CueRule
from config.settings import Settings
from feedback.coach.stride_window import value_of
from feedback.display.state.measure_format import format_of, measure_of
from sessions.store.store import Store
from tests.support.message_examples import stride, with_values
from tests.support.recorded_sessions import begin, header
from wire.messages import Stride

VALUE = 41.5


def reached(folder: Path, store_url: str) -> dict[str, Any]:
    """What each part of the program has of the measure."""
    measure = TABLE[-1]
    sent = msgspec.msgpack.encode(with_values(stride(), **{measure.column: VALUE}))
    received = msgspec.msgpack.decode(sent, type=Stride)
    form = format_of(measure.name)
    session = begin(folder, header(1))
    session.stride(received)
    session.close()
    _, columns, row = (folder / "strides.csv").read_text(encoding="utf-8").splitlines()
    definitions = json.loads((folder / "session.json").read_text(encoding="utf-8"))["definitions"]
    store = Store(SecretAddress(store_url))
    store.import_session(folder)
    rows = {one.started.day: store.rows(one.id, "strides") for one in store.entries()}
    store.close()
    target = {"measure": measure.name, "mode": "absolute", "absolute_deg": VALUE}
    return {
        "coach": value_of(received, measure.name),
        "screen": f"{form.title}: {form.text(measure_of(received, measure.name))}",
        "file": [columns.split(",")[-1], row.split(",")[-1]],
        "definition": definitions[measure.name],
        "store": {day: [stored[measure.column] for stored in strides] for day, strides in rows.items()},
        "docs": markdown_table([measure]).splitlines()[-1],
        "target": TargetSettings.model_validate(target).measure,
        "refused": _refused(f"{measure.name} above {measure.high + 1:g}"),
        "schema": Settings.model_json_schema()["$defs"]["TargetSettings"]["properties"]["measure"]["enum"][-1],
    }


def _refused(when: str) -> str:
    try:
        CueRule(name="far_off", when=when)
    except ValidationError as error:
        return str(error.errors()[0]["msg"])
    return ""


if __name__ == "__main__":
    print(json.dumps(reached(Path(sys.argv[1]), sys.argv[2])))
