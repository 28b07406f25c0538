"""Servers on 127.0.0.1 that answer as a test wants, byte by byte: odd MJPEG cameras, and an RTSP camera."""

import itertools
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from wire.frames.frame import Image

Conversation = Callable[[socket.socket, threading.Event], None]
"""Talks with one client until it is done or the event is set; the connection is closed behind it."""
RTP_CLOCK = 90_000
_LONGEST_NAL = 1200


@contextmanager
def scripted_server(talk: Conversation) -> Iterator[int]:
    """Serve every client with this conversation and give the port; at the end of the block the server is gone."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve(client: socket.socket) -> None:
            with client, suppress(OSError):
                client.settimeout(5)
                talk(client, over)

        def accept() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                if over.is_set():
                    client.close()
                    return
                threads.append(threading.Thread(target=serve, args=(client,), name="scripted server"))
                threads[-1].start()

        threads.append(threading.Thread(target=accept, name="scripted server accepts"))
        threads[-1].start()
        port = listening.getsockname()[1]
        try:
            yield port
        finally:
            over.set()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                pass  # wakes the thread that accepts
    for thread in threads:
        thread.join(10)


def http_pictures(head: bytes, parts: Callable[[int], bytes], fps: float, before: bytes = b"") -> Conversation:
    """An HTTP camera: after the request the head, and then parts for ever, each by its number."""

    def talk(client: socket.socket, over: threading.Event) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + before)
        for number in itertools.count():
            if over.wait(1 / fps):
                return
            client.sendall(parts(number))

    return talk


def silence(_client: socket.socket, over: threading.Event) -> None:
    """Take the connection and say nothing."""
    over.wait(20)


def h264(images: Sequence[Image], fps: int, b_frames: int) -> list[tuple[int, bytes]]:
    """Pictures as H.264 in the order of decoding: (time of display in RTP's clock, access unit with start codes)."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.height, encoder.width = images[0].shape[:2]
    encoder.pix_fmt, encoder.time_base, encoder.framerate = "yuv420p", Fraction(1, fps), Fraction(fps)
    encoder.options = {"bf": str(b_frames), "b_strategy": "0", "g": str(4 * fps), "preset": "ultrafast", "crf": "10"}
    packets = []
    for number, image in enumerate(images):
        frame = VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, encoder.time_base
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [((packet.pts or 0) * RTP_CLOCK // fps, bytes(packet)) for packet in packets]


def rtsp_camera(units: Sequence[tuple[int, bytes]], fps: int, heard: list[str] | None = None) -> Conversation:
    """An RTSP camera that sends H.264 over the connection itself (RFC 2326, 10.12; RFC 6184), again and again.

    `heard` collects the requests' first lines.
    """
    sdp = (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/{RTP_CLOCK}\r\na=fmtp:96 packetization-mode=1\r\na=control:track1\r\n"
    )

    def talk(client: socket.socket, over: threading.Event) -> None:
        received = b""
        while not over.is_set():
            while b"\r\n\r\n" not in received:
                chunk = client.recv(4096)
                if not chunk:
                    return
                received += chunk
            request, _, received = received.partition(b"\r\n\r\n")
            text = request.decode()
            method = text.split(" ", 1)[0]
            if heard is not None:
                heard.append(text.splitlines()[0])
            number = re.search(r"CSeq: *(\d+)", text, re.IGNORECASE)
            answer = f"RTSP/1.0 200 OK\r\nCSeq: {number[1] if number else 0}\r\n"
            if method == "OPTIONS":
                answer += "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n"
            elif method == "DESCRIBE":
                answer += f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
            elif method == "SETUP":
                answer += "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
            else:
                answer += "Session: 1\r\n\r\n"
            client.sendall(answer.encode())
            if method == "PLAY":
                _play(client, over, units, fps)
                return

    return talk


def _play(client: socket.socket, over: threading.Event, units: Sequence[tuple[int, bytes]], fps: int) -> None:
    sequence = itertools.count()
    if not units:
        over.wait()
    for turn in itertools.count() if units else ():
        start = turn * len(units) * RTP_CLOCK // fps
        for at, unit in units:
            if over.wait(1 / fps):
                return
            client.sendall(b"".join(_interleaved(unit, start + at, sequence)))


def _interleaved(unit: bytes, at: int, sequence: Iterator[int]) -> Iterator[bytes]:
    """An access unit as RTP packets, framed for the RTSP connection."""
    payloads = []
    for nal in filter(None, re.split(rb"\x00*\x00\x00\x01", unit)):
        if len(nal) <= _LONGEST_NAL:
            payloads.append(nal)
            continue
        pieces = [nal[1:][first : first + _LONGEST_NAL] for first in range(0, len(nal) - 1, _LONGEST_NAL)]
        for place, piece in enumerate(pieces):
            flags = (0x80 if place == 0 else 0) | (0x40 if place == len(pieces) - 1 else 0)
            payloads.append(bytes([(nal[0] & 0xE0) | 28, flags | (nal[0] & 0x1F)]) + piece)
    for place, payload in enumerate(payloads):
        last = 0x80 if place == len(payloads) - 1 else 0
        head = bytes([0x80, last | 96]) + (next(sequence) & 0xFFFF).to_bytes(2, "big")
        packet = head + (at & 0xFFFFFFFF).to_bytes(4, "big") + b"\0\0\0\1" + payload
        yield b"$\0" + len(packet).to_bytes(2, "big") + packet
