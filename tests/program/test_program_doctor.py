"""Given a camera, a screen, a loudspeaker, or none of them, then the doctor reports what is wrong and what to do."""

from pathlib import Path

import pytest

from tests.support.program import Ended, hipcue
from tests.support.surroundings import screen_and_sound


def findings(ended: Ended) -> dict[str, tuple[str, str]]:
    """For each subject, its mark and the finding."""
    lines = [line for line in ended.out.splitlines() if line[:4].strip() in ("ok", "look")]
    return {line[5:17].strip(): (line[:4].strip(), line[18:]) for line in lines}


def test_without_screen_and_sound_each_is_named_with_what_to_do(tmp_path: Path) -> None:
    source = "synthetic:seconds=10,fps=30,width=960,height=540"
    ended = hipcue("doctor", "--source", source, environment={"HOME": str(tmp_path)})
    assert ended.exit_code == 1
    found = findings(ended)
    marks = {subject: mark for subject, (mark, _) in found.items()}
    assert (marks["camera"], marks["light"], marks["person"]) == ("ok", "ok", "ok")
    assert (marks["screen"], marks["sound"]) == ("look", "look")
    assert "ms per picture" in found["pose model"][1]  # whether that is quick enough depends on the machine
    assert "connect a loudspeaker" in ended.out
    assert "Traceback" not in ended.out + ended.err


@pytest.mark.screen
@pytest.mark.sound
def test_with_screen_and_sound_the_whole_delay_is_told_and_a_missing_camera_is_named(tmp_path: Path) -> None:
    with screen_and_sound(tmp_path) as around:
        ended = hipcue("doctor", "--source", "/dev/video63", environment=around.environment)
    assert ended.exit_code == 1
    found = findings(ended)
    assert found["camera"][0] == "look"
    assert "/dev/video63" in found["camera"][1]
    assert found["screen"][0] == found["sound"][0] == "ok"
    assert found["delay"][1].startswith("about ")
