"""`foley deliver`: tracks of an output into the formats of those who finish them.

Metadata and cue sheets are read, and stems where they are asked for or named; no video is opened.
What one track cannot be written as is told, and the others are written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from foley_core.cues.captions import checked_language, languages_of
from foley_core.errors import ConfigError, StorageError, StylePackError
from foley_core.messages import did_you_mean
from foley_core.soundtrack.delivery import key_of_track
from foley_core.storage.store import Storage
from foley_core.styles.pack import load_pack
from pipelines.config import Job
from pipelines.delivery.format_names import CONTAINERS, Format, checked_formats
from pipelines.delivery.track_formats import Written, write_formats
from pipelines.last_job import job_of_row, known_last_job
from pipelines.lease import leased
from pipelines.metadata.broken_off import is_true, settle
from pipelines.metadata.commits import METADATA_FOLDER, CommitLog, read_steadily
from pipelines.metadata.delivered import no_tracks
from pipelines.metadata.latest_rows import LatestRows
from pipelines.metadata.run_names import new_run_id
from pipelines.metadata.schema import SCHEMA
from pipelines.provenance.row_marker import marker_of

COLUMNS = tuple(name for name in SCHEMA.names if name != "cues")
_SET_ASIDE = {"status": "set_aside", "error_class": StorageError.__name__}
HIDDEN = "mov and mkv: its job hides faces and plates, and these show the picture as it is"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice of tracks and formats to deliver.

    Attributes:
        formats: in which formats.
        videos, regions: of which tracks; none: of all.
        languages: of captions; none: those of each region.
        other_tracks: whether files with the picture keep the source's other tracks.
    """

    formats: tuple[Format, ...]
    videos: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    other_tracks: bool = False


@dataclass(slots=True)
class HandedOver:
    """The outcome: keys of files, sentences on what could not be written, and on what else to know
    of tracks."""

    keys: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tracks: int = 0

    def add(self, row: Mapping[str, Any], written: Written) -> None:
        """Add what was written of one track."""
        about = f"{row['video_id']}, {row['region']}"
        self.tracks += 1
        self.keys += written.keys
        self.problems += [f"{about}, {problem}" for problem in written.problems]
        self.notes += [f"{about}: {note}" for note in written.notes]


def wanted_of(
    to: Sequence[str],
    videos: Sequence[str],
    regions: Sequence[str],
    languages: Sequence[str],
    *,
    other_tracks: bool = False,
) -> Wanted:
    """Return what is asked for on the command line.

    Raises:
        ConfigError: there is no such format, or no words in such a language.
    """
    formats = checked_formats(to)
    if not formats:
        raise ConfigError("name a format with --to, such as --to otio")
    spoken = tuple(dict.fromkeys(map(checked_language, languages)))
    return Wanted(formats, tuple(videos), tuple(regions), spoken, other_tracks)


def hand_over(store: Storage, wanted: Wanted) -> HandedOver:
    """Write tracks of an output in some formats; waits while another command writes there.

    Raises:
        ConfigError: the output holds no such tracks.
        StorageError: the store failed.
    """
    if not any(True for _ in store.list(METADATA_FOLDER)):
        raise ConfigError(no_tracks(store))
    done = HandedOver()
    with leased(store, "foley deliver") as lease:
        settle(store)
        rows, last = _rows(store, wanted), known_last_job(store)
        regions = {row["region"] for row in rows}
        languages = {region: wanted.languages or spoken_in(region, last) for region in regions}
        false = []
        for row in rows:
            lease.check()
            if row["track_sha256"] and not is_true(store, row):
                done.problems.append(reason := _replaced(store, row))
                false.append({**row, **_SET_ASIDE, "error": reason, "extra": {}})
                continue
            job = job_of_row(store, row, last)
            formats = wanted.formats
            if job and job.privacy.anonymise and not set(CONTAINERS).isdisjoint(formats):
                done.problems.append(f"{row['video_id']}, {row['region']}, {HIDDEN}")
                formats = tuple(one for one in formats if one not in CONTAINERS)
            written = write_formats(
                store,
                row,
                formats,
                languages[row["region"]],
                marker_of(row, job),
                wanted.other_tracks,
            )
            done.add(row, written)
        lease.check()
        if false:
            log = CommitLog(store, new_run_id(store))
            for row in false:
                log.add({**row, "run_id": log.run_id})
            log.flush()
    return done


def _replaced(store: Storage, row: Mapping[str, Any]) -> str:
    place = store.uri(key_of_track(row["track_uri"]))
    return (
        f"{row['video_id']}, {row['region']}: {place} is not the track that its row states, or is "
        "gone; its row was set aside, so run the job again"
    )


def _rows(store: Storage, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the rows of the tracks that are asked for, in order of video and region."""
    rows = read_steadily(
        lambda: [row for batch in LatestRows(store, only_ok=True).batches(COLUMNS) for row in batch]
    )
    if not rows:
        raise ConfigError(no_tracks(store))
    asked_of = {"video_id": wanted.videos, "region": wanted.regions}
    for column, asked in asked_of.items():
        known = {row[column] for row in rows}
        for name in asked:
            if name not in known:
                hint = did_you_mean(name, known, f"check the {column.removesuffix('_id')}")
                raise ConfigError(f"{store.root} has no track of {name!r}; {hint}")
    for column, asked in asked_of.items():
        rows = [row for row in rows if not asked or row[column] in asked]
    if not rows:
        raise ConfigError(f"{store.root} has no track of these videos for these regions")
    return sorted(rows, key=lambda row: (row["video_id"], row["region"]))


def spoken_in(region: str, job: Job | None) -> tuple[str, ...]:
    """Return the languages of a region, by the style packs of a job or those that come along;
    English where its pack is no longer there."""
    try:
        return languages_of(load_pack(region, job.pack_folders if job else ()).regions)
    except StylePackError:
        return languages_of(())
