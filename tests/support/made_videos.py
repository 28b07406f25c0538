"""Small videos of every kind, made with PyAV: no program beside Python's packages is needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from wire.frames.frame import Image

FPS = 25
_UNIT = Fraction(1, 12_800)


@dataclass(frozen=True)
class Made:
    """How a video is written."""

    codec: str = "libx264"
    pixels: str = "yuv420p"
    options: dict[str, str] = field(default_factory=lambda: {"crf": "5", "preset": "ultrafast"})
    bit_rate: int | None = None
    """Bits per second, for codecs that have no quality to keep to."""
    rotation_deg: int = 0
    """Counter-clockwise, by which a player turns the stored picture."""
    mirrored: bool = False
    pixel_aspect: Fraction | None = None
    fps: float = FPS
    times_s: Sequence[float] | None = None
    """Of each picture; None: at `fps`."""
    unit_s: Fraction | None = None
    """Of times; None: one that the codec takes."""
    tags: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    """Options of the container."""
    transfer: int | None = None
    """The transfer function, as ITU-T H.273 counts them."""


def write_made(path: Path, images: Iterable[Image], made: Made | None = None) -> Path:
    """Write pictures, blue-green-red, as a video of this kind."""
    return write_tracks(path, [(images, made or Made())])


def write_tracks(path: Path, tracks: Sequence[tuple[Iterable[Image], Made]]) -> Path:
    """Write several video tracks, with as many pictures each, into one file."""
    kinds = [made for _, made in tracks]
    with av.open(str(path), "w", container_options=kinds[0].container) as file:
        file.metadata.update(kinds[0].tags)
        streams: list[VideoStream] = []
        for number, images in enumerate(zip(*(images for images, _ in tracks), strict=True)):
            streams = streams or [new_track(file, *first) for first in zip(images, kinds, strict=True)]
            for stream, image, made in zip(streams, images, kinds, strict=True):
                at_s = number / made.fps if made.times_s is None else made.times_s[number]
                file.mux(stream.encode(_frame(image, at_s, made)))
        for stream in streams:
            file.mux(stream.encode(None))
    return path


def write_beside_a_still(path: Path, still: Image, images: Sequence[Image], stills: int = 1) -> Path:
    """Write a track with a single picture, which is not marked as a cover, and then one with a video; `stills`: 0 for none."""
    photo, made = Made("mjpeg", "yuvj420p", {}), Made()
    with av.open(str(path), "w") as file:
        first, second = new_track(file, still, photo), new_track(file, images[0], made)
        for _ in range(stills):
            file.mux(first.encode(_frame(still, 0.0, photo)))
        for number, image in enumerate(images):
            file.mux(second.encode(_frame(image, number / made.fps, made)))
        file.mux(second.encode(None))
    return path


def write_sound(path: Path, cover: Image | None = None) -> Path:
    """Write a second of silence; with a `cover`, as music has one."""
    with av.open(str(path), "w") as file:
        sound = file.add_stream("aac", rate=44_100)
        if cover is not None:
            art = new_track(file, cover, Made("mjpeg", "yuvj420p", {}))
            art.disposition = av.stream.Disposition.attached_pic
            file.mux(art.encode(_frame(cover, 0.0, Made(pixels="yuvj420p"))))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 44_100
        for _ in range(43):
            file.mux(sound.encode(silence))
        file.mux(sound.encode(None))
    return path


def new_track(file: OutputContainer, first: Image, made: Made) -> VideoStream:
    """A track for pictures of the size of the first one."""
    stream = file.add_stream(made.codec, rate=Fraction(made.fps).limit_denominator(1001), options=dict(made.options))
    assert isinstance(stream, VideoStream)
    stream.codec_context.height, stream.codec_context.width = first.shape[:2]
    stream.codec_context.pix_fmt = made.pixels
    stream.codec_context.time_base = _unit(made)
    if made.bit_rate is not None:
        stream.codec_context.bit_rate = made.bit_rate
    if made.pixel_aspect is not None:
        stream.codec_context.sample_aspect_ratio = made.pixel_aspect
    if made.transfer is not None:
        stream.codec_context.color_trc = made.transfer
        stream.codec_context.colorspace = stream.codec_context.color_primaries = 9  # BT.2020
    if made.rotation_deg or made.mirrored:
        stream.set_display_rotation(made.rotation_deg, hflip=made.mirrored)
    return stream


def _frame(image: Image, at_s: float, made: Made) -> VideoFrame:
    frame = VideoFrame.from_ndarray(image, format="bgr24").reformat(format=made.pixels, dst_colorspace="ITU601")
    if made.pixels.startswith("bgr8"):
        frame = VideoFrame.from_ndarray(image, format="bgr24").reformat(format=made.pixels)
    frame.time_base = _unit(made)
    frame.pts = round(at_s / frame.time_base)
    return frame


def _unit(made: Made) -> Fraction:
    """The unit of time; some codecs know none finer than a picture."""
    if made.unit_s is not None:
        return made.unit_s
    if made.codec in ("mpeg4", "mjpeg"):
        return 1 / Fraction(made.fps).limit_denominator(1001)
    return Fraction(1, 100) if made.codec == "gif" else _UNIT
