"""`foley review`: a page to look at, listen to and correct the tracks of an output.

It is written into the output, below `review/`, as static files:

```
index.html video.html style.css *.js   the page itself, see `page_assets`
list.js                                how many tracks, their flags, regions
rows/000000.js …                       what the list shows, 200 tracks each
names/000000.js …                      ids to search in, 20,000 tracks each
sounds.js                              classes with their groups, materials and words
videos/<digest of the id>/             a video's own: a document a track, waveforms, spectrograms,
                                       a contact strip
```

The page loads what it shows and nothing else. First the list is written, so that it can be opened
while the tracks follow; waveforms, spectrograms and strips that are there already stay. In memory
are some hundred bytes a video, and one batch of rows.

**Through a service** the same files are handed out, the two documents with `data-service`, the
address that corrections go to (see `page_file`). The page then posts the corrections of a video
there, as JSON: `{"by": …, "corrections": [rows without video_id]}`. After status 200 the tracks are
made anew, and the page loads their data again, which the service writes anew when it is asked for
(`rewrite_videos`); after 202 it does so until the track has changed. Any other answer holds
`{"detail": sentence, "problems": [sentences]}`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from os import cpu_count
from typing import Any

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.metadata.commits import read_steadily
from pipelines.metadata.delivered import rows_of_videos
from pipelines.metadata.latest_rows import LatestRows
from pipelines.review.data_script import data_script
from pipelines.review.list_pages import REVIEW_FOLDER, Listed, VideoRegions, write_list
from pipelines.review.page_assets import HTML_FILES, OTHER_FILES, page_file
from pipelines.review.pictures_shown import PicturesShown, Wish
from pipelines.review.sound_words import sound_words
from pipelines.review.track_document import DOCUMENT_COLUMNS, TrackDocuments
from pipelines.review.track_rows import LIST_COLUMNS, has_page

_MOST_THREADS = 8

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Address of the page that was written, and the tracks that it lists."""

    address: str
    listed: Listed


def write_review(
    output: str, pictures: Wish = "held", say: Say = lambda sentence: None
) -> Reviewed:
    """Write the page of an output, or write it anew.

    Args:
        output: folder or `s3://…` of a job.
        pictures: what is shown beside the sound, see `pictures_shown`.
        say: gets a sentence when the list can be opened, and on how far the tracks are.

    Raises:
        ConfigError: the output holds no tracks.
        UnwritableError: nothing can be written there.
        StorageError: the store failed.
    """
    store = Storage(output)
    _refuse_without_rows(store)
    store.check_writable()
    listed = write_list_of(store)
    write_page(store)
    address = store.uri(f"{REVIEW_FOLDER}index.html")
    say(f"{listed} listed in {address}; the sound follows")
    documents = TrackDocuments(store, PicturesShown(store, pictures))
    read_steadily(partial(_write_tracks, store, documents, listed.regions, say))
    return Reviewed(address, listed)


def rewrite_videos(
    store: Storage, video_ids: Collection[str], pictures: Wish = "held"
) -> tuple[str, ...]:
    """Write the data of some videos' tracks anew, as after a correction; their list rows stay.

    Returns:
        The names of the documents written.

    Raises:
        StorageError: the store failed.
    """
    rows = [row for row in rows_of_videos(store, video_ids) if row["video_id"]]
    regions = VideoRegions()
    for row in rows:
        regions.add(row["video_id"], row["region"])
    documents = TrackDocuments(store, PicturesShown(store, pictures))
    return tuple(documents.write(_whole(row), regions.of(row["video_id"])) for row in rows)


def write_page(store: Storage) -> None:
    """Write the files of the page that are the same in every output.

    Raises:
        StorageError: the store failed.
    """
    for name in (*HTML_FILES, *OTHER_FILES):
        store.put(f"{REVIEW_FOLDER}{name}", page_file(name))
    store.put(f"{REVIEW_FOLDER}sounds.js", sound_script())


def sound_script() -> bytes:
    """Return the names of sounds as the page loads them."""
    return data_script("sounds", sound_words())


def write_list_of(store: Storage) -> Listed:
    """Write the list of an output's tracks, and of the rows that were set aside.

    Raises:
        ConfigError: the output holds no tracks.
        StorageError: the store failed.
    """
    _refuse_without_rows(store)

    def written() -> Listed:
        return write_list(store, chain.from_iterable(LatestRows(store).batches(LIST_COLUMNS)))

    return read_steadily(written)


def _refuse_without_rows(store: Storage) -> None:
    if not any(True for _ in store.list("metadata/")):
        raise ConfigError(f"{store.root} holds no tracks; give the output of a job")


def _write_tracks(
    store: Storage, documents: TrackDocuments, regions: VideoRegions, say: Say
) -> None:
    """Write the data of every track; some at a time, since most of it is waiting and arithmetic
    that lets others run."""
    threads = min(_MOST_THREADS, cpu_count() or 1)
    latest, done = LatestRows(store), 0
    with ThreadPoolExecutor(threads) as pool:
        for batch in latest.batches(DOCUMENT_COLUMNS):
            named = [row for row in batch if has_page(row)]
            known = [regions.of(row["video_id"]) for row in named]
            _all(pool.map(documents.write, named, known))
            done += len(batch)
            say(f"{done} of {len(latest)} rows")


def _all(results: Iterable[str]) -> None:
    """Wait for all; the first error is raised here."""
    for _ in results:
        pass


def _whole(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**dict.fromkeys(DOCUMENT_COLUMNS), **row}
