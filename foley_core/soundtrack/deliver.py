"""The finished files of one video and region, made from its mix plan.

A track is written to local scratch and put under its final name whole. Stems are delivered before
mastering, as 32-bit float, so that they sum to the mix that was mastered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core import __version__
from foley_core.errors import DecodeError, EncodeError, RowError, StorageError
from foley_core.ids import sha256_of_file
from foley_core.media.broadcast_wave import BroadcastExtension
from foley_core.media.encode import Encoding, write_track
from foley_core.media.marks import MADE_BY
from foley_core.mixing.master import Mastered
from foley_core.provenance.mark_file import mark_file, marks_for
from foley_core.provenance.marking import Marker
from foley_core.provenance.origin import Origin, SourceType
from foley_core.soundtrack.delivery import (
    Delivery,
    formats_folder,
    left_over,
    muxed_key,
    sidecar_key,
    stems_folder,
    track_key,
)
from foley_core.soundtrack.finishing import finish
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.mixdown import mix_of, stem_groups
from foley_core.soundtrack.muxing import mux_footage
from foley_core.soundtrack.quality_check import QualityCheck, QualityControl
from foley_core.soundtrack.span import Footage
from foley_core.storage.store import Storage
from foley_core.timebase import SAMPLE_RATE

AUDIBLE_DB = 0.1
NO_ORIGIN = Origin()


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A delivered track: where it is, what was measured on it, what it was mixed of, who signed it.

    `sha256` is of the file as it lies there; `audio_sha256` of its sound alone, see
    `media.sound_digest`: signing makes the first another one each time. `plan` is as it was mixed;
    `gain_db` and `ceiling_db` are those of its master. `formats_removed` are keys of the former
    track's files in the formats of other programs.
    """

    key: str
    sha256: str
    audio_sha256: str
    size_bytes: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    loudness_note: str | None
    quality: QualityCheck
    plan: MixPlan
    gain_db: float
    ceiling_db: float
    signed_by: str | None = None
    mux_note: str | None = None
    filter_note: str | None = None
    lift_note: str | None = None
    formats_removed: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks that a person should know, beside its loudness."""
        return tuple(filter(None, (self.lift_note, self.filter_note, self.mux_note)))


def filter_note(mastered: Mastered) -> str | None:
    """Return a sentence on a gain that could not be held; None if it was held."""
    if abs(mastered.moved_db) < AUDIBLE_DB:
        return None
    return (
        f"the sound filters changed the loudness; to keep the track on target, all of it was moved "
        f"by {mastered.moved_db:+.1f} dB (stems are not; `hold_gain` leaves the track there)"
    )


def deliver(
    store: Storage,
    footage: Footage,
    plan: MixPlan,
    region: str,
    delivery: Delivery,
    model: str,
    may_write: Callable[[], None] = lambda: None,
    origin: Origin = NO_ORIGIN,
) -> TrackRecord:
    """Mix, master and write all files of one video and region; the track is the last to appear.

    A picture that an mp4 cannot hold, or that is no longer there, costs the muxed file, not the
    track: `mux_note` says so. What an earlier delivery left and this one does not order goes:
    stems, a muxed file, a track of another encoding.

    Args:
        may_write: raises where others write these files by now; asked before the first and before
            the track.
        origin: what made the sound, for signed files.

    Raises:
        ConfigError: files cannot be signed, see `signing.find_signing_key`.
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
        control = QualityControl(finished.plan, delivery.target, finished.stems)
        write_track(
            track,
            control.watched(mastered.blocks()),
            channels=2,
            samples=footage.span.samples,
            encoding=delivery.encoding,
            bext=bext,
            dither_seed=request.noise_seed,
            comment=bext.coding_history,
        )
        marker = Marker(delivery.marking, origin)
        title = f"{request.video_id}{track.suffix}"
        marked = mark_file(track, marker, source_type_of(delivery), title=title)
        may_write()
        if delivery.stems:
            _deliver_stems(store, footage, finished.plan, region, Path(folder), model, marker)
        muxed = Muxed()
        if delivery.muxed:
            muxed = _deliver_muxed(
                store, footage, region, track, marker, marked.audio_sha256, delivery.other_tracks
            )
        store.put(f"cues/region={region}/{request.video_id}.json", plan.sheet.to_json())
        sha256, size = sha256_of_file(track), track.stat().st_size
        may_write()
        _put(store, key, track, marked.sidecar)
        formats_removed = _tidy(
            store,
            request.video_id,
            region,
            delivery,
            has_muxed=muxed.is_there,
            has_sidecar=marked.sidecar is not None,
        )
    return TrackRecord(
        key=key,
        sha256=sha256,
        audio_sha256=marked.audio_sha256,
        size_bytes=size,
        loudness_lufs=mastered.loudness_lufs,
        true_peak_dbtp=mastered.true_peak_dbtp,
        loudness_note=mastered.note,
        signed_by=marked.signed_by,
        mux_note=muxed.note,
        filter_note=filter_note(mastered),
        lift_note=finished.note,
        quality=control.outcome(mastered),
        plan=finished.plan,
        gain_db=mastered.gain_db,
        ceiling_db=mastered.ceiling_db,
        formats_removed=formats_removed,
    )


