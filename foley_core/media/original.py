"""The sound that a video came with, as stereo at 48 kHz on the clock of its picture.

Sample 0 belongs to the picture shown at `start_s`. Silence stands for missing sound, gaps, a late
start and packets that do not decode: a video with damaged sound is still of use.
"""

import os
from collections.abc import Iterator
from fractions import Fraction
from math import sqrt
from typing import BinaryIO, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from foley_core.media.container import demuxed, open_container
from foley_core.media.one_clock import OneClock
from foley_core.media.probe import VideoInfo
from foley_core.media.streams import original_streams
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

_BLOCK_SAMPLES = SAMPLE_RATE
_JITTER_SAMPLES = SAMPLE_RATE // 20
"""A timestamp nearer than this (50 ms) to the end of the sound so far is rounded, not a gap."""

# Decoding begins this much earlier: the first packets after a seek may not decode fully.
_RUN_UP_S = 1


def original_sound(
    file: BinaryIO, name: str, info: VideoInfo, start_s: Fraction, samples: int
) -> Iterator[F32]:
    """Yield blocks of (2, n) float32, exactly `samples` samples in all; one block is in memory.

    All streams of the original sound (`streams`) are mixed; `n` of them at `1 / √n` each, so that
    neither like nor unlike ones grow by more than 3 dB for two. Mono goes to both channels
    unchanged; more than two channels are mixed down as FFmpeg does.

    Args:
        file: seekable bytes that `info` was probed from; `name` stands for them in messages.
        start_s: offset of sample 0 from the first shown picture.

    Raises:
        DecodeError: the container cannot be read.
    """
    if not info.has_audio:
        yield from _silence(samples)
        return
    with open_container(file, name) as container:
        tracks = original_streams(container)
    places = [_Place(file) for _ in tracks]
    sounds = [
        _blocks(_sound(cast(BinaryIO, place), name, info, track, start_s, samples))
        for place, track in zip(places, tracks, strict=True)
    ]
    if len(sounds) == 1:
        yield from sounds[0]
        return
    for pieces in zip(*sounds, strict=True):
        mixed: F32 = np.sum(np.stack(pieces), axis=0) / np.float32(sqrt(len(pieces)))
        yield mixed
    if not sounds:
        yield from _silence(samples)


class _Place:
    """A file with a position of its own, since several streams are read side by side."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def read(self, count: int = -1) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(count)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset, whence = self._at + offset, os.SEEK_SET
        self._at = self._file.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        return self._at


def _blocks(pieces: Iterator[F32]) -> Iterator[F32]:
    """Yield the same sound in blocks of one length, but for the last."""
    waiting: list[F32] = []
    count = 0
    for piece in pieces:
        waiting.append(piece)
        count += piece.shape[1]
        while count >= _BLOCK_SAMPLES:
            joined = np.concatenate(waiting, axis=1)
            yield joined[:, :_BLOCK_SAMPLES]
            waiting, count = [joined[:, _BLOCK_SAMPLES:]], count - _BLOCK_SAMPLES
    if count:
        yield np.concatenate(waiting, axis=1)


def _sound(
    file: BinaryIO, name: str, info: VideoInfo, track: int, start_s: Fraction, samples: int
) -> Iterator[F32]:
    """Yield the sound of one stream in pieces (2, n), exactly `samples` in all."""
    written, expected = 0, None
    with open_container(file, name) as container:
        stream = next(one for one in container.streams.audio if one.index == track)
        for at, sound in _placed(container, stream, info, start_s):
            # Placing each piece by its rounded timestamp would cut or repeat samples at its edges.
            if expected is not None and abs(at - expected) <= _JITTER_SAMPLES:
                at = expected
            expected = at + sound.shape[1]
            if at > written:
                yield from _silence(min(at, samples) - written)
                written = min(at, samples)
            piece = sound[:, written - at : samples - at]
            if piece.shape[1]:
                yield piece
                written += piece.shape[1]
            if written >= samples:
                return
    yield from _silence(samples - written)


def _placed(
    container: InputContainer, stream: AudioStream, info: VideoInfo, start_s: Fraction
) -> Iterator[tuple[int, F32]]:
    """Yield (first sample relative to `start_s`, (2, n) samples) of every decoded audio frame."""
    origin_s = info.start_s + start_s
    begin_s = (container.start_time or 0) / Fraction(av.time_base)
    if origin_s > begin_s + _RUN_UP_S and not info.restarts:
        container.seek(int((origin_s - _RUN_UP_S) * av.time_base))
    for audio_frame in _resampled(container, stream, info.restarts):
        if audio_frame.pts is not None and audio_frame.time_base is not None:
            at = round((audio_frame.pts * audio_frame.time_base - origin_s) * SAMPLE_RATE)
            sound = audio_frame.to_ndarray().astype(np.float32, copy=False)
            yield at, np.repeat(sound, 2, axis=0) if sound.shape[0] == 1 else sound


def _resampled(
    container: InputContainer, stream: AudioStream, restarts: bool
) -> Iterator[AudioFrame]:
    """Yield audio frames at 48 kHz, mono or stereo; a stream may change its format."""
    resampler: AudioResampler | None = None
    kind: tuple[str, str, int] | None = None
    for audio_frame in _decoded(container, stream, restarts):
        if kind != (
            kind := (audio_frame.format.name, audio_frame.layout.name, audio_frame.sample_rate)
        ):
            if resampler is not None:
                yield from resampler.resample(None)
            layout = "mono" if len(audio_frame.layout.channels) == 1 else "stereo"
            resampler = AudioResampler("fltp", layout, SAMPLE_RATE)
        assert resampler is not None
        yield from resampler.resample(audio_frame)
    if resampler is not None:
        yield from resampler.resample(None)


def _decoded(
    container: InputContainer, stream: AudioStream, restarts: bool
) -> Iterator[AudioFrame]:
    """Yield the audio frames of a stream, without the packets that fail."""
    one_clock = OneClock(stream.time_base) if restarts and stream.time_base else None
    packets: Iterator[Packet[AudioStream]] = demuxed(container, stream)
    for packet in packets:
        if one_clock is not None:
            one_clock.put(packet)
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _silence(samples: int) -> Iterator[F32]:
    for begin in range(0, samples, _BLOCK_SAMPLES):
        yield np.zeros((2, min(_BLOCK_SAMPLES, samples - begin)), np.float32)
