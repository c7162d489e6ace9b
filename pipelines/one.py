"""`foley one`: a small job without Ray, for some videos that are named one by one.

It writes what a job writes: tracks, metadata with notes, `job.json`. And it keeps what it was asked
for, see `pipelines.manifest.asked_rows`. So whatever works on the output of a job works on its.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.table import Table

from foley_core.errors import ConfigError, DecodeError, FoleyError, RowError, StorageError
from foley_core.messages import did_you_mean
from foley_core.soundtrack.delivery import track_key
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.sidecar import load_sidecar, sidecar_place
from foley_core.soundtrack.span import known_span
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.addresses import (
    checked_uri,
    is_utf8,
    local_path,
    refuse_no_path,
    split_scheme,
)
from foley_core.storage.sources import open_source, signature_of
from foley_core.storage.store import Storage
from foley_core.styles.wishes import NO_WISHES, Wishes
from pipelines.config import Job
from pipelines.lease import leased
from pipelines.manifest.asked_rows import AskedRow, has_sidecar, keep_row
from pipelines.manifest.reader import ManifestRow, check_video_id
from pipelines.metadata.broken_off import settle
from pipelines.metadata.delivered import rows_of_videos
from pipelines.privacy.originals import same_place
from pipelines.remarks import said_of
from pipelines.resolved_job import resolve_job
from pipelines.screen import screen
from pipelines.standard_streams import show
from pipelines.summary import outdated_formats


@dataclass(frozen=True, slots=True)
class Ask:
    """All that one call asks for: the same for each of its videos.

    `video_id` is for a single video, in place of its file's name; `start_s`, `end_s` are the part
    of the picture, in seconds.
    """

    videos: tuple[str, ...]
    wishes: Wishes = NO_WISHES
    video_id: str | None = None
    start_s: Fraction | None = None
    end_s: Fraction | None = None


def soundtrack_videos(ask: Ask, job: Job, device: str = "cpu") -> int:
    """Make the tracks of some videos, print where they are and what else to know; the exit code.

    Args:
        job: the settings, see `asked_manifest`.
        device: a torch device, for the generators.

    Raises:
        ConfigError: a video is not there, has no id or that of another, a sidecar cannot be read,
            there is no such pack or model or place of its files, or the output is none; every
            fault is listed, and nothing was started.
        CheckpointError: there are no weights, or files or the licence of public checkpoints are
            missing; nothing was started.
        StorageError: the output failed.
    """
    from pipelines.run import run_catalogue, writable_output

    rows = rows_asked(ask, Storage(job.output))
    resolve_job(job)
    store = writable_output(job)
    only = {(row.video_id, region) for row in rows for region in job.regions}
    with leased(store, "foley one") as lease:
        settle(store)
        notes = list(_refuse_others(store, rows, job.regions))
        for row in rows:
            keep_row(store, AskedRow(row, job))
        summary = run_catalogue(job, only, lease, here=device, anew=True)
    notes += outdated_formats(summary)
    made = rows_of_videos(store, [row.video_id for row in rows])
    print_tracks([row for row in made if row["region"] in job.regions], notes)
    return summary.exit_code


def rows_asked(ask: Ask, store: Storage) -> list[ManifestRow]:
    """Return a row for each video, each once; looks at the files from outside.

    Args:
        store: the output; a video that was seen for it need not be there any more.

    Raises:
        ConfigError: some cannot be used; every fault is listed.
        StorageError: the output cannot be read.
    """
    if ask.video_id is not None and len(ask.videos) > 1:
        raise ConfigError("--video-id is for one video; run the others apart")
    if ask.end_s is not None and ask.end_s <= (ask.start_s or 0):
        raise ConfigError(f"--end {float(ask.end_s):g} is not after --start")
    # One file may be written in two ways; a link of another name is another video.
    named = {(same_place(uri), _name(uri)): uri for uri in map(_address, ask.videos)}
    places = list(named.values())
    rows = [
        ManifestRow(
            number,
            ask.video_id if ask.video_id is not None else _name(uri),
            uri,
            ask.wishes,
            start_s=ask.start_s,
            end_s=ask.end_s,
        )
        for number, uri in enumerate(places, 1)
    ]
    faults = [fault for row in rows for fault in _faults(row, store)]
    count = Counter(row.video_id for row in rows)
    for video_id in (name for name, times in count.items() if times > 1):
        uris = " and ".join(row.uri for row in rows if row.video_id == video_id)
        faults.append(
            f"{uris} would both be {video_id!r}; run them apart, one with --video-id or into "
            "another folder"
        )
    if faults:
        raise ConfigError("nothing was started", tuple(faults))
    return rows


def _address(video: str) -> str:
    """Return one address for one file, by the name that it was given.

    Raises:
        ConfigError: no file can be there, whatever its name.
    """
    if is_utf8(video):  # others are named one by one
        refuse_no_path(video)
    return video if "://" in video else str(Path(video).absolute())


def _name(uri: str) -> str:
    path = local_path(uri)
    return Path(split_scheme(uri)[1] if path is None else path).stem


def _faults(row: ManifestRow, store: Storage) -> Iterator[str]:
    """Sentences on what is wrong with a video, as far as can be seen from outside."""
    if fault := check_video_id(row.video_id):
        yield f"video id {row.video_id!r} {fault}; give another with --video-id"
    try:
        checked_uri(row.uri)
        signature_of(row.uri)
    except RowError as error:
        yield f"{error}; fetch the video first" if "://" in row.uri else str(error)
        return
    except (DecodeError, StorageError) as error:
        request = VideoRequest(row.video_id, row.uri, row.wishes, row.start_s, row.end_s)
        if (
            check_video_id(row.video_id)
            or known_span(VideoStore(store, row.video_id), request) is None
        ):
            yield _not_there(row.uri) or str(error)
            return
    yield from _faults_of_sidecar(row)


def _not_there(uri: str) -> str | None:
    """A sentence on what is at a local path in place of a video; None if it could be one."""
    path = local_path(uri)
    if path is None or path.is_file():
        return None
    if path.is_dir():
        return f"{path} is a folder; name the videos in it, such as {path}/*.mp4"
    folder = path.parent
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    return f"there is no video at {path}; {did_you_mean(path.name, names, 'check the path')}"


def _faults_of_sidecar(row: ManifestRow) -> Iterator[str]:
    schemes = ("file", "s3")
    if not has_sidecar(row.uri, schemes):
        return
    try:
        load_sidecar(sidecar_place(row.uri), schemes).over(row.wishes)
    except FoleyError as error:
        yield str(error)


def _refuse_others(
    store: Storage, rows: Sequence[ManifestRow], regions: Sequence[str]
) -> Iterator[str]:
    """Yield notes on tracks of which nothing is known, that will be replaced.

    Raises:
        ConfigError: tracks of other videos have the ids of these.
    """
    asked = {row.video_id: row for row in rows}
    made = [row for row in rows_of_videos(store, list(asked)) if row["status"] == "ok"]
    others = {
        row["video_id"]: row["uri"]
        for row in made
        if not _is_same(asked[row["video_id"]].uri, row["uri"], row["source_identity"])
    }
    if others:
        raise ConfigError(
            "nothing was started",
            tuple(
                f"{store.root} has a track {video_id!r} already, of {uri}; give "
                f"{asked[video_id].uri} another name with --video-id or another folder, or remove "
                f"that first: foley purge {video_id!r} -o {store.root}"
                for video_id, uri in others.items()
            ),
        )
    known = {(row["video_id"], row["region"]) for row in made}
    for video_id, region in ((name, region) for name in asked for region in regions):
        if (video_id, region) not in known:
            for key in _tracks(store, video_id, region):
                yield f"{key} was there, and of what video is not known; it was replaced"


def _tracks(store: Storage, video_id: str, region: str) -> list[str]:
    return [key for encoding in ("wav", "flac")
            if store.exists(key := track_key(video_id, region, encoding))]  # fmt: skip


def _is_same(uri: str, former: str, identity: str) -> bool:
    """Return True where two addresses are of one file, or of equal ones: videos are moved."""
    if same_place(uri) == same_place(former):
        return True
    with open_source(uri) as source:
        return source.identity == identity


def print_tracks(rows: Sequence[dict[str, Any]], notes: Sequence[str]) -> None:
    """Print finished rows and their paths, what else to know, and why some could not be made."""
    console, problems = screen(), screen(stderr=True)
    table = Table("video", "region", "cues", "loudness", "true peak")
    said, reasons, paths = [*notes], [], []
    for row in rows:
        if row["status"] != "ok":
            reasons.append(f"{row['video_id']}: {row['error']}")
            continue
        paths.append(row["track_uri"])
        table.add_row(row["video_id"], row["region"], str(len(row["cues"])), *_levels(row))
        about = f"{row['video_id']}, {row['region']}"
        said += [f"{about}: {note}" for note in said_of(row)]
        for reason in row["qc_reasons"] or ():
            said.append(f"{about}: quality control, {row['qc']}: {reason}")
        if row["sidecar"]:
            said.append(f"{row['sidecar']} was heeded")
    if table.row_count:
        console.print(table)
        show("\n".join(paths))  # not in the table: a path that is folded cannot be copied
    for note in dict.fromkeys(said):
        console.print(f"note: {note}", soft_wrap=True)
    for reason in dict.fromkeys(reasons):
        problems.print(f"error: {reason}", soft_wrap=True)


def _levels(row: dict[str, Any]) -> tuple[str, str]:
    loudness, peak = row["loudness_lufs"], row["true_peak_dbtp"]
    return (
        "–" if loudness is None else f"{loudness:.1f} LUFS",
        "–" if peak is None else f"{peak:.1f} dBTP",
    )
