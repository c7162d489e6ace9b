"""The corrections of each video, kept for ever: an append-only log in the output.

An entry is `corrections/<id>/<number>.json`, where `<id>` is the digest of the video's id. Numbers
are taken by conditional writes: of two people who correct one video at once, the later finds the
number taken, reads what the other wrote, and is judged anew against it. So both are kept, or the
later is refused; none is lost.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from foley_core.cues.corrections import Correction, corrected
from foley_core.errors import StorageError
from foley_core.ids import digest
from foley_core.parsing import parsed_json
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage

CORRECTIONS_FOLDER = "corrections/"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Corrections that came together: all of one file for one video."""

    number: int
    corrections: tuple[Correction, ...]

    def answers(self, asked: Sequence[Correction]) -> bool:
        """Return True if what is asked is this very entry: the same file twice is one.

        The time makes no difference, but for a reroll that says when: at another moment it is
        another take.
        """
        return len(asked) == len(self.corrections) and all(
            replace(one, at="") == replace(kept, at="")
            and (one.op != "reroll" or one.at in ("", kept.at))
            for one, kept in zip(asked, self.corrections, strict=True)
        )


def log_of(video_id: str) -> str:
    """Return the prefix of a video's entries."""
    return f"{CORRECTIONS_FOLDER}{digest({'video_id': video_id})}/"


def read_log(store: Storage, video_id: str, count: int | None = None) -> list[LogEntry]:
    """The entries of a video in order, or the first `count` of them.

    Raises:
        StorageError: an entry cannot be read.
    """
    keys = sorted(item.key for item in store.list(log_of(video_id)))
    return [_read(store, key, number) for number, key in enumerate(keys[:count])]


def append(
    store: Storage,
    video_id: str,
    corrections: Sequence[Correction],
    judge: Callable[[list[LogEntry]], None],
) -> bool:
    """Add an entry; False where the log holds this very entry already.

    Args:
        corrections: those without a time get the present one.
        judge: gets what is in the log and raises what is wrong with the corrections; asked again
            whenever somebody else was faster.

    Raises:
        StorageError: the store failed.
    """
    while True:
        entries = read_log(store, video_id)
        if any(entry.answers(corrections) for entry in entries):
            return False
        judge(entries)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        document = {
            "schema_version": 1,
            "video_id": video_id,
            "corrections": [replace(one, at=one.at or now).as_json() for one in corrections],
        }
        key = f"{log_of(video_id)}{len(entries):06}.json"
        if store.put_if_absent(key, json.dumps(document, ensure_ascii=False).encode()):
            return True


def with_corrections(
    store: Storage, detection: Detection, video_id: str, count: int | None = None
) -> Detection:
    """Return a detection with the corrections of people: the first `count` entries, or all.

    Raises:
        StorageError: the log cannot be read.
    """
    if count == 0:
        return detection
    made = [one for entry in read_log(store, video_id, count) for one in entry.corrections]
    sheet, notes = corrected(detection.sheet, made)
    return replace(detection, sheet=sheet, notes=(*detection.notes, *notes))


def logs(store: Storage) -> dict[str, tuple[int, str]]:
    """Return each video's log, by the digest of its id: how many entries, and a digest of them.

    Raises:
        StorageError: the store cannot be listed or read.
    """
    found: dict[str, tuple[int, str]] = {}
    for item in store.list(CORRECTIONS_FOLDER):
        video = item.key.removeprefix(CORRECTIONS_FOLDER).split("/")[0]
        count, content = found.get(video, (0, ""))
        found[video] = (count + 1, digest([content, store.read(item.key).decode()]))
    return found


def _read(store: Storage, key: str, number: int) -> LogEntry:
    try:
        rows = parsed_json(store.read(key))["corrections"]
        return LogEntry(number, tuple(Correction(**row) for row in rows))
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{store.uri(key)} holds no corrections ({error})") from error
