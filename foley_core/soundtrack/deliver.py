"""The finished files of one video and region, made from its mix plan.

A track is written to local scratch and put under its final name whole. Stems are delivered before
mastering, as 32-bit float, so that they sum to the mix that was mastered.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core import __version__
from foley_core.errors import EncodeError
from foley_core.ids import sha256_of_file
from foley_core.media.broadcast_wave import BroadcastExtension
from foley_core.media.encode import Encoding, write_track
from foley_core.media.mux import mux
from foley_core.mixing.master import Mastered
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.finishing import finish
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.mixdown import mix_of, stem_groups
from foley_core.soundtrack.span import Footage
from foley_core.storage.store import Storage
from foley_core.timebase import SAMPLE_RATE

AUDIBLE_DB = 0.1


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
    filter_note: str | None = None
    lift_note: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of it, beside its loudness."""
        return tuple(filter(None, (self.lift_note, self.filter_note, self.mux_note)))


def track_key(video_id: str, region: str, encoding: Encoding) -> str:
    """Return the key of a track."""
    suffix = "flac" if encoding.startswith("flac") else "wav"
    return f"tracks/region={region}/{video_id}.{suffix}"


def master_mix(
    store: Storage, footage: Footage, plan: MixPlan, delivery: Delivery, scratch: Path
) -> Mastered:
    """The mastered mix alone, see `finishing.finish`."""
    return finish(store, footage, plan, delivery, scratch).mastered


def filter_note(mastered: Mastered) -> str | None:
    """Return a sentence on a gain that could not be held; None if it was held."""
    if abs(mastered.moved_db) < AUDIBLE_DB:
        return None
    return (
        f"the sound filters changed the loudness; to keep the track on target, all of it was moved "
        f"by {mastered.moved_db:+.1f} dB (stems are not; `hold_gain` leaves the track there)"
    )


def deliver(
    store: Storage, footage: Footage, plan: MixPlan, region: str, delivery: Delivery, model: str
) -> TrackRecord:
    """Mix, master and write all files of one video and region; the track is the last to appear.

    A picture that an mp4 cannot hold costs the muxed file, not the track: `mux_note` says so.

    Raises:
        EncodeError: a file cannot be written.
        StorageError: the store failed.
    """
    request = footage.request
    key = track_key(request.video_id, region, delivery.encoding)
    with TemporaryDirectory(prefix="foley-") as folder:
        scratch = Path(folder) / "mix.f32"
        finished = finish(store, footage, plan, delivery, scratch)
        mastered = finished.mastered
        bext = bext_of(footage, mastered, model, delivery.encoding)
        track = Path(folder) / f"track{Path(key).suffix}"
        write_track(
            track,
            mastered.blocks(),
            channels=2,
            samples=footage.span.samples,
            encoding=delivery.encoding,
            bext=bext,
            dither_seed=request.noise_seed,
            comment=bext.coding_history,
        )
        if delivery.stems:
            _deliver_stems(store, footage, finished.plan, region, Path(folder), model)
        mux_note = None
        if delivery.muxed:
            mux_note = _deliver_muxed(store, footage, region, track)
        store.put(f"cues/region={region}/{request.video_id}.json", plan.sheet.to_json())
        sha256, size = sha256_of_file(track), track.stat().st_size
        store.put_file(key, track)
    return TrackRecord(
        key=key,
        sha256=sha256,
        size_bytes=size,
        loudness_lufs=mastered.loudness_lufs,
        true_peak_dbtp=mastered.true_peak_dbtp,
        loudness_note=mastered.note,
        mux_note=mux_note,
        filter_note=filter_note(mastered),
        lift_note=finished.note,
    )


def _deliver_stems(
    store: Storage, footage: Footage, plan: MixPlan, region: str, folder: Path, model: str
) -> None:
    """The stems and their sum; those of an earlier delivery go, since they are no part of it."""
    bext = bext_of(footage, None, model, "wav32f")
    apart = {**stem_groups(store, plan), "mix": mix_of(store, plan)}
    place = f"stems/region={region}/{footage.request.video_id}/"
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
            bext=bext,
            dither_seed=0,
        )
        store.put_file(f"{place}{group}.wav", path)
        path.unlink()


def _deliver_muxed(store: Storage, footage: Footage, region: str, track: Path) -> str | None:
    """The picture with the track; where an mp4 cannot hold the picture, why there is none."""
    request, span, out = footage.request, footage.span, track.with_suffix(".mp4")
    try:
        with footage.open() as (file, info):
            mux(file, request.uri, track, out, info, span.start_s, span.duration_s)
    except EncodeError as error:
        return f"no muxed file: {error}"
    store.put_file(f"muxed/region={region}/{request.video_id}.mp4", out)
    return None


def bext_of(
    footage: Footage, mastered: Mastered | None, model: str, encoding: Encoding
) -> BroadcastExtension:
    """The `bext` chunk of a track, or, without loudness, of a stem.

    Args:
        model: what generated the sound, with a mark where its licence forbids training on it.
    """
    coded = f"A=PCM,F={SAMPLE_RATE},W={encoding.strip('wavflc')},M=stereo,T=foley {__version__}"
    return BroadcastExtension(
        description=f"Generated soundtrack for {footage.request.video_id}",
        originator="foley",
        time_reference_samples=footage.span.time_reference,
        loudness_lufs=mastered.loudness_lufs if mastered else None,
        loudness_range_lu=mastered.loudness_range_lu if mastered else None,
        true_peak_dbtp=mastered.true_peak_dbtp if mastered else None,
        coding_history=f"{coded}; generated by {model}",
    )
