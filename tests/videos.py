"""Small videos made on the spot: a white square that moves at a known speed over dark noise,
in any container, and files of every kind that a catalogue should not hold but does.

Every function writes one file into a folder and returns its path.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import av.container
import numpy as np
from av.audio.stream import AudioStream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

SQUARE_PX = 24
SQUARE_PX_PER_S = 40


def moving_square(time_s: float, width_px: int = 160, height_px: int = 120) -> NDArray[np.uint8]:
    """RGB (H, W, 3): the square's left edge is at `8 + 40 t` pixels, its top at a quarter."""
    picture = np.random.default_rng(7).integers(20, 60, (height_px, width_px, 3), dtype=np.uint8)
    left = round(8 + SQUARE_PX_PER_S * time_s) % max(1, width_px - SQUARE_PX)
    top = height_px // 4
    picture[top : top + SQUARE_PX, left : left + SQUARE_PX] = 240
    return picture


SAME_TWICE = {"x264-params": "mbtree=0"}
"""Options of `render` with which x264 writes the same pictures each time; without them it may not,
as the memory happens to be that it was given."""


def render(
    path: Path,
    *,
    seconds: Fraction | float = 2,
    rate: Fraction | int = 25,
    times_s: Sequence[Fraction] | None = None,
    width_px: int = 160,
    height_px: int = 120,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    rotation_deg: int = 0,
    sound: bool = False,
    sound_rate: int = 48_000,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """A video of the moving square; the container follows from the suffix of `path`.

    times_s: when each picture appears, for a variable frame rate; otherwise k / rate.
    rotation_deg: written into the container as its display rotation.
    """
    rate = Fraction(rate)
    if times_s is None:
        times_s = [k / rate for k in range(round(Fraction(seconds) * rate))]
    with av.open(str(path), "w", container_options=container_options or {}) as out:
        out.metadata.update(metadata or {})
        video = out.add_stream(codec, rate=rate, options=options or {})
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = width_px, height_px, pixels
        video.codec_context.time_base = _clock(times_s, rate, codec)
        if rotation_deg:
            video.set_display_rotation(rotation_deg)
        tone = out.add_stream(_sound_codec(path), rate=sound_rate) if sound else None
        clock = video.codec_context.time_base
        for time_s in times_s:
            picture = moving_square(float(time_s), width_px, height_px)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time_s / clock), clock
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if isinstance(tone, AudioStream):
            _add_tone(out, tone, float(Fraction(seconds)), sound_rate)
    return path


def variable_rate(path: Path) -> Path:
    """Pictures at irregular times: 10 at 25 Hz, a gap of 0.6 s, 10 at 50 Hz, 2 at 5 Hz."""
    times_s = [Fraction(k, 25) for k in range(10)]
    times_s += [Fraction(1) + Fraction(k, 50) for k in range(10)]
    times_s += [Fraction(6, 5), Fraction(7, 5)]
    return render(path, times_s=times_s, options={"bf": "0"})


def fragmented(path: Path, seconds: int = 3) -> Path:
    """An mp4 of fragments: its header names no duration."""
    flags = {"movflags": "frag_keyframe+empty_moov"}
    return render(path, seconds=seconds, options={"g": "10"}, container_options=flags)


def sound_only(path: Path) -> Path:
    """One second of a tone in an mp4 without pictures."""
    with av.open(str(path), "w") as out:
        _add_tone(out, out.add_stream("aac", rate=48_000), 1.0, 48_000)
    return path


def single_picture(path: Path) -> Path:
    """An mp4 whose video stream holds one picture."""
    return render(path, times_s=[Fraction(0)])


def still_image(path: Path, codec: str = "png") -> Path:
    """A picture file under whatever name."""
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.time_base = 160, 120, Fraction(1, 25)
    context.pix_fmt = "rgb24" if codec == "png" else "yuvj420p"
    frame = av.VideoFrame.from_ndarray(moving_square(0.0), format="rgb24")
    frame = frame.reformat(format=context.pix_fmt)
    path.write_bytes(b"".join(bytes(p) for p in [*context.encode(frame), *context.encode(None)]))
    return path


