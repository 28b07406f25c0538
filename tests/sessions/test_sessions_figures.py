"""Given five sessions of a runner whose every stride is known, when they are recorded, then the figures match the truth."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.reference import PEAK_THIGH_DEG, THIGH_DEG
from config.secret_address import SecretAddress
from sessions.format.recorded import RecordedSession, from_folder
from sessions.report.changes import MeanChange, changes
from sessions.report.frame_figures import POINTS, FrameFigures, frame_figures
from sessions.report.key_figures import headline, key_figures
from sessions.report.session_report import html_report, session_document
from sessions.report.statistics import (
    CAMERA_CHANGE_RMS,
    CAMERA_SIDE_RMS_DEG,
    EXCURSION_DEG,
    Mean,
    by_phase,
    mean_of,
    sides,
    tracking,
)
from sessions.report.thigh_curve import reference_curve
from sessions.report.trend import cells, entry, slope, trend_sentence, trend_verdict
from sessions.store.store import Store
from tests.support.drawn_runner_cells import cells as camera_cells
from tests.support.drawn_runner_cells import change_shares, differences_deg, root_mean_square
from tests.support.drilled_runner import Drill, record_drill
from tests.support.recorded_sessions import header

pytestmark = pytest.mark.slow

DRILLS = [
    Drill(baseline_deg=14.0 + number, gained_deg=3.0, kept_deg=0.5 + 0.5 * number, drill_s=14.0, seed=number)
    for number in range(5)
]
TITLES = (
    "Your push-off",
    "Strides over the session",
    "What stayed",
    "Triple extension",
    "The stride against other runners",
    "Guards",
    "Figures and their uncertainty",
    "Tracking",
    "Near and far leg",
    "Cadence",
)
BIAS_DEG = 0.3
"""How far the engine may be off on exact landmarks, all strides alike (docs/accuracy.md)."""


@dataclass(frozen=True)
class Truth:
    folder: Path
    peaks_deg: dict[str, list[float]]

    @property
    def session(self) -> RecordedSession:
        return from_folder(self.folder)


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> list[Truth]:
    """Ada's five sessions; each keeps half a degree more than the one before."""
    folder = tmp_path_factory.mktemp("sessions")
    return [
        Truth(folder / str(day), record_drill(folder / str(day), header(day, "Ada"), drill)) for day, drill in enumerate(DRILLS)
    ]


def test_each_phases_mean_is_the_true_one_within_its_stated_uncertainty(five: list[Truth]) -> None:
    for one in five:
        means = by_phase(one.session, "hip_extension_deg")
        assert {"baseline", "drill", "retention"} <= set(means)
        for phase in ("baseline", "drill", "retention"):
            true_deg = one.peaks_deg[phase]
            assert abs(means[phase].strides - len(true_deg)) <= 1
            # Of the same strides, so only the engine's own error is left; the interval also covers the runner's scatter.
            assert means[phase].mean == pytest.approx(np.mean(true_deg), abs=BIAS_DEG)
            assert means[phase].sd == pytest.approx(np.std(true_deg, ddof=1), abs=0.5)


def test_what_stayed_is_found_within_the_minimal_detectable_change_and_called_real_only_beyond_it(five: list[Truth]) -> None:
    for one, drill in zip(five, DRILLS, strict=True):
        kept = changes(one.session, "hip_extension_deg")["retention"]
        assert kept.change == pytest.approx(drill.kept_deg, abs=kept.mdc95 + BIAS_DEG)
        assert 0.3 < kept.mdc95 < 1.2
        assert kept.real == (abs(kept.change) > kept.mdc95)
    assert changes(five[4].session, "hip_extension_deg")["retention"].real


