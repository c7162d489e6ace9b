"""The sound that a video came with, as stereo at 48 kHz on the clock of its picture.

Sample 0 belongs to the picture shown at `start_s`. Silence stands for missing sound, gaps, a late
start and packets that do not decode: a video with damaged sound is still of use.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from foley_core.media.container import open_container
from foley_core.media.probe import VideoInfo
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

    Of several sound streams the first is taken. Mono goes to both channels unchanged; more than
    two channels are mixed down as FFmpeg does.

    Args:
        file: seekable bytes that `info` was probed from; `name` stands for them in messages.
        start_s: offset of sample 0 from the first shown picture.

    Raises:
        DecodeError: the container cannot be read.
    """
    if not info.has_audio:
        yield from _silence(samples)
        return
    written, expected = 0, None
    with open_container(file, name) as container:
        for at, sound in _placed(container, info.start_s + start_s):
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


def _placed(container: InputContainer, origin_s: Fraction) -> Iterator[tuple[int, F32]]:
    """Yield (first sample relative to the origin, (2, n) samples) of every decoded audio frame."""
    if origin_s > (container.start_time or 0) / Fraction(av.time_base) + _RUN_UP_S:
        container.seek(int((origin_s - _RUN_UP_S) * av.time_base))
    for audio_frame in _resampled(container):
        if audio_frame.pts is not None and audio_frame.time_base is not None:
            at = round((audio_frame.pts * audio_frame.time_base - origin_s) * SAMPLE_RATE)
            sound = audio_frame.to_ndarray().astype(np.float32, copy=False)
            yield at, np.repeat(sound, 2, axis=0) if sound.shape[0] == 1 else sound


def _resampled(container: InputContainer) -> Iterator[AudioFrame]:
    """Yield audio frames at 48 kHz, mono or stereo; a stream may change its format."""
    resampler: AudioResampler | None = None
    kind: tuple[str, str, int] | None = None
    for audio_frame in _decoded(container):
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


def _decoded(container: InputContainer) -> Iterator[AudioFrame]:
    """Yield the audio frames of the first sound stream, without the packets that fail."""
    for packet in container.demux(container.streams.audio[0]):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _silence(samples: int) -> Iterator[F32]:
    for begin in range(0, samples, _BLOCK_SAMPLES):
        yield np.zeros((2, min(_BLOCK_SAMPLES, samples - begin)), np.float32)
