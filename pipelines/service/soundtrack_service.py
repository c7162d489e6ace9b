"""The service without its web: accept requests, have them performed, say how far they are."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from foley_core.errors import ConfigError, FoleyError
from foley_core.messages import unknown
from foley_core.storage.store import Storage
from pipelines.corrections.correction_file import read_rows
from pipelines.lease import leased
from pipelines.resolved_job import resolve_job
from pipelines.service.answers import answer_of
from pipelines.service.hidden_places import HiddenPlaces
from pipelines.service.performing import Performer, Task
from pipelines.service.records import Record, Records
from pipelines.service.requests import (
    CORRECTION_COLUMNS,
    RequestReader,
    SoundtrackRequest,
    Upload,
)
from pipelines.service.service_metrics import ServiceMetrics
from pipelines.service.settings import ServiceSettings
from pipelines.service.task_queue import TaskQueue
from pipelines.service.webhooks import Send, Webhooks

LONGEST_PAUSE_S = 600


class BusyError(FoleyError):
    """Refusal of another soundtrack while as many wait as may; `again_s` says when to ask again."""

    def __init__(self, again_s: int) -> None:
        super().__init__("as many soundtracks are waiting as may; ask again later")
        self.again_s = again_s


class SoundtrackService:
    """One service: its records, its queue, and those who are told.

    Methods but `start` and `close` may be called from any thread.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        performers: Sequence[Performer],
        send: Send | None = None,
    ) -> None:
        """Look up models and packs; nothing is loaded.

        Args:
            performers: one for each soundtrack that is made at a time.
            send: see `Webhooks`.

        Raises:
            ConfigError: the output cannot be written, or a setting cannot be used.
            CheckpointError: there are no weights, or they cannot be used.
        """
        self.settings = settings
        self.store = Storage(settings.output)
        try:
            self.store.check_writable()
        except FoleyError as error:
            raise ConfigError(f"{settings.output} cannot be used: {error}") from error
        self.reader = RequestReader(settings, resolve_job(settings.job("", {})))
        self.records = Records(self.store)
        self.hidden = HiddenPlaces(settings, self.store.root)
        self.queue = TaskQueue(performers, settings.most_waiting, self._ended)
        self.metrics = ServiceMetrics(self.queue.counts)
        self.webhooks = Webhooks(settings.webhook_secret, self.records.told, send)
        self._held, self._holds = ExitStack(), False

    def hold(self) -> None:
        """Wait until no other service has the output, and hold it: two would make the same.

        Raises:
            StorageError: the store failed.
        """
        if not self._holds:
            self._held.enter_context(leased(self.store, "foley serve"))
            self._holds = True

    def start(self) -> None:
        """Go on with all that was accepted and is not done, then begin to perform; see `hold`."""
        self.hold()
        self.store.sweep_temporary()
        for record in self.records.all_waiting():
            self.queue.add(Task(record["id"]))
        for soundtrack_id, key in self.records.all_corrections():
            self.queue.add(Task(soundtrack_id, key))
        for soundtrack_id, address in self.records.all_to_tell():
            self._tell(soundtrack_id, address)
        self.webhooks.start()
        self.queue.start()

    def close(self) -> None:
        """End; what is not done is gone on with at the next start."""
        self.queue.close()
        self.webhooks.close()
        self._held.close()

    def reserve(self) -> None:
        """Take a place for a request, before its body is read.

        Raises:
            BusyError: there is none.
        """
        if not self.queue.reserve():
            waiting, _ = self.queue.counts()
            again_s = round(self.queue.seconds_each * max(1, waiting) / 4)
            raise BusyError(min(LONGEST_PAUSE_S, max(1, again_s)))

    def accept(
        self, values: Mapping[str, Any], video: IO[bytes] | None, name: str
    ) -> tuple[str, bool]:
        """Accept a request in a reserved place, which is given back.

        Args:
            values: columns of a manifest row and settings of delivery.
            video: a video that was sent along, at its end or anywhere; None for an address.
            name: of that video's file, as its sender has it.

        Returns:
            The id of the soundtrack, and whether it is new.

        Raises:
            ConfigError: the request cannot be done; nothing is kept of it.
            StorageError: it cannot be kept.
        """
        try:
            upload = Upload(name, _sha256(video)) if video else None
            request = self.reader.read(values, upload)
            known = self.records.ended(request.soundtrack_id) is not None
            waits = self.queue.progress(Task(request.soundtrack_id))
            new = not known and (waits is None or bool(waits.broke_off))
            if new:
                if video:
                    self._keep_video(request, video)
                self.records.accept(request, datetime.now(UTC).isoformat(timespec="milliseconds"))
                self.metrics.accepted.inc()
        finally:
            self.queue.give_back()
        if not known:
            self.queue.add(Task(request.soundtrack_id))
        return request.soundtrack_id, new

    def correct(
        self, soundtrack_id: str, rows: Sequence[Mapping[str, Any]], by: str
    ) -> "Future[tuple[str, ...]]":
        """Accept corrections of a soundtrack; the future holds why they were refused, if they are.

        Args:
            rows: of a file of corrections, without `video_id`.
            by: who says so, where a row does not say.

        Raises:
            ConfigError: they cannot be used; every fault is listed.
            KeyError: there is no such soundtrack, or it is not made yet.
            BusyError: too many corrections wait.
        """
        ended = self.records.ended(soundtrack_id)
        if ended is None:
            raise KeyError(soundtrack_id)
        if self.queue.corrections_of(soundtrack_id) >= self.settings.most_waiting:
            raise BusyError(1)
        lines = _checked_lines(rows, ended["video_id"], by)
        at = datetime.now(UTC).isoformat()
        key = self.records.keep_corrections(soundtrack_id, lines, at)
        return self.queue.add(Task(soundtrack_id, key))

    def remove(self, soundtrack_id: str) -> bool:
        """Remove all that there is of a soundtrack; False where there is work to do on it.

        What broke off is no such work.
        """
        if not self.queue.forget(soundtrack_id):
            return False
        self.records.remove(soundtrack_id)
        return True

    def state(self, soundtrack_id: str) -> Record | None:
        """Return all that is known of a soundtrack; None where it is not known.

        `status` is `waiting`, `working`, `broke_off`, or that of its rows: `ok`, `set_aside`. It
        names no place of this machine.
        """
        state: Record | None = self.hidden.out_of(self._known(soundtrack_id))
        return state

    def _known(self, soundtrack_id: str) -> Record | None:
        task = Task(soundtrack_id)
        progress, place = self.queue.progress(task), self.queue.place(task)
        ended = self.records.ended(soundtrack_id)
        record = None if ended else self.records.waiting(soundtrack_id)
        # It may have ended between the two looks.
        if ended or (ended := None if record else self.records.ended(soundtrack_id)):
            pending = self.queue.corrections_of(soundtrack_id)
            return {**ended, "progress": 1.0, "corrections_waiting": pending}
        if record is None:
            return None
        state: Record = {
            "id": soundtrack_id,
            "video_id": record["video_id"],
            "regions": record["job"]["regions"],
            "accepted_at": record["accepted_at"],
            "status": "waiting",
            "progress": 0.0,
            "before": place,
        }
        if progress and progress.broke_off:
            state |= {"status": "broke_off", "error": progress.broke_off}
        elif progress and progress.working:
            state |= {"status": "working", "doing": progress.doing, "progress": progress.share}
        return state

    def _keep_video(self, request: SoundtrackRequest, video: IO[bytes]) -> None:
        """Store a video under its own name, whole or not at all."""
        key = request.row.uri.removeprefix(f"{self.store.root}/")
        video.seek(0)
        with tempfile.NamedTemporaryFile(prefix="foley-upload-") as copy:
            while data := video.read(1 << 20):
                copy.write(data)
            copy.flush()
            self.metrics.received.inc(copy.tell())
            self.store.put_file(key, Path(copy.name))

    def _ended(self, task: Task, seconds: float) -> None:
        if task.corrections:
            self.metrics.corrections.inc()
            return
        record = self.records.ended(task.soundtrack_id) or {}
        self.metrics.ended.labels(record.get("status", "unknown")).inc()
        self.metrics.seconds.observe(seconds)
        if address := self.records.address_to_tell(task.soundtrack_id):
            self._tell(task.soundtrack_id, address)

    def _tell(self, soundtrack_id: str, address: str) -> None:
        if state := self.state(soundtrack_id):
            self.webhooks.tell(soundtrack_id, address, answer_of(state).model_dump(mode="json"))