def source_type_of(delivery: Delivery) -> SourceType:
    """Return IPTC's source type of a track: a composite where the video's own sound is in it."""
    if delivery.original_db is None:
        return "trainedAlgorithmicMedia"
    return "compositeWithTrainedAlgorithmicMedia"


def _deliver_stems(
    store: Storage,
    footage: Footage,
    plan: MixPlan,
    region: str,
    folder: Path,
    model: str,
    marker: Marker,
) -> None:
    """The stems and their sum; those of an earlier delivery go, since they are no part of it."""
    bext = bext_of(footage, None, model, "wav32f")
    apart = {**stem_groups(store, plan), "mix": mix_of(store, plan)}
    place = stems_folder(footage.request.video_id, region)
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
        kind: SourceType = "algorithmicMedia" if group == "music" else "trainedAlgorithmicMedia"
        title = f"{footage.request.video_id} {group}.wav"
        marked = mark_file(path, marker, kind, title=title)
        _put(store, f"{place}{group}.wav", path, marked.sidecar)
        path.unlink()


@dataclass(frozen=True, slots=True)
class Muxed:
    """A muxed file that is there or not, and a sentence on why not, or on what is not in it."""

    is_there: bool = False
    note: str | None = None


def _deliver_muxed(
    store: Storage,
    footage: Footage,
    region: str,
    track: Path,
    marker: Marker,
    audio_sha256: str,
    other_tracks: bool,
) -> Muxed:
    """Deliver the picture with the track, where there is a picture and an mp4 can hold it."""
    out = track.with_suffix(".mp4")
    kind: SourceType = "compositeWithTrainedAlgorithmicMedia"
    marks = marks_for(marker, kind, audio_sha256)
    try:
        note = mux_footage(footage, track, out, marks, other_tracks=other_tracks)
        title = f"{footage.request.video_id}.mp4"
        marked = mark_file(out, marker, kind, audio_sha256, title)
    except (EncodeError, DecodeError, RowError, StorageError) as error:
        return Muxed(note=f"no muxed file: {error}")
    key = muxed_key(footage.request.video_id, region)
    if not marked.sidecar:
        store.delete(sidecar_key(key))
    _put(store, key, out, marked.sidecar)
    return Muxed(True, note)


def _put(store: Storage, key: str, path: Path, sidecar: Path | None) -> None:
    """Store a finished file, after the credentials that lie beside it."""
    if sidecar:
        store.put_file(sidecar_key(key), sidecar)
    store.put_file(key, path)


def _tidy(
    store: Storage,
    video_id: str,
    region: str,
    delivery: Delivery,
    has_muxed: bool,
    has_sidecar: bool,
) -> tuple[str, ...]:
    """Remove what belonged to the track that was just replaced, and is no part of the new one;
    the keys of those in the formats of other programs."""
    stale = [left_over(video_id, region, delivery.encoding)]
    if not has_sidecar:
        stale.append(sidecar_key(stale[0]))
    if not has_muxed:
        key = muxed_key(video_id, region)
        stale += [key, sidecar_key(key)]
    formats = tuple(item.key for item in store.list(formats_folder(video_id, region)))
    stale += formats
    if not delivery.stems:
        stale += [item.key for item in store.list(stems_folder(video_id, region))]
    for key in stale:
        store.delete(key)
    return formats


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
        coding_history=f"{coded}; {MADE_BY}{model}",
    )
