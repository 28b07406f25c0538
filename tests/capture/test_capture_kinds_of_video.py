"""Given a video of any kind, then its pictures come out upright, with square pixels, in order and at their own times."""

import random
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.sources.source import SourceError
from capture.sources.video_file import VideoFile
from tests.support.hdr_signal import HLG, PQ, hlg_signal, pq_signal
from tests.support.made_videos import FPS, Made, write_beside_a_still, write_made, write_sound, write_tracks
from tests.support.mutated_bytes import changed
from wire.clock import NS_PER_S
from wire.frames.frame import Image

COUNT = 20
BLUE, GREEN, RED, GREY = (200, 40, 40), (40, 180, 40), (40, 40, 200), (90, 90, 90)


def scene(number: int = 0, width_px: int = 96, height_px: int = 64) -> Image:
    """Four colours, one in each corner, so that no turned picture looks like another; one grows brighter with time."""
    image = np.empty((height_px, width_px, 3), np.uint8)
    half = height_px // 2, width_px // 2
    image[: half[0], : half[1]], image[: half[0], half[1] :] = BLUE, GREEN
    image[half[0] :, : half[1]], image[half[0] :, half[1] :] = RED, GREY
    image[half[0] :, half[1] :] += np.uint8(5 * number)
    return image


SCENES = [scene(number) for number in range(COUNT)]


def read(path: Path, filmed_at_fps: float = 0.0) -> tuple[list[float], list[Image]]:
    """All times, s, and all pictures."""
    recording = VideoFile(path, filmed_at_fps)
    times_s, images = [], []
    while (at_ns := recording.advance()) is not None:
        times_s.append(at_ns / NS_PER_S)
        images.append(recording.image())
    recording.close()
    assert all(earlier < later for earlier, later in pairwise(times_s))
    return times_s, images


def promised(path: Path) -> int | None:
    """How many pictures the file should have, once all have been read."""
    recording = VideoFile(path)
    while recording.advance() is not None:
        pass
    return recording.frames


