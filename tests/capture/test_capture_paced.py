"""A recording is played like a live camera: each picture at its own time, late ones skipped."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.paced import LONGEST_WAIT_S, PacedSource
from capture.sources.source import CapturedImage, NotYet
from tests.support.tape import Tape
from wire.clock import NS_PER_MS, NS_PER_S, ms_to_ns, s_to_ns

START_NS = 1_000 * NS_PER_S


class Viewer:
    """A reader whose clock advances only while it waits or is busy."""

    def __init__(self, tape: Tape, loop: bool = False) -> None:
        self.now_ns = START_NS
        self.source = PacedSource(tape, loop, clock=lambda: self.now_ns, sleep=self._sleep)

    def _sleep(self, duration_s: float) -> None:
        assert duration_s > 0
        self.now_ns += round(duration_s * NS_PER_S)

    def read(self, busy_ms: float = 0) -> CapturedImage | None:
        """The next picture, after a time of being busy. No single call waits for long."""
        self.now_ns += ms_to_ns(busy_ms)
        while True:
            asked_ns = self.now_ns
            try:
                return self.source.read()
            except NotYet:
                pass
            finally:
                assert self.now_ns - asked_ns <= s_to_ns(LONGEST_WAIT_S)

    def watch(self, busy_ms: float = 0) -> list[tuple[int, float]]:
        """(number, time in ms since the start) of all pictures to the end; busy after each."""
        seen = []
        while (picture := self.read()) is not None:
            seen.append((int(picture.image[0, 0, 0]), (picture.capture_ns - START_NS) / NS_PER_MS))
            self.now_ns += ms_to_ns(busy_ms)
        return seen


def test_pictures_arrive_at_their_own_times() -> None:
    viewer = Viewer(Tape([0, 100, 250, 310]))
    for at_ms in (0, 100, 250, 310):
        picture = viewer.read()
        assert picture is not None
        assert viewer.now_ns == START_NS + ms_to_ns(at_ms)
        assert (picture.capture_ns, picture.read_ns) == (viewer.now_ns, viewer.now_ns)
        assert picture.time_source == "file"


def test_the_next_picture_is_decoded_after_half_the_usual_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = Tape([0, 100, 110, 200])
    viewer, advanced_ms = Viewer(tape), []
    advance = tape.advance

    def watched() -> int | None:
        advanced_ms.append((viewer.now_ns - START_NS) / NS_PER_MS)
        return advance()

    monkeypatch.setattr(tape, "advance", watched)
    # A picture that follows sooner arrives a little late, but keeps its own time.
    assert viewer.watch() == [(0, 0), (1, 100), (2, 110), (3, 200)]
    assert advanced_ms[:4] == [0, 50, 150, 160]


def test_time_starts_with_the_first_read() -> None:
    viewer = Viewer(Tape([0, 100]))
    viewer.now_ns += 30 * NS_PER_S
    picture = viewer.read()
    assert picture is not None
    assert picture.capture_ns == START_NS + 30 * NS_PER_S


def test_every_read_after_the_end_gives_none() -> None:
    viewer = Viewer(Tape([0, 100]))
    assert viewer.watch() == [(0, 0), (1, 100)]
    assert viewer.read() is None


def test_an_empty_recording_ends_at_once_even_in_a_loop() -> None:
    assert Viewer(Tape([])).read() is None
    assert Viewer(Tape([]), loop=True).read() is None


def test_a_slow_reader_misses_pictures_and_the_others_keep_their_times() -> None:
    tape = Tape([100 * number for number in range(10)])
    viewer = Viewer(tape)
    assert viewer.watch(busy_ms=250) == [(0, 0), (2, 200), (4, 400), (7, 700), (9, 900)]
    assert tape.drawn == [0, 2, 4, 7, 9]  # a skipped picture is not decoded


def test_a_suspended_reader_continues_where_it_was() -> None:
    viewer = Viewer(Tape([100 * number for number in range(10)]))
    numbers = [picture.index for busy_ms in (0, 0, 5000, 0) if (picture := viewer.read(busy_ms)) is not None]
    assert numbers == [0, 1, 2, 3]
    assert viewer.now_ns - START_NS == ms_to_ns(100 + 5000 + 100)


def test_a_gap_in_the_recording_is_waited_for_in_short_steps() -> None:
    viewer = Viewer(Tape([0, 100, 60_100, 60_200]))
    viewer.read()
    viewer.read()
    with pytest.raises(NotYet):
        viewer.source.read()
    assert viewer.now_ns == START_NS + ms_to_ns(100) + s_to_ns(LONGEST_WAIT_S)
    assert viewer.watch() == [(2, 60_100), (3, 60_200)]


def test_a_reader_suspended_in_a_gap_continues_where_it_was() -> None:
    viewer = Viewer(Tape([0, 1000, 1100]))
    viewer.read()
    with pytest.raises(NotYet):
        viewer.source.read()
    picture = viewer.read(busy_ms=10_000)
    assert picture is not None
    assert (picture.index, picture.capture_ns) == (1, viewer.now_ns)


def test_indices_count_skipped_pictures() -> None:
    viewer = Viewer(Tape([100 * number for number in range(10)]))
    indices = [picture.index for busy_ms in (0, 450, 0) if (picture := viewer.read(busy_ms)) is not None]
    assert indices == [0, 4, 5]


def test_a_slightly_late_picture_is_still_returned() -> None:
    viewer = Viewer(Tape([0, 100, 200]))
    viewer.read()
    picture = viewer.read(busy_ms=190)
    assert picture is not None
    assert (picture.index, picture.capture_ns) == (1, START_NS + ms_to_ns(100))
    assert picture.read_ns == START_NS + ms_to_ns(190)


def test_a_loop_keeps_time_and_indices_increasing() -> None:
    viewer = Viewer(Tape([0, 100, 250]), loop=True)
    pictures = [picture for _ in range(7) if (picture := viewer.read()) is not None]
    assert [int(picture.image[0, 0, 0]) for picture in pictures] == [0, 1, 2, 0, 1, 2, 0]
    assert [(picture.capture_ns - START_NS) / NS_PER_MS for picture in pictures] == [0, 100, 250, 350, 450, 600, 700]
    assert [picture.index for picture in pictures] == list(range(7))


@given(
    gaps_ms=st.lists(st.floats(1, 300) | st.floats(300, 20_000), min_size=1, max_size=30),
    busy_ms=st.lists(st.floats(0, 1000), min_size=1, max_size=60),
    loop=st.booleans(),
)
def test_for_any_timestamps_and_any_reader_time_increases_and_no_picture_is_early_or_very_late(
    gaps_ms: list[float], busy_ms: list[float], loop: bool
) -> None:
    tape = Tape(list(itertools.accumulate(gaps_ms)))
    viewer = Viewer(tape, loop)
    last_ns, last_index = -1, -1
    for busy in busy_ms:
        picture = viewer.read(busy)
        if picture is None:
            assert not loop
            return
        assert picture.capture_ns > last_ns
        assert picture.index > last_index
        assert -1 <= viewer.now_ns - picture.capture_ns <= ms_to_ns(1000 / tape.fps)
        last_ns, last_index = picture.capture_ns, picture.index


def test_it_has_the_recordings_facts_and_closes_it() -> None:
    tape = Tape([0])
    source = PacedSource(tape)
    assert (source.live, source.facts, source.mode_difference) == (False, tape.facts, "")
    source.close()
    assert tape.closed


@pytest.mark.parametrize("busy_ms", [0, 99, 5000])
def test_a_fast_or_suspended_reader_misses_nothing(busy_ms: float) -> None:
    viewer = Viewer(Tape([100 * number for number in range(50)]))
    assert [number for number, _ in viewer.watch(busy_ms)] == list(range(50))
