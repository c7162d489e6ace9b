"""Records of the service: requests that are not finished yet, and how each soundtrack ended.

    waiting/<id>.json        accepted; written before the client is told, removed after the end
    ended/<id>.json          the outcome
    corrections/<id>/*.jsonl corrections that were accepted and are not applied yet
    told/<id>.json           ends of which a webhook is still to be told
    soundtracks/<id>/        the job folder, as `foley one` writes it, with an uploaded video

So a restart finds all that was accepted, and a finished soundtrack costs one small file to know of.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from foley_core.errors import MissingError
from foley_core.ids import digest
from foley_core.parsing import parsed_json
from foley_core.storage.store import Storage
from foley_core.styles.wishes import wishes_in
from pipelines.config import Job
from pipelines.manifest.asked_rows import asked_manifest
from pipelines.manifest.reader import ManifestRow
from pipelines.service.requests import SoundtrackRequest
from pipelines.service.settings import SOUNDTRACKS

WAITING, ENDED, TO_TELL = "waiting/", "ended/", "told/"
CORRECTIONS = "corrections/"

Record = dict[str, Any]


class Records:
    """Records of one service in its output.

    Every method raises StorageError where the store fails.
    """

    def __init__(self, store: Storage) -> None:
        self.store = store

    def accept(self, request: SoundtrackRequest, accepted_at: str) -> None:
        """Keep a request until it is done; once this returns, no restart loses it."""
        row = request.row
        document = {
            "schema_version": 1,
            "id": request.soundtrack_id,
            "accepted_at": accepted_at,
            "webhook": request.webhook,
            "video_id": row.video_id,
            "uri": row.uri,
            "start_s": None if row.start_s is None else str(row.start_s),
            "end_s": None if row.end_s is None else str(row.end_s),
            "wishes": {k: v for k, v in row.wishes.columns().items() if v is not None},
            "job": request.job.model_dump(mode="json"),
        }
        self._put(f"{WAITING}{request.soundtrack_id}.json", document)

    def request(self, soundtrack_id: str) -> SoundtrackRequest | None:
        """Return a request that is not done yet; None where there is none."""
        if (document := self.waiting(soundtrack_id)) is None:
            return None
        start_s, end_s = (
            None if document[name] is None else Fraction(document[name])
            for name in ("start_s", "end_s")
        )
        # The service's folder may have been moved since.
        there, here = document["job"]["output"], self.folder(soundtrack_id)
        moved = {"output": here, "manifest": asked_manifest(here)}
        row = ManifestRow(
            1,
            document["video_id"],
            document["uri"].replace(f"{there}/", f"{here}/", 1),
            wishes_in(document["wishes"]),
            start_s=start_s,
            end_s=end_s,
        )
        job = Job.model_validate({**document["job"], **moved})
        return SoundtrackRequest(soundtrack_id, row, job, document["webhook"])

    def folder(self, soundtrack_id: str) -> str:
        """Return the job folder of a soundtrack."""
        return f"{self.store.root}/{SOUNDTRACKS}{soundtrack_id}"

    def waiting(self, soundtrack_id: str) -> Record | None:
        """Return the record of a request that is not done yet."""
        return self._read(f"{WAITING}{soundtrack_id}.json")

    def ended(self, soundtrack_id: str) -> Record | None:
        """Return the record of a soundtrack that was made, or cannot be."""
        return self._read(f"{ENDED}{soundtrack_id}.json")

    def end(self, soundtrack_id: str, outcome: Record) -> None:
        """Keep how a soundtrack ended; its request is done with that."""
        self._put(f"{ENDED}{soundtrack_id}.json", outcome)
        self.store.delete(f"{WAITING}{soundtrack_id}.json")

    def all_waiting(self) -> list[Record]:
        """Return the records that are not done yet, those accepted first, first.

        One that has ended as well is done: its service was killed in between.
        """
        found = []
        for soundtrack_id in list(_names(self.store, WAITING)):
            if self.store.exists(f"{ENDED}{soundtrack_id}.json"):
                self.store.delete(f"{WAITING}{soundtrack_id}.json")
            elif record := self.waiting(soundtrack_id):
                found.append(record)
        return sorted(found, key=lambda record: str(record["accepted_at"]))

    def places(self) -> list[str]:
        """Return a place for each soundtrack, the one whose record was written last, first.

        A place is that time, in milliseconds since 1970, and the id. What ended in between two
        listings stands once.
        """
        written: dict[str, float] = {}
        for folder in (WAITING, ENDED):
            for item in self.store.list(folder):
                name = item.key.removeprefix(folder).removesuffix(".json")
                written[name] = max(written.get(name, 0.0), item.modified_s)
        return sorted((f"{1000 * at:013.0f}-{name}" for name, at in written.items()), reverse=True)

    def keep_corrections(self, soundtrack_id: str, lines: bytes, at: str) -> str:
        """Keep corrections until they are applied; return their key."""
        name = digest({"lines": lines.decode()})[:16]
        key = f"{CORRECTIONS}{soundtrack_id}/{at.replace(':', '')}-{name}.jsonl"
        self.store.put(key, lines)
        return key

    def all_corrections(self) -> list[tuple[str, str]]:
        """Return the ids and keys of corrections that are not applied yet, oldest first."""
        keys = [item.key for item in self.store.list(CORRECTIONS)]
        return [(key.split("/")[1], key) for key in sorted(keys, key=lambda key: key.split("/")[2])]

    def to_tell(self, soundtrack_id: str, webhook: str) -> None:
        """Note that an address is to be told of an end."""
        self._put(f"{TO_TELL}{soundtrack_id}.json", {"webhook": webhook})

    def address_to_tell(self, soundtrack_id: str) -> str | None:
        """Return the address that is still to be told of an end; None where there is none."""
        record = self._read(f"{TO_TELL}{soundtrack_id}.json")
        return str(record["webhook"]) if record else None

    def all_to_tell(self) -> Iterator[tuple[str, str]]:
        """Yield the ids and addresses of ends that are still to be told.

        One that has not ended is told later: its service was killed just before its end was kept.
        """
        for soundtrack_id in list(_names(self.store, TO_TELL)):
            has_ended = self.store.exists(f"{ENDED}{soundtrack_id}.json")
            if has_ended and (address := self.address_to_tell(soundtrack_id)):
                yield soundtrack_id, address

    def told(self, soundtrack_id: str) -> None:
        """Forget that somebody is to be told of an end."""
        self.store.delete(f"{TO_TELL}{soundtrack_id}.json")

    def remove(self, soundtrack_id: str) -> None:
        """Remove all that there is of a soundtrack, its record last."""
        for prefix in (f"{SOUNDTRACKS}{soundtrack_id}/", f"{CORRECTIONS}{soundtrack_id}/"):
            for item in list(self.store.list(prefix)):
                self.store.delete(item.key)
        for folder in (TO_TELL, WAITING, ENDED):
            self.store.delete(f"{folder}{soundtrack_id}.json")

    def _put(self, key: str, document: Record) -> None:
        self.store.put(key, json.dumps(document, ensure_ascii=False).encode())

    def _read(self, key: str) -> Record | None:
        try:
            document: Record = parsed_json(self.store.read(key))
        except MissingError:
            return None
        return document


def _names(store: Storage, folder: str) -> Iterator[str]:
    for item in store.list(folder):
        yield item.key.removeprefix(folder).removesuffix(".json")
