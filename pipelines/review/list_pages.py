"""The list of the page: rows in files of 200, and what is filtered and searched by.

A file of rows keeps its number of rows for ever: one that is removed, since its video was purged,
leaves null in its place, so that the flags of all others still stand where they stood.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from foley_core.errors import StorageError
from foley_core.storage.store import Storage
from foley_core.types import Json
from pipelines.review.data_script import data_of, data_script
from pipelines.review.track_rows import FLAGS, list_row, told

REVIEW_FOLDER = "review/"
"""The page's folder in an output."""
KINDS = ("rows", "names")
ROWS_PER_FILE = 200
NAMES_PER_FILE = 20_000


class VideoRegions:
    """The regions that each video has rows for, in some hundred bytes a video."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._codes: dict[str, int] = {}
        self._held: dict[bytes, bytes] = {}

    def add(self, video_id: str, region: str) -> int:
        """Take a row; the number of its region."""
        code = self._codes.setdefault(region, len(self.names))
        if code == len(self.names):
            self.names.append(region)
        about = _short(video_id)
        self._held[about] = self._held.get(about, b"") + code.to_bytes(2)
        return code

    def of(self, video_id: str) -> list[str]:
        """Return the regions of a video, each once."""
        codes = self._held.get(_short(video_id), b"")
        pairs = (codes[place : place + 2] for place in range(0, len(codes), 2))
        return list(dict.fromkeys(self.names[int.from_bytes(pair)] for pair in pairs))


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a written list: how many there are, how many of them have no track, and the
    regions of their videos."""

    rows: int
    set_aside: int
    regions: VideoRegions

    def __str__(self) -> str:
        tracks = self.rows - self.set_aside
        others = f" and {self.set_aside} set aside" if self.set_aside else ""
        return f"{tracks} track{'s' * (tracks != 1)}{others}"


def write_list(store: Storage, rows: Iterable[Mapping[str, Any]]) -> Listed:
    """Write the list of some metadata rows.

    Raises:
        StorageError: the store failed.
    """
    regions, flags, codes = VideoRegions(), bytearray(), bytearray()
    shown, names = _Files(store, "rows", ROWS_PER_FILE), _Files(store, "names", NAMES_PER_FILE)
    for row in rows:
        short = list_row(told(row, store.root))
        shown.add(short)
        names.add(row["video_id"] or "")
        flags.append(int(str(short["f"])))
        codes += regions.add(row["video_id"] or "", row["region"] or "").to_bytes(2, "little")
    shown.close()
    names.close()
    document: dict[str, Json] = {
        "rows": len(flags),
        "rows_per_file": ROWS_PER_FILE,
        "names_per_file": NAMES_PER_FILE,
        "flag_names": list(FLAGS),
        "flags": b64encode(flags).decode(),
        "region_names": list(regions.names),
        "regions": b64encode(codes).decode(),
    }
    store.put(f"{REVIEW_FOLDER}list.js", data_script("list", document))
    set_aside = 1 << FLAGS.index("set_aside")
    return Listed(len(flags), sum(bool(held & set_aside) for held in flags), regions)


def is_list_file(key: str) -> bool:
    """Return True for the key of a file of the list, which names videos."""
    return key.endswith(".js") and key.startswith(
        tuple(f"{REVIEW_FOLDER}{kind}/" for kind in KINDS)
    )


def names_video(store: Storage, key: str, video_id: str) -> bool:
    """Return True where a file of the list names a video.

    Raises:
        StorageError: it cannot be read, or it is none.
    """
    return any(_id_of(value) == video_id for value in _values(store, key))


def forget_video(store: Storage, key: str, video_id: str) -> None:
    """Take a video out of a file of the list; its rows become null.

    Raises:
        StorageError: as `names_video`.
    """
    left = [None if _id_of(value) == video_id else value for value in _values(store, key)]
    folder, _, file = key.rpartition("/")
    name = f"{folder.rpartition('/')[2]}/{file.removesuffix('.js')}"
    store.put(key, data_script(name, left))


def _id_of(value: Json) -> Json:
    return value.get("v") if isinstance(value, dict) else value


def _values(store: Storage, key: str) -> list[Json]:
    try:
        values = data_of(store.read(key))
    except ValueError as error:
        raise StorageError(
            f"{store.uri(key)} is no file of the page ({error}); remove it, then run foley review"
        ) from error
    return values if isinstance(values, list) else []


class _Files:
    """Values in files of so many each; those of a former, longer list go at the end."""

    def __init__(self, store: Storage, kind: str, at_once: int) -> None:
        self._store, self._kind, self._at_once = store, kind, at_once
        self._values: list[Json] = []
        self._number = 0

    def add(self, value: Json) -> None:
        self._values.append(value)
        if len(self._values) == self._at_once:
            self._write()

    def close(self) -> None:
        if self._values:
            self._write()
        for item in list(self._store.list(f"{REVIEW_FOLDER}{self._kind}/")):
            number = item.key.rpartition("/")[2].removesuffix(".js")
            if not number.isdigit() or int(number) >= self._number:
                self._store.delete(item.key)

    def _write(self) -> None:
        name = f"{self._kind}/{self._number:06}"
        self._store.put(f"{REVIEW_FOLDER}{name}.js", data_script(name, self._values))
        self._values = []
        self._number += 1


def _short(video_id: str) -> bytes:
    return blake2b(video_id.encode(errors="surrogatepass"), digest_size=10).digest()
