"""Given anything in place of an argument, every command works, or ends with one sentence, quickly and in little memory."""

import math
from collections.abc import Iterator

import pytest
from typer.main import get_command

from hipcue.cli.commands import app
from tests.support.hostile import FILES, HOSTILE, SOURCES, HostileWalk, hostile_walk, places

PLACES = list(places(get_command(app)))


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileWalk]:
    with hostile_walk(tmp_path_factory.mktemp("walk") / "w") as started:
        yield started


def test_every_command_has_its_places() -> None:
    named = [place.before for place in PLACES]
    for command in (("run",), ("analyse",), ("history",), ("sessions", "export"), ("keys", "allow"), ("config", "check")):
        assert [words for words in named if words[: len(command)] == command]
    assert ("sessions", "export", "latest", "--leg-cm") in named
    for name, option in (("run", "--rotate"), ("analyse", "--rotate"), ("doctor", "--rotate"), ("cameras", "--pictures")):
        assert [words for words in named if (words[:1], words[-1:]) == ((name,), (option,))]


@pytest.mark.slow
def test_every_value_in_some_place_and_some_value_in_every_place(walk: HostileWalk) -> None:
    """Every value in every place takes many minutes: `make fuzz` draws from them."""
    count = len(PLACES)
    step = next(step for step in range(5, count) if math.gcd(step, count) == 1)
    chosen = [(PLACES[step * number % count], value) for number, value in enumerate(HOSTILE)]
    assert {place for place, _ in chosen} == set(PLACES)
    outcomes = [walk.run(place.with_value(value)) for place, value in chosen]
    assert not [str(one) for one in outcomes if one.faults]


@pytest.mark.slow
@pytest.mark.parametrize("words", [("run", "--source"), ("doctor", "--source"), ("analyse", "--out", "results")])
def test_every_source_in_every_command_that_takes_one(walk: HostileWalk, words: tuple[str, ...]) -> None:
    outcomes = [walk.run((*words, source)) for source in (*SOURCES, *FILES)]
    assert not [str(one) for one in outcomes if one.faults]


def test_a_drawn_runner_that_never_ends_is_not_analysed(walk: HostileWalk) -> None:
    done = walk.run(("analyse", "synthetic:", "--out", "endless"))
    assert (done.exit_code, done.err.strip()) == (2, "synthetic:: never ends; add seconds=20, or --for 20")


@pytest.mark.parametrize(
    "words", [("analyse", "synthetic:seconds=1", "--out"), ("run", "--session-dir"), ("cameras", "--pictures")]
)
def test_an_address_in_the_place_of_a_folder_is_refused_without_its_password(walk: HostileWalk, words: tuple[str, ...]) -> None:
    done = walk.run((*words, "rtsp://u:pw@127.0.0.1:1/x"))
    assert (done.exit_code, done.faults) == (2, []), str(done)
    assert f"'{words[-1]}': is an address; give a folder" in done.err
    assert "pw" not in done.err


def test_a_folder_and_a_clip_whose_names_are_no_utf_8_are_analysed(walk: HostileWalk) -> None:
    done = walk.run(("analyse", "caf\udce9", "--out", "latin\udce9"))
    assert (done.exit_code, done.faults) == (0, []), done.err
    assert r"\xe9.mp4" in done.out


@pytest.mark.parametrize("source", ["pipe", "/proc/nonexistent/x", "9" * 5000])
@pytest.mark.parametrize("words", [("run", "--source"), ("doctor", "--source"), ("analyse", "--out", "no-video")])
def test_a_source_that_is_no_video_and_no_camera_is_refused_at_once(
    walk: HostileWalk, words: tuple[str, ...], source: str
) -> None:
    done = walk.run((*words, source))
    assert not done.faults, str(done)
    assert done.exit_code != 0