class TestAnotherPace:
    """A change of the belt's speed or of the cadence moves hip extension by itself: never a verdict."""

    @staticmethod
    def run_so(session: RecordedSession, phase: str, **measures: float) -> RecordedSession:
        """The same session with these measures in the strides of a phase, and a belt at 3 m/s in all others."""
        strides = [
            {**row, "belt_speed_mps": 3.0, **(measures if session.phase_at(float(row["t_peak_s"] or 0)) == phase else {})}
            for row in session.strides
        ]
        return replace(session, strides=strides)

    def test_a_phase_at_another_belt_speed_is_not_compared(self, five: list[Truth]) -> None:
        faster = self.run_so(five[4].session, "retention", belt_speed_mps=3.6)
        assert set(changes(faster, "hip_extension_deg")) == {"drill"}
        shown = {line.what: line.value for line in key_figures(faster, FrameFigures())}
        assert shown["retention against baseline"] == "not compared: the belt ran at a different speed"
        assert headline(faster).startswith("In the drill")

    def test_the_same_speed_within_what_the_coach_allows_is_compared(self, five: list[Truth]) -> None:
        as_it_was = changes(five[4].session, "hip_extension_deg")
        assert changes(self.run_so(five[4].session, "retention", belt_speed_mps=3.2), "hip_extension_deg") == as_it_was

    def test_of_a_phase_partly_at_another_speed_the_other_strides_are_left_out(self, five: list[Truth]) -> None:
        session = self.run_so(five[4].session, "drill", belt_speed_mps=3.0)
        drill = [index for index, row in enumerate(session.strides) if session.phase_at(float(row["t_peak_s"] or 0)) == "drill"]
        spoilt = set(drill[: len(drill) // 2])
        sprinted = {"belt_speed_mps": 5.0, "hip_extension_deg": 40.0}
        strides = [{**row, **(sprinted if index in spoilt else {})} for index, row in enumerate(session.strides)]
        found = changes(replace(session, strides=strides), "hip_extension_deg")["drill"]
        assert found.change == pytest.approx(DRILLS[4].gained_deg, abs=found.mdc95 + BIAS_DEG)

    def test_with_another_cadence_there_is_no_verdict(self, five: list[Truth]) -> None:
        quicker = self.run_so(five[4].session, "retention", cadence_spm=170 * 1.08)
        found = changes(quicker, "hip_extension_deg")["retention"]
        assert not found.real
        assert "cadence changed by +8 %" in headline(quicker)
        assert "(other cadence)" in cells(entry(quicker))[3]


def test_the_trend_over_the_sessions_is_the_true_one(five: list[Truth]) -> None:
    entries = [entry(one.session) for one in five]
    assert [one.number for one in entries] == [1, 2, 3, 4, 5]
    found = slope(entries)
    assert found is not None
    # The baseline rises by a degree from session to session, and with it the excursion.
    assert found[0] == pytest.approx(1.0, abs=found[1] + 0.1)
    assert found[1] < 1.0
    assert trend_sentence(entries).endswith("more than chance")
    assert trend_verdict(entries).startswith("Yes, it is getting better: your stride grows by 1.")
    assert trend_verdict(entries[::-1]).startswith("No, it is not getting better")
    assert trend_verdict([entries[0], entries[2], entries[1]]).startswith("It is not clear yet whether it is getting better")
    assert trend_verdict(entries[:2]).startswith("Too early to say whether it is getting better: 2 sessions")


def test_sessions_at_different_paces_have_no_verdict_beside_each_other(five: list[Truth]) -> None:
    entries = [entry(one.session) for one in five]
    faster = [replace(one, speed_mps=Mean(20, 2.5 + 0.2 * at, 0.0, 0.0)) for at, one in enumerate(entries)]
    assert trend_sentence(faster).endswith("no verdict, as the belt ran at 9.0 to 11.9 km/h")
    assert trend_verdict(faster).startswith("It is unclear whether it is getting better: the belt ran at 9.0 to 11.9 km/h")
    assert cells(faster[0])[8] == "9.0"
    quicker = [replace(one, cadence=Mean(20, 160.0 + 3 * at, 1.0, 0.1)) for at, one in enumerate(entries)]
    assert trend_sentence(quicker).endswith("no verdict, as the cadence was 160 to 172")


def test_the_mean_curve_is_the_runners_own(five: list[Truth]) -> None:
    curve = frame_figures(five[0].session).curve
    assert curve is not None
    assert curve.mean_deg.shape == curve.sd_deg.shape == (POINTS,)
    peaks_deg = [peak for phase in five[0].peaks_deg.values() for peak in phase]
    assert curve.mean_deg[0] == pytest.approx(-np.mean(peaks_deg), abs=1.0)
    assert curve.mean_deg.max() == pytest.approx(41.0, abs=1.0)  # the drawn runner's knee drive
    assert 30 < int(np.argmax(curve.mean_deg)) < 60


def test_equal_sides_are_not_called_different(five: list[Truth]) -> None:
    found = sides(five[0].session)
    assert found is not None
    assert abs(found.difference_deg) < 1.0
    assert not found.beyond
    assert not found.stated  # one camera does not see both legs alike
    # The runner changed during the session, both legs alike: that makes their difference no less sure.
    assert found.uncertainty_deg < 1.96 * CAMERA_SIDE_RMS_DEG + 0.2


def test_a_session_reads_the_same_from_its_folder_and_from_the_store(five: list[Truth], tmp_path: Path) -> None:
    store = Store(SecretAddress(f"sqlite:///{tmp_path / 'sessions.db'}"))
    store.import_session(five[0].folder)
    [stored] = store.entries()
    strides, cues, phases = (store.rows(stored.id, name) for name in ("strides", "cues", "phases"))
    gone = RecordedSession(store.header(stored.id), strides, cues, phases)
    here = five[0].session
    for measure in ("hip_extension_deg", "cadence_spm", "thigh_excursion_deg"):
        assert by_phase(gone, measure) == by_phase(here, measure)
    assert frame_figures(gone).curve is None
    [columns] = store.near_strides([stored.id])
    assert entry(columns) == entry(here)
    store.close()


def test_what_was_left_out_is_counted(five: list[Truth]) -> None:
    session = five[0].session
    poor = [{**row, "quality": 0.1} if index < 4 else row for index, row in enumerate(session.strides)]
    forged = RecordedSession({**session.header, "rows_lost": 7}, poor, session.cues, session.phases, session.samples)
    found = tracking(forged, frame_figures(forged))
    assert sum(found.low_quality.values()) == 4
    assert found.rows_lost == 7
    assert found.measured + sum(found.not_measured.values()) == found.frames == len(session.samples)


class TestTheReport:
    def test_shows_every_figure_and_begins_with_the_result(self, five: list[Truth]) -> None:
        session = five[3].session
        page = html_report(session)
        for line in key_figures(session, frame_figures(session)):
            assert line.what in page
            assert line.meaning
        assert "minimal detectable change" in page
        kept = changes(session, "hip_extension_deg")["retention"]
        result = f"{abs(kept.change):.1f} ±\u00a0{kept.ci95:.1f}° more hip extension than at baseline"
        assert result in page.partition("<svg")[0]
        assert "Fukuchi" in page
        for title in TITLES:
            assert f"{title}</h" in page

    def test_shows_the_push_off_at_the_measured_angles(self, five: list[Truth]) -> None:
        figure = session_document(five[3].session).answer.figure
        assert figure is not None
        means = by_phase(five[3].session, "hip_extension_deg")
        for words in (f"before {means['baseline'].mean:.1f}°", f"after {means['retention'].mean:.1f}°"):
            assert words in figure.wide


class TestStatistics:
    def test_a_mean_of_few_strides_is_not_stated(self) -> None:
        assert mean_of(np.array([1.0, 2, 3, math.nan, 4])) is None

    def test_a_change_is_real_beyond_what_can_be_detected_and_its_interval_grows_with_it(self) -> None:
        before, after = Mean(60, 15.0, 0.8, 0.1), Mean(60, 15.2, 0.8, 0.1)
        small, large = MeanChange(before, after), MeanChange(before, Mean(60, 21.0, 0.8, 0.1))
        assert small.mdc95 == large.mdc95 == pytest.approx(0.277, abs=0.001)
        assert not small.real
        assert large.real
        assert small.ci95 == pytest.approx(small.mdc95, rel=0.05)
        assert large.ci95 == pytest.approx(1.96 * CAMERA_CHANGE_RMS * 6.0, rel=0.05)  # the camera's part

    def test_sem_of_independent_strides_is_sd_over_root_n(self) -> None:
        found = mean_of(np.tile([1.0, -1.0], 50))
        assert found is not None
        assert found.sem == pytest.approx(found.sd / 10)

    def test_strides_that_follow_each_other_alike_count_less(self) -> None:
        drifting = mean_of(np.repeat(np.random.default_rng(1).normal(size=20), 5))
        assert drifting is not None
        assert drifting.sem > 1.7 * drifting.sd / 10

    @given(values=st.lists(st.floats(-60, 60), min_size=5, max_size=60))
    def test_any_strides_have_finite_figures(self, values: list[float]) -> None:
        found = mean_of(np.array(values))
        assert found is not None
        assert all(math.isfinite(value) for value in (found.mean, found.sd, found.sem))
        assert found.sem <= found.sd

    def test_the_interval_of_a_mean_holds_the_truth_in_95_of_100_cases(self) -> None:
        random = np.random.default_rng(3)
        held = 0
        for _ in range(1000):
            found = mean_of(random.normal(10.0, 0.82, 60))
            assert found is not None
            held += abs(found.mean - 10.0) <= found.ci95
        assert held >= 930


def test_the_cameras_part_is_no_less_than_what_docs_accuracy_says_of_the_drawn_runner() -> None:
    found = camera_cells(Path("docs/accuracy.md").read_text(encoding="utf-8"))
    assert len(found) == 20
    assert root_mean_square(differences_deg(found)) <= CAMERA_SIDE_RMS_DEG
    assert root_mean_square(change_shares(found)) <= CAMERA_CHANGE_RMS
    assert max(abs(cell.near_deg) for cell in found) <= EXCURSION_DEG


class TestTheReference:
    def test_peaks_where_28_runners_do(self) -> None:
        assert set(PEAK_THIGH_DEG) == set(THIGH_DEG)
        for speed, peak_deg in PEAK_THIGH_DEG.items():
            curve = reference_curve(speed)
            assert curve[0] == pytest.approx(peak_deg, abs=0.2)
            assert curve[-1] == pytest.approx(curve[0])

    @given(speed=st.floats(0.5, 8))
    def test_lies_between_its_neighbours(self, speed: float) -> None:
        peak_deg = reference_curve(speed)[0]
        assert -30.9 <= peak_deg <= -20.0
