"""Recognises interlaced pictures by the combs at moving edges: many files do not say that they are interlaced. Pure.

An interlaced picture is woven from the lines of two moments. Where something moves, neighbouring lines then differ more than
lines two apart, which show one moment. In other pictures, neighbouring lines differ less; in noise, just as much.

Fine stripes across a shirt or a belt look the same in one picture, but not in two: of an interlaced picture, the earlier lines
are nearer in time to the later lines of the picture before than the other way round.
"""

from collections import deque

import cv2
import numpy as np
from cv2.typing import MatLike

from wire.frames.frame import Image

_PERIOD = 4
"""Number of pictures, of which two consecutive ones are compared."""
_COLUMNS_PX = 4
"""Number of neighbours in a line that are averaged: noise fades, but a comb, as wide as the movement, remains."""
_BLOCK_COLUMNS, _BLOCK_LINES = 2, 8
"""Size of the blocks that are averaged to find movement in spite of noise."""
_MOVED = 10
"""Least change of brightness between pictures, of 255, that counts as movement."""
_LEAST_MOVING = 0.003
"""Least share of a picture that must move for the picture to be judged."""
_COMBED = 1.1
"""Least ratio, in an interlaced picture, of the difference between neighbouring lines to that between lines two apart."""
_LOCAL = 2.0
"""Least ratio of the combs where something moves to those elsewhere."""
_LOPSIDED = 0.2
"""Least asymmetry between the two fields of consecutive pictures, as a share of the difference between the fields of one
picture: each field is compared with the other field of the picture before."""
_JUDGED, _ENOUGH = 8, 3
"""Of the last `_JUDGED` pictures, those with one order of the fields must outnumber those with the other order by `_ENOUGH`.
In a film shown at a higher rate, two of five pictures have combs."""
_MOST_JUDGED = 100
"""Number of judged pictures without combs after which judging stops: it takes a millisecond or two per picture."""
_SMALLEST_PX = 16


class Interlacing:
    """Whether a source's pictures are interlaced. A source that is found to be interlaced, or not to be, stays so."""

    def __init__(self) -> None:
        self._found = False
        self._count = -1
        self._judged = 0
        self._last: MatLike | None = None
        """Brightness of the picture before the one to be judged."""
        self._combs: deque[int] = deque(maxlen=_JUDGED)

    def one_moment(self, image: Image, marked: bool = False) -> Image:
        """The picture of a single moment. `marked`: the source says that this picture is interlaced."""
        if not marked and not self._found and self._judged < _MOST_JUDGED:
            self._judge(image)
        return one_field(image) if marked or self._found else image

    def _judge(self, image: Image) -> None:
        self._count += 1
        turn = self._count % _PERIOD
        if turn > 1 or min(image.shape[:2]) < _SMALLEST_PX:
            return
        brightness = _brightness(image)
        if turn == 1 and self._last is not None and self._last.shape == brightness.shape:
            found = combs(self._last, brightness)
            if found is not None:
                self._judged += 1
                self._combs.append(found)
                self._found = abs(sum(self._combs)) >= _ENOUGH
        self._last = brightness


def one_field(image: Image) -> Image:
    """The even lines of an interlaced picture, enlarged: the odd ones show another moment, and a leg moves meanwhile."""
    height_px, width_px = image.shape[:2]
    return cv2.resize(image[::2], (width_px, height_px), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def combs(before: MatLike, after: MatLike) -> int | None:
    """Whether the second picture has combs where something moves, and there alone.

    1: its odd lines show the later moment; -1: its even lines; 0: there are no combs; None: hardly anything moves.
    Both: brightness, shape (height, width).
    """
    moving = _moving(before, after)[1:-1]
    if cv2.countNonZero(moving) < _LEAST_MOVING * moving.size:
        return None
    neighbours, two_apart = _neighbours(after, after), cv2.absdiff(after[:-2], after[2:])
    near, far = (cv2.mean(difference, moving)[0] for difference in (neighbours, two_apart))
    still = cv2.bitwise_not(moving)
    # A camera whose lines differ in brightness has its pattern everywhere.
    pattern = cv2.mean(neighbours, still)[0] - cv2.mean(two_apart, still)[0]
    if near <= _COMBED * far or near - far <= _LOCAL * pattern:
        return 0
    even_now, odd_now = (cv2.mean(_neighbours(*lines), moving)[0] for lines in ((after, before), (before, after)))
    odd_later = odd_now - even_now
    return int(np.sign(odd_later)) if abs(odd_later) > _LOPSIDED * near else 0


def _neighbours(even: MatLike, odd: MatLike) -> MatLike:
    """How much neighbouring lines differ if the even ones are taken from one picture and the odd ones from another."""
    woven = even.copy()
    woven[1::2] = odd[1::2]
    return cv2.absdiff(woven[:-2], woven[1:-1])


def _moving(before: MatLike, after: MatLike) -> MatLike:
    """255 where something moves, 0 elsewhere; in the shape of both."""
    height_px, width_px = after.shape
    blocks = max(1, width_px // _BLOCK_COLUMNS), max(1, height_px // _BLOCK_LINES)
    coarse = [cv2.resize(one, blocks, interpolation=cv2.INTER_AREA) for one in (before, after)]
    moving = cv2.threshold(cv2.absdiff(*coarse), _MOVED, 255, cv2.THRESH_BINARY)[1]
    return cv2.resize(moving, (width_px, height_px), interpolation=cv2.INTER_NEAREST)


def _brightness(image: Image) -> MatLike:
    """Of green, which a picture has most of; shape (height, width // 4)."""
    height_px, width_px = image.shape[:2]
    green = cv2.extractChannel(image, 1)
    return cv2.resize(green, (width_px // _COLUMNS_PX, height_px), interpolation=cv2.INTER_AREA)
