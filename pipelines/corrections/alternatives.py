"""`foley takes`: alternatives of one cue, each a file of its own; nothing else is touched.

An alternative is what a later take of the cue would be, with all that a track has of it: style
pack, prompt, corrections, weights. It is the cue alone, at the level that it was generated with.
`foley correct` chooses one by its number.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from foley_core.cues.sheet import Cue
from foley_core.errors import ConfigError
from foley_core.media.encode import write_track
from foley_core.messages import unknown
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.provenance.mark_file import mark_file
from foley_core.provenance.marking import Marker
from foley_core.soundtrack.correction_log import with_corrections
from foley_core.soundtrack.deliver import bext_of
from foley_core.soundtrack.planning import score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.sound_check import CheckedSound
from foley_core.soundtrack.span import Footage, find_footage
from foley_core.soundtrack.stem_plan import StemPlan, Tile
from foley_core.soundtrack.stored_detection import Detection
from foley_core.soundtrack.stored_stems import add_tile, sounds_of
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.styles.wishes import wishes_in
from pipelines.corrections.jobs_of_videos import job_of
from pipelines.lease import leased
from pipelines.metadata.broken_off import settle
from pipelines.metadata.delivered import SeenVideo, seen_video
from pipelines.provenance.row_marker import marker_of
from pipelines.resolved_job import resolve_job

TAKES_AT_MOST = 64


@dataclass(frozen=True, slots=True)
class Alternative:
    """One take of a cue: its number, and the key of its file in the output."""

    take: int
    key: str


@dataclass(frozen=True, slots=True)
class _Part:
    """The tiles of one stem that are another take's, and where they lie on the timeline."""

    tiles: tuple[Tile, ...]
    start: int
    channels: int

    @property
    def begin(self) -> int:
        """First sample on the timeline."""
        return self.start + min(tile.offset for tile in self.tiles)

    @property
    def end(self) -> int:
        """Sample after the last."""
        return self.start + max(tile.offset + tile.samples for tile in self.tiles)


def perform_takes(
    output: str, video_id: str, cue_id: str, count: int, region: str | None = None
) -> list[Alternative]:
    """Perform the next takes of a cue; return their files, `takes/region=…/<video_id>/…wav`.

    Args:
        region: of the track; None for the first that the video has.

    Raises:
        ConfigError: there is no such video, region or cue, it is not heard there, it is no sound
            that has takes, or `count` is none.
        CheckpointError: the weights that made the track are not where they were.
        StorageError: the store failed.
    """
    if not 1 <= count <= TAKES_AT_MOST:
        raise ConfigError(f"-n {count}: perform 1 to {TAKES_AT_MOST} takes at once")
    store = Storage(output)
    seen = seen_video(store, video_id)
    known = tuple(sorted(seen.rows))
    region = region or known[0]
    if region not in known:
        raise ConfigError(f"{video_id}: {unknown('region', region, known)}")
    row = seen.rows[region]
    resolved = resolve_job(job_of(store, video_id, row))
    if resolved.maker.public:
        raise ConfigError(
            f"{video_id}: its actions were generated as whole clips, so no cue has takes of its own"
        )
    wishes = wishes_in(row)
    generator = EmbeddedGenerator(
        resolved.maker.weights, "cpu", resolved.job.quality, wishes.tier or "full"
    )
    with leased(store, "foley takes"):
        settle(store)
        request = VideoRequest(
            video_id, row["uri"], wishes, _fraction(row["start_s"]), _fraction(row["end_s"])
        )
        footage = find_footage(VideoStore(store, video_id), request, resolved.job.schemes).footage
        detection = with_corrections(store, seen.detection, video_id)
        cue = _cue_named(detection, cue_id, seen)
        takes = range(cue.take + 1, cue.take + count + 1)

        def stems_with(take: int) -> Sequence[StemPlan]:
            cues = [replace(c, take=take) if c is cue else c for c in detection.sheet.cues]
            other = replace(detection, sheet=detection.sheet.with_cues(cues))
            return score(other, request, resolved.scoring[region], generator).stems

        heard = {_place(plan, tile) for plan in stems_with(cue.take) for tile in plan.tiles}
        asked = [_parts(stems_with(take), heard) for take in takes]
        if not all(asked):
            raise ConfigError(
                f"{video_id}: cue {cue_id} ({cue.sound_class}) is not heard for '{region}', or "
                "sounds the same in every take"
            )
        sounds = sounds_of([t.spec for parts in asked for p in parts for t in p.tiles], generator)
        label = resolved.maker.label(wishes.tier or "full")
        write = partial(_written, store, footage, marker_of(row, resolved.job), label)
        place = f"takes/region={region}/{video_id}/{cue_id}"
        return [
            Alternative(take, write(parts, sounds, f"{place}-{take}.wav"))
            for take, parts in zip(takes, asked, strict=True)
        ]


def _fraction(seconds: float | None) -> Fraction | None:
    return None if seconds is None else Fraction(seconds)


def _cue_named(detection: Detection, cue_id: str, seen: SeenVideo) -> Cue:
    """Return the cue of an id.

    Raises:
        ConfigError: there is none; the message names the nearest.
    """
    cues = {cue.cue_id: cue for cue in detection.sheet.cues if cue.cue_id}
    if cue_id not in cues:
        raise ConfigError(f"{seen.video_id}: {unknown('cue', cue_id, tuple(cues))}")
    return cues[cue_id]


def _parts(stems: Sequence[StemPlan], heard: Set[tuple[int, object]]) -> list[_Part]:
    """Return the tiles of stems that are not heard in their places."""
    changed = [
        _Part(tiles, plan.start, plan.channels)
        for plan in stems
        if (tiles := tuple(tile for tile in plan.tiles if _place(plan, tile) not in heard))
    ]
    return sorted(changed, key=lambda part: part.begin)


def _place(plan: StemPlan, tile: Tile) -> tuple[int, object]:
    return plan.start + tile.offset, tile.spec


def _written(
    store: Storage,
    footage: Footage,
    marker: Marker,
    label: str,
    parts: Sequence[_Part],
    sounds: Iterator[CheckedSound],
    key: str,
) -> str:
    """Write one take as a marked WAV that says where it begins on the timeline; return its key."""
    begin, end = parts[0].begin, max(part.end for part in parts)
    whole = np.zeros((max(part.channels for part in parts), end - begin), np.float32)
    for part in parts:
        for tile in part.tiles:
            add_tile(whole, part.start + tile.offset - begin, tile, next(sounds).waveform)
    bext = bext_of(footage, None, label, "wav24")
    with TemporaryDirectory(prefix="foley-") as folder:
        path = Path(folder) / "take.wav"
        write_track(
            path,
            [np.clip(whole, -1.0, 1.0)],
            channels=len(whole),
            samples=whole.shape[1],
            encoding="wav24",
            bext=replace(bext, time_reference_samples=bext.time_reference_samples + begin),
        )
        name = key.rpartition("/")[2]
        mark_file(path, marker, title=f"{footage.request.video_id} {name}")
        store.put_file(key, path)
    return key
