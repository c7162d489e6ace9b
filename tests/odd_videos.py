"""Odd but honest videos, as people report them of other tools; see `videos` for the usual ones.

Every function writes one file and returns its path.
"""

import struct
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import videos
from av.audio.stream import AudioStream
from av.stream import Disposition
from av.video.stream import VideoStream

GOP = {"g": "25", "sc_threshold": "0"}
# The 33 bits of a transport stream's clock are full after 26.5 hours; less its own offset of 1.4 s.
_WRAP_S = (1 << 33) / 90_000 - 1.4


def joined(path: Path, pieces: int = 2, seconds: float = 2, *, sound: bool = False) -> Path:
    """Transport streams joined byte by byte, so that the clock starts anew with each."""
    videos.render(path, seconds=seconds, options=GOP, sound=sound)
    path.write_bytes(path.read_bytes() * pieces)
    return path


def wrapping(path: Path, seconds: float = 4, before_s: float = 2) -> Path:
    """A transport stream whose clock wraps `before_s` after its beginning."""
    offset = {"output_ts_offset": f"{_WRAP_S - before_s:.6f}"}
    return videos.render(path, seconds=seconds, options=GOP, container_options=offset)


def jumping(path: Path, hours: float = 11) -> Path:
    """Two pieces of a transport stream, the second of them hours later by its clock."""
    videos.render(path, options=GOP)
    first = path.read_bytes()
    offset = {"output_ts_offset": str(3600 * hours)}
    videos.render(path, options=GOP, container_options=offset)
    path.write_bytes(first + path.read_bytes())
    return path


def with_matrix(path: Path, matrix: tuple[float, float, float, float]) -> Path:
    """An mp4 with the first four numbers (a, b, c, d) of its display matrix."""
    videos.render(path, options=GOP, container_options={"movflags": "+faststart"})
    data = bytearray(path.read_bytes())
    a, b, c, d = (round(65_536 * number) for number in matrix)
    struct.pack_into(">9i", data, data.find(b"tkhd") + 44, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def dropped(path: Path, chunks: Iterable[int], seconds: float = 2) -> Path:
    """An AVI in which some pictures are empty chunks, which means: as before."""
    videos.render(path, seconds=seconds, codec="mjpeg", pixels="yuvj420p")
    gone, data = set(chunks), path.read_bytes()
    start = data.find(b"movi") - 8
    size = struct.unpack_from("<I", data, start + 4)[0]
    body, index, at, number = b"movi", b"", start + 12, 0
    while at + 8 <= start + 8 + size:
        name, length = struct.unpack_from("<4sI", data, at)
        chunk = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
        if name == b"00dc":
            chunk = b"" if number in gone else chunk
            index += struct.pack("<4sIII", name, 16 if chunk else 0, len(body), len(chunk))
            number += 1
        body += struct.pack("<4sI", name, len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
    lists = struct.pack("<4sI", b"LIST", len(body)) + body
    out = bytearray(data[:start] + lists + struct.pack("<4sI", b"idx1", len(index)) + index)
    struct.pack_into("<I", out, 4, len(out) - 8)
    path.write_bytes(out)
    return path


def subtitled(path: Path, ends_s: float) -> Path:
    """Two seconds of picture, and a subtitle that stays until `ends_s`."""
    webm = path.suffix == ".webm"
    name, codec = ("plain.webm", "libvpx") if webm else ("plain.mp4", "libx264")
    plain = videos.render(path.with_name(name), codec=codec, options=GOP)
    # FFmpeg makes a stream of subtitles only from one that there is.
    lines = path.with_suffix(".vtt" if webm else ".srt")
    times = f"00:00:01.000 --> 00:00:{ends_s:06.3f}"
    lines.write_text(
        f"WEBVTT\n\n{times}\nlast\n" if webm else f"1\n{times.replace('.', ',')}\nlast\n"
    )
    with (
        av.open(str(plain)) as source,
        av.open(str(lines)) as texts,
        av.open(str(path), "w") as out,
    ):
        stream = source.streams.video[0]
        copied = out.add_stream_from_template(stream)
        text = out.add_stream_from_template(texts.streams.subtitles[0])
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                out.mux(packet)
        for packet in texts.demux():
            if packet.dts is not None:
                packet.stream = text
                out.mux(packet)
    return path


def in_threes(path: Path) -> Path:
    """Fifty pictures, three and three at one time, as some screen recorders write them."""
    plain = videos.render(path.with_name("plain.mp4"), options={"bf": "0", "g": "10"})
    with av.open(str(plain)) as source, av.open(str(path), "w") as out:
        stream = source.streams.video[0]
        copied = out.add_stream_from_template(stream)
        assert stream.time_base is not None
        packets = [packet for packet in source.demux(stream) if packet.size]
        for number, packet in enumerate(packets):
            packet.pts = packet.dts = round(Fraction(number // 3 * 3, 25) / stream.time_base)
            packet.stream = copied
            out.mux(packet)
    return path


def several_pictures(
    path: Path, sides_px: tuple[int, ...], counts: tuple[int, ...], default: int | None = None
) -> Path:
    """A file of several picture streams, each of one gray, the darkest first."""
    with av.open(str(path), "w") as out:
        streams = []
        for index, side_px in enumerate(sides_px):
            stream = out.add_stream("mpeg4", rate=25)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = side_px, side_px, "yuv420p"
            stream.disposition = Disposition.default if index == default else Disposition(0)
            streams.append(stream)
        for number in range(max(counts)):
            for index, stream in enumerate(streams):
                if number < counts[index]:
                    gray = np.full((stream.height, stream.width, 3), 40 + 60 * index, np.uint8)
                    frame = av.VideoFrame.from_ndarray(gray, format="rgb24")
                    frame.pts, frame.time_base = number, Fraction(1, 25)
                    out.mux(stream.encode(frame))
        for stream in streams:
            out.mux(stream.encode(None))
    return path


def several_sounds(path: Path, tones_hz: tuple[int, ...], languages: tuple[str, ...] = ()) -> Path:
    """A second of picture with a mono tone of a quarter of full scale on each sound stream."""
    plain = videos.render(path.with_name("plain.mp4"), seconds=1, options=GOP)
    with av.open(str(plain)) as source, av.open(str(path), "w") as out:
        stream = source.streams.video[0]
        copied = out.add_stream_from_template(stream)
        sounds = []
        for index in range(len(tones_hz)):
            sound = out.add_stream("pcm_s16le", rate=48_000)
            assert isinstance(sound, AudioStream)
            sound.layout = "mono"
            if languages:
                sound.metadata["language"] = languages[index]
            sounds.append(sound)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                out.mux(packet)
        for sound, hz in zip(sounds, tones_hz, strict=True):
            tone = 0.25 * np.sin(2 * np.pi * hz * np.arange(48_000) / 48_000)
            pcm = (tone * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
            out.mux(sound.encode(frame))
            out.mux(sound.encode(None))
    return path