def assert_same(seen: Image, wanted: Image, within: float = 12) -> None:
    """The same size, and the same colours in the middle of each quarter."""
    assert seen.shape == wanted.shape
    rows, columns = ([side // 4, 3 * side // 4] for side in seen.shape[:2])
    for row in rows:
        for column in columns:
            assert np.abs(seen[row, column].astype(int) - wanted[row, column]).max() <= within, (row, column)


@pytest.mark.parametrize("mirrored", [False, True], ids=["", "mirrored"])
@pytest.mark.parametrize(("rotation_deg", "turn"), [(0, 0), (90, 1), (180, 2), (-90, 3)])
def test_a_turned_or_mirrored_clip_is_upright(tmp_path: Path, rotation_deg: int, turn: int, mirrored: bool) -> None:
    _, images = read(write_made(tmp_path / "phone.mp4", SCENES, Made(rotation_deg=rotation_deg, mirrored=mirrored)))
    wanted = np.rot90(scene(), turn)
    assert_same(images[0], wanted[:, ::-1] if mirrored else wanted)


def test_played_again_it_is_still_upright(tmp_path: Path) -> None:
    recording = VideoFile(write_made(tmp_path / "phone.mp4", SCENES, Made(rotation_deg=90)))
    while recording.advance() is not None:
        pass
    recording.rewind()
    recording.advance()
    assert_same(recording.image(), np.rot90(scene()))
    assert recording.facts["mode"].startswith("64x96 ")


@pytest.mark.parametrize(
    ("aspect", "size_px"), [(Fraction(2), (192, 64)), (Fraction(1, 2), (96, 128)), (Fraction(16, 11), (140, 64))]
)
def test_pixels_become_square(tmp_path: Path, aspect: Fraction, size_px: tuple[int, int]) -> None:
    _, images = read(write_made(tmp_path / "wide.mp4", SCENES, Made(pixel_aspect=aspect)))
    assert_same(images[0], scene(0, *size_px))


@pytest.mark.parametrize("aspect", [Fraction(200, 201), Fraction(50), Fraction(1, 50)])
def test_nearly_square_and_impossible_pixels_stay(tmp_path: Path, aspect: Fraction) -> None:
    _, images = read(write_made(tmp_path / "wide.mp4", SCENES, Made(pixel_aspect=aspect)))
    assert images[0].shape == (64, 96, 3)


MOTION_JPEG = Made("mjpeg", "yuvj420p", {"qmin": "1", "q": "2"})
B_FRAMES = Made(options={"crf": "5", "bf": "3", "b_strategy": "0", "g": "12"})


@pytest.mark.parametrize(
    ("name", "made", "within"),
    [
        ("b_frames.mp4", B_FRAMES, 12),
        ("ten_bits.mp4", Made(pixels="yuv420p10le"), 12),
        ("four_four_four.mkv", Made(pixels="yuv444p"), 12),
        ("hevc.mp4", Made("libx265", options={"crf": "5", "preset": "ultrafast", "x265-params": "log-level=none"}), 12),
        ("alpha.mkv", Made("ffv1", "bgra", {}), 3),
        ("prores.mov", Made("prores_ks", "yuva444p10le", {"profile": "4444"}), 12),
        ("motion_jpeg.avi", MOTION_JPEG, 12),
        ("mpeg4.avi", Made("mpeg4", options={"qmin": "1", "q": "2"}), 12),
        ("vp9.webm", Made("libvpx-vp9", options={"deadline": "realtime", "crf": "5"}), 12),
        ("animation.gif", Made("gif", "bgr8", {}), 80),
        ("animation.apng", Made("apng", "rgb24", {}), 3),
    ],
)
def test_formats(tmp_path: Path, name: str, made: Made, within: float) -> None:
    times_s, images = read(write_made(tmp_path / name, SCENES, made))
    assert len(images) == COUNT
    assert times_s == pytest.approx([number / FPS for number in range(COUNT)], abs=0.001)
    for number in (0, COUNT // 2, COUNT - 1):
        assert_same(images[number], scene(number), within)


def test_an_interlaced_picture_shows_one_moment(tmp_path: Path) -> None:
    """The odd lines show another one: black."""
    woven = [image.copy() for image in SCENES]
    for image in woven:
        image[1::2] = 0
    options = {"crf": "5", "preset": "ultrafast", "flags": "+ildct+ilme"}
    _, images = read(write_made(tmp_path / "camcorder.mkv", woven, Made(pixels="yuv444p", options=options)))
    assert_same(images[0], scene(), 20)


def test_an_interlaced_picture_that_is_not_marked_shows_one_moment_soon(tmp_path: Path) -> None:
    """The odd lines show the next one: a bar has moved on."""

    def moment(number: int) -> Image:
        image = np.full((128, 128, 3), 60, np.uint8)
        image[:, 5 * number % 100 :][:, :20] = 200
        return image

    pictures = [moment(2 * number) for number in range(COUNT)]
    woven = [image.copy() for image in pictures]
    for number, image in enumerate(woven):
        image[1::2] = moment(2 * number + 1)[1::2]
    _, images = read(write_made(tmp_path / "again.mkv", woven, Made(pixels="yuv444p")))
    off = [np.mean(np.abs(seen.astype(int) - wanted) > 30) for seen, wanted in zip(images, pictures, strict=True)]
    assert off[0] > 0.03
    assert max(off[14:]) < 0.01


def test_greyscale(tmp_path: Path) -> None:
    _, images = read(write_made(tmp_path / "grey.mkv", SCENES, Made("ffv1", "gray", {})))
    grey = cv2.cvtColor(cv2.cvtColor(scene(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert_same(images[0], grey.astype(np.uint8))


def test_odd_sizes(tmp_path: Path) -> None:
    odd = [scene(number, 97, 63) for number in range(COUNT)]
    _, images = read(write_made(tmp_path / "odd.mkv", odd, Made("ffv1", "yuv420p", {})))
    assert_same(images[0], odd[0])


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["PQ", "HLG"])
def test_a_high_dynamic_range_is_shown_with_ordinary_contrast(tmp_path: Path, transfer: int) -> None:
    """A ramp of light, encoded by the curves of ITU-R BT.2100, comes out near the same ramp of an ordinary video."""
    light = np.array([0.02, 0.1, 0.3, 0.6])  # of diffuse white, 203 cd/m²
    signal = pq_signal(203.0 * light) if transfer == PQ else hlg_signal(203.0 * light)
    image = np.repeat(np.repeat(signal, 24)[np.newaxis, :, np.newaxis], 64, axis=0) * 255
    made = Made(pixels="yuv420p10le", transfer=transfer)
    _, images = read(write_made(tmp_path / "hdr.mp4", [np.repeat(image, 3, axis=2).astype(np.uint8)] * 3, made))
    assert images[0][32, 12::24, 1] == pytest.approx(255 * light ** (1 / 2.4), abs=8)


class TestTimes:
    def test_of_a_variable_rate_are_kept(self, tmp_path: Path) -> None:
        steps_s = [0.04, 0.1, 0.02, 0.5] * 5
        times_s = list(np.cumsum([0.0, *steps_s])[:COUNT])
        seen_s, _ = read(write_made(tmp_path / "variable.mp4", SCENES, Made(times_s=times_s)))
        assert seen_s == pytest.approx(times_s, abs=0.001)

    def test_that_begin_late_begin_at_zero(self, tmp_path: Path) -> None:
        times_s = [3600 + number / FPS for number in range(COUNT)]
        seen_s, _ = read(write_made(tmp_path / "late.mkv", SCENES, Made(times_s=times_s)))
        assert seen_s == pytest.approx([number / FPS for number in range(COUNT)], abs=0.002)

    def test_of_an_edit_list_begin_where_it_begins(self, tmp_path: Path) -> None:
        # B-frames shift the first picture behind the first timestamp; the muxer's edit list shifts it back.
        path = write_made(tmp_path / "edited.mp4", SCENES, B_FRAMES)
        assert b"elst" in path.read_bytes()
        seen_s, images = read(path)
        assert seen_s[0] == 0
        assert_same(images[0], scene())
        assert VideoFile(path).frames == COUNT

    def test_that_jump_ahead_go_on(self, tmp_path: Path) -> None:
        times_s = [number / FPS + 1000 * (number >= 10) for number in range(COUNT)]
        seen_s, _ = read(write_made(tmp_path / "jump.mkv", SCENES, Made(times_s=times_s)))
        assert seen_s == pytest.approx([number / FPS for number in range(COUNT)], abs=0.002)

    def test_of_display_are_not_needed_for_b_frames(self, tmp_path: Path) -> None:
        """AVI has those of decoding alone. Which ones are in order shows after the first pictures."""
        seen_s, images = read(write_made(tmp_path / "old.avi", SCENES, replace(B_FRAMES, unit_s=Fraction(1, FPS))))
        assert len(seen_s) >= COUNT - 2
        assert np.diff(seen_s[1:-1]) == pytest.approx(1 / FPS, abs=0.002)
        for at_s, image in zip(seen_s, images, strict=True):
            assert_same(image, scene(round(at_s * FPS)), 20)


class TestNumberOfPictures:
    UNEVEN_S = tuple(np.cumsum([0.0, *[0.04, 0.1, 0.02, 0.5] * 5])[:COUNT])

    @pytest.mark.parametrize("ending", ["mp4", "mkv", "ts", "flv"])
    def test_is_known_at_a_variable_rate(self, tmp_path: Path, ending: str) -> None:
        assert promised(write_made(tmp_path / f"a.{ending}", SCENES, Made(times_s=self.UNEVEN_S))) == COUNT

    def test_is_known_where_times_begin_late(self, tmp_path: Path) -> None:
        times_s = [3600 + number / FPS for number in range(COUNT)]
        assert promised(write_made(tmp_path / "late.mkv", SCENES, Made(times_s=times_s))) == COUNT

    @pytest.mark.parametrize("ending", ["mkv", "webm"])
    def test_is_known_where_times_begin_below_zero(self, tmp_path: Path, ending: str) -> None:
        made = Made("libvpx" if ending == "webm" else "libx264")
        times_s = [(number - COUNT // 2) / FPS for number in range(COUNT)]
        path = write_made(
            tmp_path / f"early.{ending}", SCENES, replace(made, times_s=times_s, container={"avoid_negative_ts": "disabled"})
        )
        assert promised(path) == COUNT

    def test_leaves_out_pictures_that_were_dropped_in_filming(self, tmp_path: Path) -> None:
        """AVI stores an empty one for each."""
        times_s = [number * (1 + (number > 9)) / FPS for number in range(COUNT)]
        made = Made(times_s=times_s, unit_s=Fraction(1, FPS))
        assert promised(write_made(tmp_path / "drops.avi", SCENES, made)) == COUNT

    def test_is_about_known_of_a_file_that_was_cut_off(self, tmp_path: Path) -> None:
        grain = np.random.default_rng(1)
        grainy = [scene(number) + grain.integers(0, 9, (64, 96, 3), np.uint8) for number in range(COUNT)]
        path = write_made(tmp_path / "cut.mkv", grainy, Made(times_s=self.UNEVEN_S))
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        assert len(read(path)[1]) < COUNT - 4
        assert promised(path) == pytest.approx(COUNT, abs=4)


class TestTracks:
    def test_the_best_of_several_is_taken(self, tmp_path: Path) -> None:
        small = [scene(number, 32, 16) for number in range(COUNT)]
        _, images = read(write_tracks(tmp_path / "two.mp4", [(small, Made()), (SCENES, Made())]))
        assert_same(images[0], scene())

    @pytest.mark.parametrize("stills", [1, 0], ids=["one picture", "empty"])
    @pytest.mark.parametrize("ending", ["mp4", "mkv"])
    def test_a_larger_one_that_is_no_video_is_not_taken(self, tmp_path: Path, ending: str, stills: int) -> None:
        path = write_beside_a_still(tmp_path / f"preview.{ending}", scene(0, 192, 128), SCENES, stills)
        _, images = read(path)
        assert len(images) == COUNT
        assert_same(images[-1], scene(COUNT - 1))

    @pytest.mark.parametrize("cover", [None, scene()], ids=["", "with a cover"])
    def test_sound_alone_is_refused(self, tmp_path: Path, cover: Image | None) -> None:
        with pytest.raises(SourceError, match=r"sound\.mp4: contains sound but no video; name a video file$"):
            VideoFile(write_sound(tmp_path / "sound.mp4", cover))


class TestDamaged:
    def test_a_file_without_its_end_is_refused_with_the_reason(self, tmp_path: Path) -> None:
        path = write_made(tmp_path / "cut.mp4", SCENES)
        path.write_bytes(path.read_bytes()[:-2000])
        with pytest.raises(SourceError, match="its end is missing; copy it again from where it was filmed"):
            VideoFile(path)

    @pytest.mark.parametrize("kept", [0.05, 0.1])
    def test_one_that_is_cut_off_before_its_first_picture_too(self, tmp_path: Path, kept: float) -> None:
        path = write_made(tmp_path / "cut.mp4", SCENES, Made(container={"movflags": "+faststart"}))
        path.write_bytes(path.read_bytes()[: round(kept * path.stat().st_size)])
        with pytest.raises(SourceError, match="its end is missing; copy it again from where it was filmed"):
            VideoFile(path)

    def test_an_empty_file_is_refused_with_the_reason(self, tmp_path: Path) -> None:
        (tmp_path / "a.mp4").touch()
        with pytest.raises(SourceError, match=r"a\.mp4: is empty; copy it again from where it was filmed$"):
            VideoFile(tmp_path / "a.mp4")

    def test_a_file_that_keeps_its_index_is_read_as_far_as_it_goes(self, tmp_path: Path) -> None:
        path = write_made(tmp_path / "cut.mp4", SCENES, Made(container={"movflags": "+faststart"}))
        path.write_bytes(path.read_bytes()[: -path.stat().st_size // 3])
        _, images = read(path)
        assert 3 <= len(images) < COUNT
        assert_same(images[-1], scene(len(images) - 1))

    def test_damage_in_the_middle_costs_pictures_only(self, tmp_path: Path) -> None:
        noise = np.random.default_rng(1)
        grainy = [scene(number) + noise.integers(0, 9, (64, 96, 3), np.uint8) for number in range(COUNT)]
        path = write_made(tmp_path / "damaged.ts", grainy, Made(options={"crf": "5", "g": "5"}))
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 1000] = noise.bytes(1000)
        path.write_bytes(content)
        times_s, images = read(path)
        assert COUNT // 2 <= len(images) <= COUNT
        assert times_s[-1] == pytest.approx((COUNT - 1) / FPS, abs=0.01)
        assert_same(images[-1], scene(COUNT - 1), 20)

    @pytest.mark.parametrize(
        ("name", "made"),
        [("a.mp4", B_FRAMES), ("a.mkv", Made()), ("a.ts", Made()), ("a.gif", Made("gif", "bgr8", {})), ("a.avi", MOTION_JPEG)],
    )
    def test_changed_bytes_give_pictures_or_a_sentence(self, tmp_path: Path, name: str, made: Made) -> None:
        path = write_made(tmp_path / name, [scene(number, 32, 32) for number in range(8)], made)
        whole, source = path.read_bytes(), random.Random(1)
        for _ in range(25):
            path.write_bytes(changed(whole, [whole], source))
            with suppress(SourceError):
                read(path)


def test_an_animated_webp_is_refused_by_name(tmp_path: Path) -> None:
    path = write_made(tmp_path / "run.webp", SCENES, Made("libwebp_anim", "yuv420p", {}))
    with pytest.raises(SourceError, match=r"run\.webp: is an animated WebP, which cannot be read; convert it to MP4 or GIF$"):
        VideoFile(path)


class TestDisguised:
    def test_a_playlist_opens_no_address(self, tmp_path: Path) -> None:
        path = tmp_path / "run.mp4"
        path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n")
        with pytest.raises(SourceError, match="is not a video that can be read"):
            VideoFile(path)

    @pytest.mark.parametrize("name", ["notes.txt", "art.ans", "run.nfo"])
    def test_a_text_is_no_video(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        path.write_text("Warm up, then run.\n" * 200)
        with pytest.raises(SourceError, match="is not a video that can be read"):
            VideoFile(path)

    @pytest.mark.parametrize("name", ["run: 1.mp4", "läufer 跑步.mp4", "concat:a|b.mp4", "http:run.mp4", "run%03d.mp4"])
    def test_any_name_is_a_file(self, tmp_path: Path, name: str) -> None:
        _, images = read(write_made(tmp_path / "plain.mp4", SCENES).rename(tmp_path / name))
        assert len(images) == COUNT


class TestSlowMotion:
    def test_is_played_at_the_rate_at_which_it_was_filmed(self, tmp_path: Path) -> None:
        path = write_made(tmp_path / "slow.mp4", SCENES)
        times_s, _ = read(path, filmed_at_fps=200)
        assert times_s == pytest.approx([number / 200 for number in range(COUNT)], abs=1e-4)
        recording = VideoFile(path, 200)
        assert (recording.fps, recording.facts["mode"]) == (200, "96x64 at 200 fps, file, slow motion stored at 25 fps")

    @pytest.mark.parametrize(("tag", "fps"), [("240.0", 240), ("25.1", FPS), ("nonsense", FPS), ("0", FPS)])
    def test_androids_tag_gives_that_rate(self, tmp_path: Path, tag: str, fps: float) -> None:
        made = Made(tags={"com.android.capture.fps": tag}, container={"movflags": "use_metadata_tags"})
        times_s, _ = read(write_made(tmp_path / "android.mp4", SCENES, made))
        assert times_s[-1] == pytest.approx((COUNT - 1) / fps, abs=1e-3)
