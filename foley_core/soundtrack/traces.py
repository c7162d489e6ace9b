"""Traces: which stored objects came from which video, so that all of them can be found again.

Features, detections, plans and stems are named by content and shared; their names tell nobody whose
they are. So whoever makes one leaves a note first, `traces/<id>/<note>.json`, where `<id>` is the
digest of the video's id. A note is written before what it names: a job that is killed in between
leaves a name too many, never an object without a name.
"""

import json
from collections.abc import Iterable, Iterator

from foley_core.errors import StorageError
from foley_core.ids import digest
from foley_core.parsing import parsed_json
from foley_core.storage.store import Storage

TRACES_FOLDER = "traces/"


def traces_of(video_id: str) -> str:
    """Return the prefix of a video's notes."""
    return f"{TRACES_FOLDER}{digest({'video_id': video_id})}/"


def leave_trace(store: Storage, video_id: str, keys: Iterable[str]) -> None:
    """Note that these objects come from a video; the same note twice is one note.

    Raises:
        StorageError: the store failed.
    """
    named = sorted(set(keys))
    note = json.dumps({"video_id": video_id, "keys": named}, ensure_ascii=False).encode()
    store.put_if_absent(f"{traces_of(video_id)}{digest([*named])}.json", note)


def traced_keys(store: Storage, note: str) -> Iterator[str]:
    """The keys that the note at `note` names.

    Raises:
        StorageError: it cannot be read, or is no note.
    """
    try:
        yield from parsed_json(store.read(note))["keys"]
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{store.uri(note)} is not a note of traces ({error})") from error
