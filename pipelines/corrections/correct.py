"""`foley correct`: people's corrections into the log, and new versions of the tracks they touch.

1. the whole file is judged against what was seen and what others corrected before;
2. the former tracks and rows are kept, `versions/region=…/<video_id>/<sha256>.wav` and `.json`;
3. the corrections are appended to each video's log: from here on every run applies them;
   what they teach goes into the feedback dataset;
4. the job that made the tracks runs for these videos and the regions they were delivered for, in
   this process if they are short. It decodes nothing and generates only the stems that changed.

Killed at any point, the same command goes on: an entry that is in the log is not added again. Two
people at once: the later waits for the other, and is then judged against what that one changed.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.cues.corrections import Correction, corrected
from foley_core.cues.sheet import CueSheet
from foley_core.errors import ConfigError
from foley_core.ids import canonical_json
from foley_core.messages import unknown
from foley_core.models.embedded.weights_folder import EmbeddedWeights, find_weights
from foley_core.provenance.marking import SIDECAR_ENDING
from foley_core.soundtrack.correction_log import LogEntry, append, read_log
from foley_core.soundtrack.delivery import key_of_track, sidecar_key
from foley_core.storage.store import Storage
from pipelines.corrections.correction_file import FileRow, as_correction, read_rows
from pipelines.corrections.feedback import keep_lessons
from pipelines.corrections.jobs_of_videos import Remake, job_of, remakes
from pipelines.lease import leased
from pipelines.metadata.broken_off import settle
from pipelines.metadata.delivered import SeenVideo, seen_videos
from pipelines.progress import progress_for
from pipelines.run import Display, run_catalogue
from pipelines.summary import Summary


@dataclass(frozen=True, slots=True)
class Corrected:
    """The outcome of a file.

    Videos whose log grew, those whose corrections were known, the runs that made their tracks
    anew, summed, and sentences on what none of them made.
    """

    videos: tuple[str, ...]
    known_before: tuple[str, ...]
    summary: Summary
    left: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 all made anew, 1 some tracks are as they were."""
        return 1 if self.left else self.summary.exit_code


def apply_corrections(
    uri: str, output: str, device: str | None = None, display: Display = progress_for
) -> Corrected:
    """Apply a file of corrections to an output; nothing is applied if any row of it is wrong.

    Args:
        device: makes every track in this process, its sounds on this torch device; None for a
            cluster where they are long.
        display: see `run_catalogue`.

    Raises:
        ConfigError: the file or a row of it cannot be used, a video or a cue is not known, or
            somebody was faster and this file no longer fits; every fault is listed.
        CheckpointError: the weights that made a track are not where they were.
        StorageError: the store failed; run the same command again.
    """
    store = Storage(output)
    rows = read_rows(uri)
    if not rows:
        raise ConfigError(
            f"{uri}: no row has an op, so there is nothing to correct; fill in op and by"
        )
    if not any(True for _ in store.list("metadata/")):
        raise ConfigError(f"{store.root} holds no tracks; give the output of a job")
    with leased(store, "foley correct") as lease:
        settle(store)

        def made_anew(remake: Remake) -> Summary:
            here = device or remake.here
            return run_catalogue(remake.job, remake.only, lease, here=here, display=display)

        return _applied(uri, rows, store, made_anew)


def _applied(
    uri: str, rows: list[FileRow], store: Storage, made_anew: Callable[[Remake], Summary]
) -> Corrected:
    """Apply rows of corrections to an output that is this process's to write to."""
    try:
        videos = seen_videos(store, list(dict.fromkeys(row.video_id for row in rows)))
    except ConfigError as error:
        raise ConfigError(f"{uri}: nothing was corrected: {error}") from error
    jobs = remakes(store, videos)
    weights = {name: _weights_of(store, video) for name, video in videos.items()}
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
        keep_lessons(store, seen, weights[video_id])
    # Nobody else adds to their logs meanwhile.
    summaries = [made_anew(remake) for remake in jobs]
    left = [_left(remake, made) for remake, made in zip(jobs, summaries, strict=True)]
    return Corrected(
        tuple(grown),
        tuple(sorted(changes.keys() - set(grown))),
        _sum_of(summaries),
        tuple(filter(None, left)),
    )


def _weights_of(store: Storage, video: SeenVideo) -> EmbeddedWeights:
    """Return the weights that have seen a video: those of its latest track."""
    job = job_of(store, video.video_id, video.latest)
    return find_weights(None if job.public_model else job.model_path)


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
        key = key_of_track(row["track_uri"])
        place = f"versions/region={region}/{video.video_id}/{row['track_sha256'][:16]}"
        if store.exists(f"{place}.json") or not store.exists(key):
            continue
        with TemporaryDirectory(prefix="foley-version-") as folder:
            copy = Path(folder) / "track"
            store.fetch_file(key, copy)
            store.put_file(f"{place}{Path(key).suffix}", copy)
        if store.exists(sidecar_key(key)):
            store.put(f"{place}{SIDECAR_ENDING}", store.read(sidecar_key(key)))
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
            one = as_correction(row, video.clock, video.samples)
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
    return bool(changes) and all(
        any(entry.answers(made) for entry in read_log(store, video_id))
        for video_id, made in changes.items()
    )


def _left(remake: Remake, summary: Summary) -> str | None:
    """Return a sentence on tracks that a job did not make, since its manifest has no such row."""
    count = len(remake.only) - summary.ok - summary.set_aside - summary.done_before
    if count <= 0:
        return None
    return (
        f"{count} tracks are as they were: {remake.job.manifest} has no row of their videos any "
        "more; the corrections are kept, and are heeded when a job makes them again"
    )


def _sum_of(summaries: list[Summary]) -> Summary:
    """One summary of several runs."""
    total = summaries[-1]
    for other in summaries[:-1]:
        total.ok += other.ok
        total.set_aside += other.set_aside
        total.add(other.tally)
    return total
