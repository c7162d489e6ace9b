"""From mix plan to the finished files of one video and region.

A track is written to local scratch and put under its final name whole. Stems are delivered before
mastering, as 32-bit float, so that they sum to the mix that was mastered.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from foley_core import __version__
from foley_core.audio.waveform import db_to_gain, equal_power_fade
from foley_core.errors import EncodeError
from foley_core.ids import sha256_of_file
from foley_core.media.encode import BroadcastExtension, write_track
from foley_core.media.mux import mux
from foley_core.media.original import original_sound
from foley_core.mixing.master import LoudnessTarget, Mastered, master
from foley_core.mixing.music import music_span
from foley_core.mixing.timeline import (
    BLOCK_SAMPLES,
    beneath,
    group_blocks,
    group_names,
    mix_blocks,
)
from foley_core.soundtrack.plan import MixPlan
from foley_core.soundtrack.stems import load_stem
from foley_core.soundtrack.video import SCHEMES, Span, VideoRequest, open_video
from foley_core.storage import Storage
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

Encoding = Literal["wav16", "wav24", "flac16", "flac24"]
END_FADE_SAMPLES = SAMPLE_RATE // 200

Blocks = Callable[[], Iterator[F32]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a track is delivered. `original_db` None drops the video's own sound."""

    encoding: Encoding = "wav16"
    target: LoudnessTarget = field(default_factory=LoudnessTarget)
    stems: bool = False
    muxed: bool = False
    original_db: float | None = None


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A delivered track: where it is and what was measured on it."""

    key: str
    sha256: str
    size_bytes: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    loudness_note: str | None
    mux_note: str | None = None


def track_key(video_id: str, region: str, encoding: Encoding) -> str:
    """Where a track is delivered."""
    suffix = "flac" if encoding.startswith("flac") else "wav"
    return f"tracks/region={region}/{video_id}.{suffix}"


def mix_of(store: Storage, plan: MixPlan) -> Blocks:
    """The mix before mastering, as blocks `(2, n)`; the same each time it is started."""
    loads = partial(load_stem, store)
    samples = plan.sheet.samples

    def blocks() -> Iterator[F32]:
        mixed = mix_blocks(plan.placements, loads, samples)
        return _with_end_fade(_with_music(mixed, plan), samples)

    return blocks


def stem_groups(store: Storage, plan: MixPlan) -> dict[str, Blocks]:
    """The mix before mastering apart: blocks per class group, and `music`. They sum to the mix."""
    groups: dict[str, Blocks] = {
        group: partial(_group_of, store, plan, group) for group in group_names(plan.placements)
    }
    if plan.music:
        groups["music"] = partial(_music_of, plan)
    return groups


def _group_of(store: Storage, plan: MixPlan, group: str) -> Iterator[F32]:
    loads, samples = partial(load_stem, store), plan.sheet.samples
    return _with_end_fade(group_blocks(group, plan.placements, loads, samples), samples)


def _music_of(plan: MixPlan) -> Iterator[F32]:
    samples = plan.sheet.samples
    silence = mix_blocks([], _no_stem, samples)
    return _with_end_fade(_with_music(silence, plan), samples)


def _no_stem(key: str) -> F32:
    raise KeyError(key)


def _with_music(blocks: Iterator[F32], plan: MixPlan) -> Iterator[F32]:
    music = plan.music
    if music is None:
        yield from blocks
        return
    start, gain = 0, np.float32(db_to_gain(music.gain_db))
    for block in blocks:
        count = block.shape[1]
        bed = music_span(music.seed, music.mood, music.tempo_bpm, start, count, plan.sheet.samples)
        yield block + gain * bed
        start += count


def _with_end_fade(blocks: Iterator[F32], samples: int) -> Iterator[F32]:
    """The last 5 ms faded, since the picture may cut a sound that still rings."""
    fade = equal_power_fade(min(END_FADE_SAMPLES, samples))[::-1].astype(np.float32)
    first, start = samples - len(fade), 0
    for block in blocks:
        end = start + block.shape[1]
        if end > first:
            block = block.copy()
            into = max(start, first)
            block[:, into - start :] *= fade[into - first : end - first]
        yield block
        start = end


def _with_original(
    blocks: Blocks, request: VideoRequest, span: Span, gain_db: float, schemes: Sequence[str]
) -> Blocks:
    """The mix with the video's own sound beneath, if it has any."""

    def summed() -> Iterator[F32]:
        with open_video(request, schemes) as (file, info):
            if not info.has_audio:
                yield from blocks()
                return
            own = original_sound(file, request.uri, info, span.start_s, span.samples)
            yield from beneath(blocks(), own, gain_db)

    return summed


