"""What is printed without a screen."""

from feedback.display.terminal import cue_line, message_line, settings_line, stride_line, summary_lines
from wire.messages import Band, Cue, PhaseResult, Stamps, Stride, Summary
from wire.texts import ADVICE


def stride(value_deg: float, leg: str = "near") -> Stride:
    return Stride(
        12, "near" if leg == "near" else "far", 0, 0, value_deg, -value_deg, True, Stamps(0), cadence_spm=170.2, quality=0.93
    )


def test_a_stride_is_one_line() -> None:
    line = stride_line(stride(17.24), "hip_extension", "in", Band(16.0, 20.0))
    assert " ".join(line.split()) == "stride 12 near 17.2° GOOD band 16–20° cadence 170 quality 0.93"


def test_columns_are_aligned_across_lines() -> None:
    lines = [
        stride_line(stride(9.0), "hip_extension", "below", Band(16.0, 20.0)),
        stride_line(stride(-11.5, "far"), "hip_extension", "no_target", Band(16.0, 20.0)),
    ]
    assert lines[0].index("band") == lines[1].index("band")
    assert "MORE" in lines[0]
    assert "MORE" not in lines[1]


def test_without_a_band_none_is_printed() -> None:
    assert "band" not in stride_line(stride(17.0), "hip_extension", "no_target", None)


def test_a_measure_that_was_not_taken_is_a_dash() -> None:
    assert "–" in stride_line(stride(17.0), "knee_drive", "unsure", None)


def test_a_cue_is_printed_with_its_reason() -> None:
    line = cue_line(Cue("push", "Push the belt", "push", "5 strides below", 12, 0, 0))
    assert "Push the belt" in line
    assert "5 strides below" in line


def test_a_message_is_printed_and_so_is_its_end() -> None:
    assert message_line("Camera lost", "hip_extension").endswith("Camera lost")
    assert message_line("", "hip_extension").endswith("Measuring hip extension")


def test_rejected_settings_are_printed_and_so_is_their_end() -> None:
    assert settings_line("mine.toml: is not TOML").endswith("mine.toml: is not TOML")
    assert settings_line("").endswith("valid again")


def test_a_session_ends_with_its_summary_lines() -> None:
    lines = summary_lines(
        Summary(PhaseResult(84, 15.1, 0.9, None), PhaseResult(512, 17.62, 1.1, 0.71), None, 37, ("glute_activation_kept",)),
        "hip_extension",
    )
    assert [" ".join(line.split()) for line in lines] == [
        "session complete, hip extension",
        "baseline 15.1° ±0.9° 84 strides",
        "drill 17.6° ±1.1° 512 strides 71 % in the band",
        "retention not run",
        "best streak 37 consecutive strides in the band",
        f"practise {ADVICE['glute_activation_kept'].text}",
    ]
