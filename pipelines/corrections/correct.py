"""`foley correct`: people's corrections into the log, and new versions of the tracks they touch.

1. the whole file is judged against what was seen and what others corrected before;
2. the former tracks and rows are kept, `versions/region=…/<video_id>/<sha256>.wav` and `.json`;
3. the corrections are appended to each video's log: from here on every run applies them;
   what they teach goes into the feedback dataset;
4. the last job of the output runs for these videos and the regions they were delivered for. It
   decodes nothing and generates only the stems that changed.

Killed at any point, the same command goes on: an entry that is in the log is not added again. Two
people at once: both entries are kept, or the later is refused with the reason; whoever ends last
looks whether the other's corrections are in the tracks, and makes them again if not.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.cues.corrections import Correction, corrected
from foley_core.cues.sheet import CueSheet
from foley_core.errors import ConfigError, MissingError
from foley_core.ids import canonical_json
from foley_core.messages import unknown
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.soundtrack.correction_log import LogEntry, append
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.corrections.correction_file import FileRow, as_correction, read_rows
from pipelines.corrections.feedback import keep_lessons
from pipelines.metadata.delivered import SeenVideo, seen_videos
from pipelines.run import JOB_KEY, Summary, run_catalogue

ROUNDS = 8
_COPY_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Corrected:
    """The outcome of a file: videos whose log grew, and the run that made their tracks anew."""

    videos: tuple[str, ...]
    known_before: tuple[str, ...]
    summary: Summary


def apply_corrections(uri: str, output: str) -> Corrected:
    """Apply a file of corrections to an output; nothing is applied if any row of it is wrong.

    Raises:
        ConfigError: the file or a row of it cannot be used, a video or a cue is not known, or
            somebody was faster and this file no longer fits; every fault is listed.
        CheckpointError: the weights of the output's last job are not where they were.
        StorageError: the store failed; run the same command again.
    """
    store = Storage(output)
    job = last_job(store)
    weights = find_weights(None if job.public_model else job.model_path)
    rows = read_rows(uri)
    if not rows:
        raise ConfigError(f"{uri}: no row has an op; there is nothing to correct")
    videos = seen_videos(store, list(dict.fromkeys(row.video_id for row in rows)))
    changes = _judged(uri, rows, videos, store)
    for video_id in changes:
        keep_versions(store, videos[video_id])
    grown = []
    for video_id, made in changes.items():
        seen = videos[video_id]

        def judge(
            entries: list[LogEntry],
            seen: SeenVideo = seen,
            made: tuple[Correction, ...] = made,
        ) -> None:
            sheet = seen.sheet_after(store, entries)
            if faults := list(unfit(sheet, made)):
                raise ConfigError(
                    f"{seen.video_id}: somebody corrected it meanwhile, and this no longer fits",
                    tuple(faults),
                )

        if append(store, video_id, made, judge):
            grown.append(video_id)
        keep_lessons(store, seen, weights)
    summary = _made_anew(job, store, videos)
    return Corrected(tuple(grown), tuple(sorted(changes.keys() - set(grown))), summary)


def last_job(store: Storage) -> Job:
    """The last job that ran on an output.

    Raises:
        ConfigError: none did.
    """
    try:
        return Job.model_validate_json(store.read(JOB_KEY)).model_copy(
            update={"output": store.root, "limit": None}
        )
    except MissingError:
        raise ConfigError(f"no job has run on {store.root}; give the output of one") from None
    except ValueError as error:
        raise ConfigError(f"{store.uri(JOB_KEY)} is no job: {error}") from None


def unfit(sheet: CueSheet, changes: Iterable[Correction]) -> "Iterable[str]":
    """A sentence for each change, in order, that finds no cue to change."""
    for one in changes:
        known = [cue.cue_id for cue in sheet.cues if cue.cue_id]
        if one.op != "add" and one.cue not in known:
            yield f"{unknown('cue', one.cue, tuple(known))} ({one.op}, by {one.by})"
        sheet, _ = corrected(sheet, [one])


def keep_versions(store: Storage, video: SeenVideo) -> None:
    """Copy the present tracks and their rows to where they stay; again does no harm."""
    for region, row in video.rows.items():
        key = row["track_uri"].removeprefix(f"{store.root}/")
        place = f"versions/region={region}/{video.video_id}/{row['track_sha256'][:16]}"
        if store.exists(f"{place}.json") or not store.exists(key):
            continue
        with TemporaryDirectory(prefix="foley-version-") as folder:
            copy = Path(folder) / "track"
            with store.open(key) as source, copy.open("wb") as target:
                while data := source.read(_COPY_BYTES):
                    target.write(data)
            store.put_file(f"{place}{Path(key).suffix}", copy)
        store.put(f"{place}.json", canonical_json(json.loads(json.dumps(row, default=str))))


def _judged(
    uri: str, rows: list[FileRow], videos: dict[str, SeenVideo], store: Storage
) -> dict[str, tuple[Correction, ...]]:
    """All changes by video; every fault of the file at once."""
    changes: dict[str, list[Correction]] = {}
    sheets = {name: video.sheet_after(store) for name, video in videos.items()}
    faults: list[str] = []
    for row in rows:
        video = videos[row.video_id]
        try:
            one = as_correction(row, video.frame_rate, video.samples)
        except ConfigError as error:
            faults += [f"row {row.number}, {fault}" for fault in error.problems]
            continue
        faults += [f"row {row.number}, cue: {text}" for text in unfit(sheets[row.video_id], [one])]
        sheets[row.video_id], _ = corrected(sheets[row.video_id], [one])
        changes.setdefault(row.video_id, []).append(one)
    if faults and not _all_known(store, changes):
        raise ConfigError(f"{uri}: nothing was corrected", tuple(faults))
    return {video_id: tuple(made) for video_id, made in changes.items()}


def _all_known(store: Storage, changes: dict[str, list[Correction]]) -> bool:
    """Return True where the logs hold these very entries: the command is run a second time."""
    from foley_core.soundtrack.correction_log import read_log

    return bool(changes) and all(
        LogEntry(0, tuple(made)).content in {e.content for e in read_log(store, video_id)}
        for video_id, made in changes.items()
    )


def _made_anew(job: Job, store: Storage, videos: dict[str, SeenVideo]) -> Summary:
    """Run the job for these videos until what it made has all corrections of their logs."""
    wanted = {(name, region) for name, video in videos.items() for region in video.rows}
    regions = tuple(dict.fromkeys(region for _, region in sorted(wanted)))
    job = job.model_copy(update={"regions": regions})
    summary = run_catalogue(job, only=wanted)
    for _ in range(ROUNDS):
        again = run_catalogue(job, only=wanted)
        if not (again.ok or again.set_aside):
            break
        summary = again
    return summary