def truncated(path: Path, *, header_first: bool = True, share: float = 0.6) -> Path:
    """A video cut short; mp4 with its header (moov) first opens, with it last does not."""
    flags = {"movflags": "+faststart"} if header_first and path.suffix in (".mp4", ".mov") else {}
    render(path, seconds=4, options={"g": "10"}, container_options=flags)
    whole = path.read_bytes()
    path.write_bytes(whole[: round(len(whole) * share)])
    return path


def bit_rot(path: Path, every_bytes: int = 400) -> Path:
    """An mp4 with flipped bytes all through its coded pictures; header and index are whole."""
    render(path, seconds=4, options={"g": "25", "crf": "12"})
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat") + 1200
    end = data.index(b"moov") - 4
    for at in range(begin, end, every_bytes):
        data[at] ^= 0x55
    path.write_bytes(bytes(data))
    return path


def zero_duration(path: Path) -> Path:
    """An mp4 with a header and a video track, and no picture at all."""
    flags = {"movflags": "frag_keyframe+empty_moov"}
    render(path, seconds=1, container_options=flags)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])
    return path


def size_bomb(path: Path, side_px: int = 16_000) -> Path:
    """A few kB of motion JPEG in an mp4 that claims pictures of 16,000 × 16,000 pixels."""
    render(path, seconds=1, rate=10, codec="mjpeg", pixels="yuvj420p", width_px=320, height_px=240)
    claim = side_px.to_bytes(2, "big")
    data = path.read_bytes()
    data = data.replace((240).to_bytes(2, "big") + (320).to_bytes(2, "big"), claim + claim)
    data = data.replace((320).to_bytes(2, "big") + (240).to_bytes(2, "big"), claim + claim)
    path.write_bytes(data)
    return path


def empty(path: Path) -> Path:
    """A file of no bytes."""
    path.write_bytes(b"")
    return path


def random_bytes(path: Path) -> Path:
    """50 kB of noise."""
    path.write_bytes(np.random.default_rng(3).bytes(50_000))
    return path


def text(path: Path) -> Path:
    """An error page saved under a video's name."""
    path.write_text("404 Not Found. The video that you asked for is not here.\n" * 20)
    return path


def playlist(path: Path, elsewhere: str = "/etc/passwd") -> Path:
    """An ffconcat script that names another file."""
    path.write_text(f"ffconcat version 1.0\nfile '{elsewhere}'\n")
    return path


def m3u8(path: Path, elsewhere: str = "file:///etc/passwd") -> Path:
    """An HLS playlist that names another file."""
    path.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{elsewhere}\n#EXT-X-ENDLIST\n"
    )
    return path


def bad_videos(folder: Path) -> dict[str, Path]:
    """One file of every bad kind, by kind."""
    makers = {
        "empty": empty,
        "random_bytes": random_bytes,
        "text": text,
        "sound_only": sound_only,
        "single_picture": single_picture,
        "still_image": still_image,
        "bit_rot": bit_rot,
        "zero_duration": zero_duration,
        "size_bomb": size_bomb,
        "playlist": playlist,
        "m3u8": m3u8,
        "truncated": truncated,
    }
    made = {kind: make(folder / f"{kind}.mp4") for kind, make in makers.items()}
    made["truncated_header_last"] = truncated(
        folder / "truncated_header_last.mp4", header_first=False
    )
    made["truncated_mkv"] = truncated(folder / "truncated.mkv")
    return made


def _clock(times_s: Iterable[Fraction], rate: Fraction, codec: str) -> Fraction:
    if all((time_s * rate).denominator == 1 for time_s in times_s):
        return 1 / rate
    return Fraction(1, 600)


def _sound_codec(path: Path) -> str:
    return {".webm": "libopus", ".avi": "pcm_s16le"}.get(path.suffix, "aac")


def _add_tone(
    out: av.container.OutputContainer, stream: AudioStream, seconds: float, rate: int
) -> None:
    """440 Hz at half of full scale, in stereo."""
    samples = round(seconds * rate)
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(samples) / rate)
    pcm = np.repeat((tone * 32767).astype(np.int16), 2)[None]
    for begin in range(0, samples, 960):
        frame = av.AudioFrame.from_ndarray(
            pcm[:, 2 * begin : 2 * min(begin + 960, samples)], format="s16", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