def master_mix(
    store: Storage,
    plan: MixPlan,
    request: VideoRequest,
    span: Span,
    delivery: Delivery,
    scratch: Path,
    schemes: Sequence[str] = SCHEMES,
) -> Mastered:
    """The mastered mix: measured, ready to be written. The mix is held in the file `scratch`."""
    blocks = mix_of(store, plan)
    if delivery.original_db is not None:
        blocks = _with_original(blocks, request, span, delivery.original_db, schemes)
    return master(_spooled(blocks, scratch), span.samples, delivery.target)


def _spooled(blocks: Blocks, scratch: Path) -> Blocks:
    """The same blocks, mixed once and read back from a file of interleaved float32.

    Raises:
        EncodeError: the file cannot be written.
    """
    try:
        with scratch.open("wb") as file:
            for block in blocks():
                file.write(np.ascontiguousarray(block.T, dtype=np.float32).tobytes())
    except OSError as error:
        raise EncodeError(f"{scratch}: cannot be written ({error}); is there space?") from error

    def again() -> Iterator[F32]:
        with scratch.open("rb") as file:
            while data := file.read(BLOCK_SAMPLES * 2 * 4):
                yield np.frombuffer(data, dtype=np.float32).reshape(-1, 2).T

    return again


def bext_of(
    request: VideoRequest, span: Span, mastered: Mastered, model: str, encoding: Encoding
) -> BroadcastExtension:
    """What the file says of itself: how it was made, where it starts, how loud it is."""
    bits = encoding[-2:]
    return BroadcastExtension(
        description=f"Generated soundtrack for {request.video_id}",
        originator="foley",
        time_reference_samples=span.time_reference,
        loudness_lufs=mastered.loudness_lufs,
        loudness_range_lu=mastered.loudness_range_lu,
        true_peak_dbtp=mastered.true_peak_dbtp,
        coding_history=(
            f"A=PCM,F={SAMPLE_RATE},W={bits},M=stereo,T=foley {__version__}; generated by {model}"
        ),
    )


def deliver(
    store: Storage,
    plan: MixPlan,
    request: VideoRequest,
    span: Span,
    region: str,
    delivery: Delivery,
    model: str,
    schemes: Sequence[str] = SCHEMES,
) -> TrackRecord:
    """Mix, master and write all files of one video and region; the track is the last to appear.

    A picture that an mp4 cannot hold costs the muxed file, not the track: `mux_note` says so.

    Raises:
        EncodeError: a file cannot be written.
        StorageError: the store failed.
    """
    key = track_key(request.video_id, region, delivery.encoding)
    with TemporaryDirectory(prefix="foley-") as folder:
        scratch = Path(folder) / "mix.f32"
        mastered = master_mix(store, plan, request, span, delivery, scratch, schemes)
        bext = bext_of(request, span, mastered, model, delivery.encoding)
        track = Path(folder) / f"track{Path(key).suffix}"
        write_track(
            track,
            mastered.blocks(),
            channels=2,
            samples=span.samples,
            encoding=delivery.encoding,
            bext=bext,
            dither_seed=request.noise_seed,
        )
        if delivery.stems:
            _deliver_stems(store, plan, request, region, Path(folder))
        mux_note = None
        if delivery.muxed:
            mux_note = _deliver_muxed(store, request, span, region, track, schemes)
        store.put(f"cues/region={region}/{request.video_id}.json", plan.sheet.to_json())
        sha256, size = sha256_of_file(track), track.stat().st_size
        store.put_file(key, track)
    return TrackRecord(
        key, sha256, size, mastered.loudness_lufs, mastered.true_peak_dbtp, mastered.note, mux_note
    )


def _deliver_stems(
    store: Storage, plan: MixPlan, request: VideoRequest, region: str, folder: Path
) -> None:
    """The stems and their sum; those of an earlier delivery go, since they are no part of it."""
    apart = {**stem_groups(store, plan), "mix": mix_of(store, plan)}
    place = f"stems/region={region}/{request.video_id}/"
    keys = {f"{place}{group}.wav" for group in apart}
    for stale in [item.key for item in store.list(place) if item.key not in keys]:
        store.delete(stale)
    for group, blocks in apart.items():
        path = folder / f"stem-{group}.wav"
        write_track(
            path,
            blocks(),
            channels=2,
            samples=plan.sheet.samples,
            encoding="wav32f",
            bext=None,
            dither_seed=0,
        )
        store.put_file(f"{place}{group}.wav", path)
        path.unlink()


def _deliver_muxed(
    store: Storage,
    request: VideoRequest,
    span: Span,
    region: str,
    track: Path,
    schemes: Sequence[str],
) -> str | None:
    """The picture with the track; where an mp4 cannot hold the picture, why there is none."""
    out = track.with_suffix(".mp4")
    try:
        with open_video(request, schemes) as (file, info):
            mux(file, request.uri, track, out, info, span.start_s, span.duration_s)
    except EncodeError as error:
        return f"no muxed file: {error}"
    store.put_file(f"muxed/region={region}/{request.video_id}.mp4", out)
    return None
