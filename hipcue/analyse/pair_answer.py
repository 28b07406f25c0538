"""Describes two clips of one run, from both sides, in a few sentences. Pure, but reads the other camera's samples."""

from config.reference import SIDE_LIMIT_DEG
from hipcue.analyse.answer import CADENCE, Answer, answer
from sessions.format.recorded import RecordedSession
from sessions.report.left_right import LeftRight, apart_s, left_right
from sessions.report.side_times import side_times
from sessions.report.statistics import LEAST_STRIDES, overall
from wire.messages import Side, opposite
from wire.texts import digits

_APART_S = 0.08
"""Push-offs that two cameras see further apart than this are not simultaneous: two frames at 25 frames per second."""


def pair_answer(session: RecordedSession) -> Answer:
    """The result of two clips, from the files that `hipcue analyse` wrote. Raises SessionsError, OSError."""
    cameras = session, session.of_other_side()
    each = [answer(one, alone=False) for one in cameras]
    names = "CLIP", "--other-side"
    for name, one in zip(names, each, strict=True):
        if one.misleading:
            return Answer((f"{name}: {one.remark}",), {}, one.remark, one.tracked, misleading=True)
    notes = tuple(f"{name}: {note}" for name, one in zip(names, each, strict=True) for note in one.sentences[1:])
    found = left_right(session)
    if found is None:
        lacking = [
            f"{name}: {one.sentences[0]}"
            for name, camera, one in zip(names, cameras, each, strict=True)
            if len(camera.trusted()) < LEAST_STRIDES
        ]
        why = "Left and right are not compared: this needs strides of both legs at the same time"
        return Answer((f"{why}.", *lacking, *notes), {}, why, each[0].tracked)
    cadence = overall(session, CADENCE.column)
    pace = "" if cadence is None else f", cadence {cadence.mean:.0f}"
    legs = f"Hip extension left {found.left.text}°, right {found.right.text}°"
    means = f"{legs}{pace}, over {found.left.strides} strides of each leg."
    timing = tuple(
        f"{one.what} left {one.left.mean:.0f}, right {one.right.mean:.0f} ms: {one.words}." for one in side_times(session)
    )
    return Answer((_result(found), means, *timing, *_doubts(session, found), *notes), {}, "", each[0].tracked)


def _result(found: LeftRight) -> str:
    if not found.stated:
        return f"Left minus right is not stated: its uncertainty of ± {found.ci95_deg:.1f}° is not below {SIDE_LIMIT_DEG:g}°."
    size = f"Left minus right {digits(found.difference_deg, '+.1f')} ± {found.ci95_deg:.1f}° (95 %)"
    more: Side = "left" if found.difference_deg > 0 else "right"
    if found.beyond:
        return f"{size}: the {more} leg extends further, by more than is usual in healthy runners ({SIDE_LIMIT_DEG:g}°)."
    if found.differs:
        return f"{size}: the {more} leg extends further than the {opposite(more)} one."
    return f"{size}: no difference beyond its uncertainty."


def _doubts(session: RecordedSession, found: LeftRight) -> tuple[str, ...]:
    doubts = []
    if not found.calibrated:
        doubts.append(
            "A zero from quiet standing is missing, so the difference includes the cameras' roll: start both clips with a few "
            "seconds of quiet standing."
        )
    apart = apart_s(session)
    if apart is not None and abs(apart[0]) > _APART_S:
        doubts.append(
            f"The two clips show the same push-offs {1000 * abs(apart[0]):.0f} ms apart (or whole strides more): they start at "
            "different times, or one of them confuses the legs. Start both at the same time."
        )
    return tuple(doubts)
