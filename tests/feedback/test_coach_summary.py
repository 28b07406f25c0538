"""The summary: results at one pace, the best streak, and one or two things to practise."""

import pytest

from config.sections.session import SessionSettings
from feedback.coach.summary import Findings, SummaryBuilder, choose_advice
from tests.support.coached import BASELINE, PUSH, Run
from wire.messages import Band, PhaseResult
from wire.texts import ADVICE

BAND = Band(16.0, 20.0)
NO_GUARD: frozenset[str] = frozenset()


def result(mean: float, strides: int = 40) -> PhaseResult:
    return PhaseResult(strides, mean, 1.0, 0.5)


def strategies(
    baseline: float, drill: float, retention: float | None, arched: int = 0, measure: str = "hip_extension", more: bool = True
) -> list[str]:
    kept = None if retention is None else result(retention)
    findings = Findings(measure, more, result(baseline), result(drill), kept, arched)
    return list(choose_advice(findings))


class TestWhatToPractise:
    @pytest.mark.parametrize(
        ("baseline", "drill", "retention", "arched", "advised"),
        [
            (15, 15.5, None, 0, ["hip_flexor_mobility"]),
            (15, 16.9, 16.0, 0, ["hip_flexor_mobility"]),
            (15, 18.0, 15.5, 0, ["glute_activation_lost"]),
            (15, 18.0, 17.5, 0, ["glute_activation_kept"]),
            (15, 18.0, None, 0, []),
            (15, 18.0, None, 4, ["lumbar_pelvic_control"]),
            (15, 15.5, None, 20, ["lumbar_pelvic_control", "hip_flexor_mobility"]),
            (15, 18.0, None, 3, []),
        ],
    )
    def test_follows_from_the_results(
        self, baseline: float, drill: float, retention: float | None, arched: int, advised: list[str]
    ) -> None:
        assert strategies(baseline, drill, retention, arched) == advised

    def test_tells_whether_the_change_was_retained(self) -> None:
        texts = {
            kept: ADVICE[choose_advice(Findings("hip_extension", True, result(15), result(18), result(kept), 0))[0]].text
            for kept in (15.5, 17.5)
        }
        assert "faded without cues" in texts[15.5]
        assert "stayed" in texts[17.5]

    def test_is_about_extension_only_if_the_session_asked_for_more_of_it(self) -> None:
        assert strategies(15, 15, None, more=False) == []
        assert strategies(170, 170, None, measure="cadence") == []

    def test_is_nothing_if_too_little_was_measured(self) -> None:
        assert choose_advice(Findings("hip_extension", True, result(15), result(18, strides=9), None, 9)) == ()
        assert choose_advice(Findings("hip_extension", True, None, None, None, 0)) == ()

    def test_is_never_medical(self) -> None:
        everything = [
            choose_advice(Findings("hip_extension", True, result(15), result(drill), result(kept), arched))
            for drill, kept, arched in [(15, 15, 40), (18, 15, 0), (18, 18, 0)]
        ]
        words = " ".join(ADVICE[name].text for several in everything for name in several).lower()
        assert not [word for word in ("pain", "injur", "treat", "diagnos", "heal", "therap", "doctor") if word in words]


class TestSummaryBuilder:
    def test_keeps_phases_separate(self) -> None:
        builder = SummaryBuilder()
        builder.start_pace({None: [14.0, 16.0]})
        for value in (15.0, 17.0, 19.0):
            builder.add_drill_stride(None, value, BAND, NO_GUARD)
        builder.add_retention_stride(None, 18.0, BAND)
        summary = builder.build("hip_extension", True)
        assert summary.baseline == PhaseResult(2, 15.0, 1.0, None)
        assert summary.drill is not None
        assert (summary.drill.strides, summary.drill.mean) == (3, 17.0)
        assert summary.drill.in_band == pytest.approx(2 / 3)
        assert summary.retention == PhaseResult(1, 18.0, 0.0, 1.0)

    def test_counts_the_most_consecutive_strides_in_the_band(self) -> None:
        builder = SummaryBuilder()
        for value in (18, 18, 15, 18, 18, 18, 25, 18):
            builder.add_drill_stride(None, value, BAND, NO_GUARD)
        assert builder.build("hip_extension", True).best_streak == 3

    def test_summarizes_the_pace_with_the_most_strides(self) -> None:
        builder = SummaryBuilder()
        builder.start_pace({None: [10.0]})
        builder.add_drill_stride(None, 11.0, BAND, NO_GUARD)
        builder.start_pace({None: [20.0]})
        for _ in range(3):
            builder.add_drill_stride(None, 22.0, BAND, NO_GUARD)
        builder.start_pace({None: [30.0]})
        summary = builder.build("hip_extension", True)
        assert summary.baseline is not None
        assert summary.baseline.mean == 20.0

    def test_compares_the_legs_that_were_seen_in_every_phase(self) -> None:
        builder = SummaryBuilder()
        builder.start_pace({"left": [10.0] * 20, "right": [16.0] * 20})
        for number in range(40):
            builder.add_drill_stride("right", 17.0, BAND, NO_GUARD)
            if number < 5:  # then its camera is lost
                builder.add_drill_stride("left", 11.0, BAND, NO_GUARD)
        summary = builder.build("hip_extension", True)
        assert (summary.baseline, summary.drill) == (PhaseResult(20, 16.0, 0.0, None), PhaseResult(40, 17.0, 0.0, 1.0))

    def test_weighs_both_legs_alike(self) -> None:
        builder = SummaryBuilder()
        builder.start_pace({"left": [10.0] * 20, "right": [16.0] * 20})
        for number in range(40):
            builder.add_drill_stride("right", 17.0, BAND, NO_GUARD)
            if number % 4:  # strides of the other one are missed
                builder.add_drill_stride("left", 11.0, BAND, NO_GUARD)
        summary = builder.build("hip_extension", True)
        assert (summary.baseline, summary.drill) == (PhaseResult(40, 13.0, 0.0, None), PhaseResult(70, 14.0, 0.0, 4 / 7))

    def test_is_of_one_leg_if_none_was_seen_in_every_phase(self) -> None:
        builder = SummaryBuilder()
        builder.start_pace({"left": [10.0] * 20})
        for _ in range(20):
            builder.add_drill_stride("right", 17.0, BAND, NO_GUARD)
        summary = builder.build("hip_extension", True)
        assert (summary.baseline, summary.drill) == (None, PhaseResult(20, 17.0, 0.0, 1.0))

    def test_is_empty_without_strides(self) -> None:
        summary = SummaryBuilder().build("hip_extension", True)
        assert (summary.baseline, summary.drill, summary.retention, summary.best_streak, summary.practise) == (
            None,
            None,
            None,
            0,
            (),
        )


def test_a_session_ends_with_its_summary() -> None:
    lengths = SessionSettings(stand_s=0, warm_up_s=5, baseline_s=20, drill_s=40, retention_s=20, summary_s=10)
    run = Run(PUSH, target=BASELINE, session=lengths)
    run.until("baseline", 10.0)
    run.until("drill", 15.0)
    run.until("retention", 18.0)
    run.until("summary", 15.5)
    summary = run.phase.summary
    assert summary is not None
    means = [phase.mean for phase in (summary.baseline, summary.drill, summary.retention) if phase is not None]
    assert means == pytest.approx([15.0, 18.0, 15.5], abs=0.3)
    assert summary.drill is not None
    assert summary.drill.in_band == pytest.approx(1.0, abs=0.02)
    assert summary.best_streak >= summary.drill.strides - 1
    assert summary.practise == ("glute_activation_lost",)
