"""Work of the service on one task: to make a soundtrack, or to apply corrections to one.

A soundtrack is made as `foley one` makes it, in a job folder of its own, so its bytes are the same,
and every command that works on an output works on it. What is asked twice is done once: a task that
was killed is begun again, and finds what is stored.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foley_core.errors import ConfigError, MissingError, PrivacyError
from foley_core.soundtrack.delivery import key_of_track, muxed_key, stems_folder
from foley_core.storage.store import Storage
from pipelines.corrections.correct import apply_corrections
from pipelines.lease import leased
from pipelines.manifest.asked_rows import AskedRow, keep_row
from pipelines.metadata.broken_off import settle
from pipelines.metadata.delivered import rows_of_videos
from pipelines.metadata.schema import STAGES
from pipelines.progress import ProgressDisplay
from pipelines.resolved_job import resolve_job
from pipelines.run import run_catalogue, writable_output
from pipelines.service.performing import Doing, Performer, Task
from pipelines.service.records import Record, Records
from pipelines.service.requests import SoundtrackRequest
from pipelines.service.settings import ServiceSettings
from pipelines.stage_arguments import load_models

_PART = re.compile(r"(\d+) of (\d+)$")


class HerePerformer(Performer):
    """Performs in this process."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.records = Records(Storage(settings.output))

    def perform(self, task: Task, doing: Doing) -> tuple[str, ...]:
        if task.corrections:
            return self._correct(task.soundtrack_id, task.corrections, doing)
        if request := self.records.request(task.soundtrack_id):
            self._make(request, doing)
        return ()

    def prepare(self) -> None:
        load_models(resolve_job(self.settings.job("", {})), self.settings.device)

    def close(self) -> None:
        """Do nothing: nothing is left to end."""

    def _make(self, request: SoundtrackRequest, doing: Doing) -> None:
        row, job = request.row, request.job
        store = writable_output(job)
        only = {(row.video_id, region) for region in job.regions}
        with leased(store, "foley serve") as lease:
            settle(store)
            keep_row(store, AskedRow(row, job))
            shown = _shown_to(doing, len(job.regions))
            run_catalogue(job, only, lease, here=self.settings.device, display=shown)
        waiting = self.records.waiting(request.soundtrack_id) or {}
        outcome = {
            "id": request.soundtrack_id,
            "video_id": row.video_id,
            "regions": list(job.regions),
            "accepted_at": waiting.get("accepted_at"),
        }
        if request.webhook:
            self.records.to_tell(request.soundtrack_id, request.webhook)
        self.records.end(request.soundtrack_id, {**outcome, **self._outcome(store, row.video_id)})

    def _correct(self, soundtrack_id: str, key: str, doing: Doing) -> tuple[str, ...]:
        ended = self.records.ended(soundtrack_id)
        faults: tuple[str, ...] = ()
        try:
            lines = self.records.store.read(key)
        except MissingError:
            return ()
        if ended is not None:
            try:
                self._apply(soundtrack_id, lines, len(ended["regions"]), doing)
            except (ConfigError, PrivacyError) as error:
                faults = getattr(error, "problems", ()) or (str(error),)
            store = Storage(self.records.folder(soundtrack_id))
            refused = {"corrections_refused": list(faults)}
            outcome = self._outcome(store, ended["video_id"])
            self.records.end(soundtrack_id, {**ended, **outcome, **refused})
        self.records.store.delete(key)
        return faults

    def _apply(self, soundtrack_id: str, lines: bytes, regions: int, doing: Doing) -> None:
        with tempfile.TemporaryDirectory(prefix="foley-corrections-") as folder:
            path = Path(folder) / "corrections.jsonl"
            path.write_bytes(lines)
            output, shown = self.records.folder(soundtrack_id), _shown_to(doing, regions)
            try:
                apply_corrections(str(path), output, self.settings.device, shown)
            except ConfigError as error:
                if error.problems:
                    raise
                said = str(error).removeprefix(f"{path}: ").replace(str(path), "the corrections")
                raise ConfigError(said) from error

    def _outcome(self, store: Storage, video_id: str) -> Record:
        """Return how a soundtrack ended: its status, the time, and what its tracks are now."""
        rows = rows_of_videos(store, [video_id])
        tracks = [_track(store, row) for row in sorted(rows, key=lambda row: str(row["region"]))]
        good = all(track["status"] == "ok" for track in tracks) and bool(tracks)
        return {
            "status": "ok" if good else "set_aside",
            "ended_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "tracks": tracks,
        }


def _track(store: Storage, row: dict[str, Any]) -> Record:
    """Return the part of a region's metadata row that clients may see, and its files."""
    shown = ("region", "status", "error", "duration_s", "loudness_lufs", "true_peak_dbtp", "model",
             "style_pack", "corrections", "seed", "stems_generated", "stems_reused",
             "features_computed", "qc", "qc_reasons")  # fmt: skip
    about: Record = {name: row[name] for name in shown}
    notes = [note for note in (*(row["notes"] or ()), row["loudness_note"]) if note]
    if row["status"] != "ok":
        return {**about, "notes": notes}
    folder = stems_folder(row["video_id"], row["region"])
    muxed = muxed_key(row["video_id"], row["region"])
    return {
        **about,
        "notes": notes,
        "cues": len(row["cues"]),
        "track": key_of_track(row["track_uri"]),
        "sha256": row["track_sha256"],
        "size_bytes": row["track_bytes"],
        "stems": [item.key.removeprefix(folder) for item in store.list(folder)],
        "muxed": muxed if store.exists(muxed) else None,
    }


def _shown_to(doing: Doing, regions: int) -> "Callable[[int | None], Any]":
    """Return a maker of the display of a run, which makes `regions` tracks."""

    @contextmanager
    def display(total: int | None) -> Iterator[ProgressDisplay]:
        yield _Shown(doing, regions)

    return display


class _Shown:
    """Progress of a run, told on; the share never falls, though regions take turns."""

    def __init__(self, doing: Doing, regions: int) -> None:
        self._doing = doing
        self._regions = max(1, regions)
        self._done = 0
        self._share = 0.0

    def begin(self, phase: str) -> None:
        self._tell(phase, self._share)

    def expect(self, total: int) -> None:
        """Do nothing: the number of regions is known."""

    def advance(self, rows: list[dict[str, Any]]) -> None:
        self._done += len(rows)
        self._tell("", self._done / self._regions)

    def say(self, text: str) -> None:
        """Take `<video_id>: <stage> 2 of 5` as how far the video has come."""
        stage = text.rpartition(": ")[2]
        name = stage.split(" ")[0]
        if name not in STAGES:
            self._tell(text, self._share)
            return
        part = _PART.search(stage)
        within = (int(part[1]) - 1) / int(part[2]) if part else 0.0
        place = (STAGES.index(name) + within) / len(STAGES)
        self._tell(stage, (self._done + place) / self._regions)

    def _tell(self, text: str, share: float) -> None:
        self._share = max(self._share, min(share, 0.99))
        self._doing(text, round(self._share, 3))
