"""The list of all soundtracks, in pages: what changed last is first.

The order is that of the records' own times in the store, so that no record is read that is not
shown; only a filter by status reads others.
"""

from pipelines.service.records import Record
from pipelines.service.soundtrack_service import SoundtrackService

MOST_READ = 1000
"""Records that one page reads at most: a status that few have is looked for page by page."""


def listed_soundtracks(
    service: SoundtrackService, status: str | None, before: str | None, limit: int
) -> tuple[list[Record], str | None]:
    """Return a page of states, and the place in the list after which the next page begins.

    Args:
        status: only those that are so.
        before: a place that an earlier page gave; None for the first page.
        limit: the most states of a page; there may be fewer, even none, on a page that has a next.

    Raises:
        StorageError: the store failed.
    """
    places = [place for place in service.records.places() if before is None or place < before]
    found: list[Record] = []
    last = None
    for number, place in enumerate(places, 1):
        state = service.state(place.rpartition("-")[2])
        if state and status in (None, state["status"]):
            found.append(state)
        if len(found) == limit or number == MOST_READ:
            last = place if number < len(places) else None
            break
    return found, last
