"""The mirror: the frame with its lines, drawn into one buffer and copied to the screen at once."""

from collections.abc import Sequence

import cv2
import numpy as np
import pygame
from numpy.typing import NDArray

from feedback.display.paint import palette
from feedback.display.paint.layout import fit_picture
from feedback.display.state.view import MirrorLines
from feedback.display.type.box import Box
from feedback.display.type.ink import Colour
from wire.frames.frame import Image
from wire.messages import Point

WEDGE_SHARE = 0.6
"""Opacity of the wedge."""
LINE_SHARE = 1 / 90
"""Width of the thigh line as a share of the frame's height on the screen."""
GHOST_DASHES = 9
"""The ghost is dashed, so that it cannot be mistaken for the measured leg."""
SUBPIXEL_BITS = 4
"""OpenCV draws with 1/16 pixel precision: otherwise thin lines jump from pixel to pixel."""


class Mirror:
    """Scales frames into a box of the screen; keeps its buffers from frame to frame."""

    def __init__(self, place: Box, radius_px: int, mirrored: bool) -> None:
        self._place = place
        self._radius_px = min(radius_px, place.width // 2, place.height // 2)
        self._mirrored = mirrored
        self._source_px = (0, 0)
        self._part = self.shown = place
        self._scaled: Image = np.zeros((1, 1, 3), np.uint8)
        self._turned: Image = self._scaled
        self._pixels: NDArray[np.uint8] = np.zeros((1, 1, 4), np.uint8)
        self._surface = pygame.Surface((1, 1))
        self._corners = _corners(self._radius_px)

    def paint(self, surface: pygame.Surface, image: Image, lines: MirrorLines | None) -> None:
        """Paint a picture and its lines, in its pixels, on the surface."""
        height_px, width_px = image.shape[:2]
        if (width_px, height_px) != self._source_px:
            self._prepare(width_px, height_px)
        part = self._part
        cropped = image[part.y : part.bottom, part.x : part.right]
        size = (self.shown.width, self.shown.height)
        if self._mirrored:
            cv2.resize(cropped, size, dst=self._turned, interpolation=cv2.INTER_LINEAR)
            cv2.flip(self._turned, 1, dst=self._scaled)
        else:
            cv2.resize(cropped, size, dst=self._scaled, interpolation=cv2.INTER_LINEAR)
        if lines is not None:
            self._draw_lines(lines)
        cv2.cvtColor(self._scaled, cv2.COLOR_BGR2BGRA, dst=self._pixels)
        surface.blit(self._surface, (self.shown.x, self.shown.y))
        self._round_off(surface)

    def to_shown(self, point: Point) -> Point:
        """A point of the frame, in pixels of the shown part."""
        x = (point[0] - self._part.x) * self.shown.width / self._part.width
        y = (point[1] - self._part.y) * self.shown.height / self._part.height
        return (self.shown.width - x if self._mirrored else x), y

    def _prepare(self, width_px: int, height_px: int) -> None:
        self._source_px = (width_px, height_px)
        self._part, self.shown = fit_picture(width_px, height_px, self._place)
        shape = (self.shown.height, self.shown.width)
        self._scaled = np.zeros((*shape, 3), np.uint8)
        self._turned = np.zeros((*shape, 3), np.uint8)
        self._pixels = np.zeros((*shape, 4), np.uint8)
        # The surface shares the buffer; BGRA is the screen's own order, so blitting is a plain copy.
        self._surface = pygame.image.frombuffer(self._pixels.data.cast("B"), (self.shown.width, self.shown.height), "BGRA")
        self._surface.set_alpha(None)

    def _round_off(self, surface: pygame.Surface) -> None:
        """Round the corners of the mirror's box if the frame fills it."""
        place, radius = self._place, self._radius_px
        if self.shown.height < place.height or self.shown.width < place.width:
            return
        ends = [(x, y) for y in (place.y, place.bottom - radius) for x in (place.x, place.right - radius)]
        for corner, at in zip(self._corners, ends, strict=True):
            surface.blit(corner, at)

    def _draw_lines(self, lines: MirrorLines) -> None:
        thick_px = max(2, round(LINE_SHARE * self.shown.height))
        if lines.wedge_px:
            self._draw_wedge([self.to_shown(point) for point in lines.wedge_px], max(1, thick_px // 3))
        if lines.ghost_px is not None:
            self._draw_ghost(lines.ghost_px, max(2, round(0.45 * thick_px)))
        self._draw_limb((lines.hip_px, lines.shoulder_px), max(2, round(0.45 * thick_px)))
        self._draw_limb((lines.knee_px, lines.ankle_px), max(2, round(0.45 * thick_px)))
        self._draw_limb((lines.hip_px, lines.knee_px), thick_px)
        for joint in (lines.hip_px, lines.knee_px):
            if joint is not None:
                centre = _fixed(self.to_shown(joint))
                self._dot(centre, 1.15 * thick_px, palette.NIGHT)
                self._dot(centre, 0.8 * thick_px, palette.WHITE)

    def _draw_wedge(self, outline: Sequence[Point], edge_px: int) -> None:
        """Blend the wedge within its bounding box only: blending the whole frame would cost as much as scaling it."""
        xs, ys = [point[0] for point in outline], [point[1] for point in outline]
        margin = 2 * edge_px + 2
        left, right = max(0, int(min(xs)) - margin), min(self.shown.width, int(max(xs)) + margin)
        top, bottom = max(0, int(min(ys)) - margin), min(self.shown.height, int(max(ys)) + margin)
        if left >= right or top >= bottom:
            return
        around = self._scaled[top:bottom, left:right]
        painted = around.copy()
        corners = np.array([_fixed((x - left, y - top)) for x, y in outline], np.int32)
        cv2.fillPoly(painted, [corners], bgr(palette.BLUE), cv2.LINE_AA, SUBPIXEL_BITS)
        blended = cv2.addWeighted(painted, WEDGE_SHARE, around, 1 - WEDGE_SHARE, 0)
        cv2.polylines(blended, [corners], True, bgr(palette.BLUE), edge_px, cv2.LINE_AA, SUBPIXEL_BITS)
        # A bold far end: the leg does not cover it there.
        cv2.polylines(blended, [corners[1:]], False, bgr(palette.BLUE), 4 * edge_px, cv2.LINE_AA, SUBPIXEL_BITS)
        around[:] = blended

    def _draw_ghost(self, thigh: tuple[Point, Point], thick_px: int) -> None:
        (x, y), knee = self.to_shown(thigh[0]), self.to_shown(thigh[1])
        knee_x, knee_y = knee
        step_x, step_y = (knee_x - x) / (2 * GHOST_DASHES - 1), (knee_y - y) / (2 * GHOST_DASHES - 1)
        for dash in range(0, 2 * GHOST_DASHES - 1, 2):
            first, last = (x + dash * step_x, y + dash * step_y), (x + (dash + 1) * step_x, y + (dash + 1) * step_y)
            self._line(first, last, thick_px, palette.WHITE)
        self._dot(_fixed(knee), 2.4 * thick_px, palette.WHITE)
        self._dot(_fixed(knee), 1.5 * thick_px, palette.NIGHT)

    def _draw_limb(self, ends: tuple[Point | None, Point | None], thick_px: int) -> None:
        start, end = ends
        if start is None or end is None:
            return
        first, last = self.to_shown(start), self.to_shown(end)
        # A dark edge keeps the line visible against a bright window and against a dark wall.
        self._line(first, last, thick_px + max(2, thick_px // 2), palette.NIGHT)
        self._line(first, last, thick_px, palette.WHITE)

    def _line(self, start: Point, end: Point, thick_px: int, colour: Colour) -> None:
        cv2.line(self._scaled, _fixed(start), _fixed(end), bgr(colour), thick_px, cv2.LINE_AA, SUBPIXEL_BITS)

    def _dot(self, centre: tuple[int, int], radius_px: float, colour: Colour) -> None:
        radius = round(radius_px * (1 << SUBPIXEL_BITS))
        cv2.circle(self._scaled, centre, radius, bgr(colour), -1, cv2.LINE_AA, SUBPIXEL_BITS)


def _corners(radius_px: int) -> tuple[pygame.Surface, ...]:
    """The areas outside the four rounded corners: upper left and right, lower left and right."""
    finer = 4
    cut = pygame.Surface((radius_px * finer, radius_px * finer), pygame.SRCALPHA)
    cut.fill((*palette.NIGHT, 255))
    pygame.draw.circle(cut, (*palette.NIGHT, 0), (radius_px * finer, radius_px * finer), radius_px * finer)
    corner = pygame.transform.smoothscale(cut, (radius_px, radius_px))
    return tuple(pygame.transform.flip(corner, right, lower) for lower in (False, True) for right in (False, True))


def _fixed(point: Point) -> tuple[int, int]:
    """A point in OpenCV's fixed-point coordinates."""
    return round(point[0] * (1 << SUBPIXEL_BITS)), round(point[1] * (1 << SUBPIXEL_BITS))


def bgr(colour: Colour) -> tuple[int, int, int]:
    """The colour in OpenCV's order: blue, green, red."""
    return colour[2], colour[1], colour[0]