def _sha256(video: IO[bytes]) -> str:
    video.seek(0)
    sha256 = hashlib.sha256()
    while data := video.read(1 << 20):
        sha256.update(data)
    return sha256.hexdigest()


def _checked_lines(rows: Sequence[Mapping[str, Any]], video_id: str, by: str) -> bytes:
    """Return corrections as a file of JSON Lines, checked as far as `read_rows` checks one.

    Raises:
        ConfigError: they cannot be used; every fault is listed.
    """
    faults = [
        f"row {number}: {unknown('column', name, CORRECTION_COLUMNS)}"
        for number, row in enumerate(rows, 1)
        for name in row
        if name not in CORRECTION_COLUMNS
    ]
    if faults:
        raise ConfigError("nothing was corrected", tuple(faults))
    made = [{"video_id": video_id, "by": by, **row} for row in rows]
    lines = "".join(json.dumps(row) + "\n" for row in made).encode()
    with tempfile.TemporaryDirectory(prefix="foley-corrections-") as folder:
        path = Path(folder) / "corrections.jsonl"
        path.write_bytes(lines)
        try:
            read = read_rows(str(path))
        except ConfigError as error:
            told = error.problems or (str(error).replace(str(path), "the corrections"),)
            raise ConfigError("nothing was corrected", told) from None
    if not read:
        raise ConfigError("nothing was corrected", ("no row has an op",))
    return lines
