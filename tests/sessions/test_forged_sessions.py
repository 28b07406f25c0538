"""Given a session that a spreadsheet, an editor or a stranger has changed, then it is read, or refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.secret_address import SecretAddress
from sessions.errors import SessionsError
from sessions.format.recorded import from_folder
from sessions.store.store import Store
from tests.support.forged_sessions import REFUSED, TAKEN, good_session, header_with

NAMED = {f"{kind}{'' if ended else ', no end'}": (forge, ended) for kind, forge in REFUSED.items() for ended in (True, False)}
"""Of a session without an end, the figures are counted from the tables."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(SecretAddress(f"sqlite:///{tmp_path_factory.mktemp('store') / 'sessions.db'}"))


@pytest.mark.parametrize("kind", NAMED)
def test_is_refused_in_one_sentence(kind: str, store: Store, tmp_path: Path) -> None:
    forge, ended = NAMED[kind]
    folder = good_session(tmp_path / "s")
    header_with(ended=ended)(folder)
    forge(folder)
    before = store.entries()
    readers: tuple[Callable[[Path], object], ...] = (from_folder, store.import_session)
    for read in readers:
        with pytest.raises(SessionsError) as caught:
            read(folder)
        sentence = str(caught.value)
        assert sentence.startswith(str(folder))
        assert len(sentence.splitlines()) == 1
        assert len(sentence) < len(str(folder)) + 200
    assert store.entries() == before


@pytest.mark.parametrize("kind", TAKEN)
def test_is_a_session_all_the_same(kind: str, store: Store, tmp_path: Path) -> None:
    folder = good_session(tmp_path / "s", 1 + list(TAKEN).index(kind))
    TAKEN[kind](folder)
    found = from_folder(folder)
    assert found.title
    store.import_session(folder)
    assert found.name in [str(entry.id)[:8] for entry in store.entries()]
