"""The objects of one video: each is traced to its video first, and made once.

Objects are named by content, so a key does not tell whose object it is. That is why the note comes
first, and why it names all objects of a step at once: a note an object would double the requests.
"""

from collections.abc import Callable, Iterable

from foley_core.soundtrack.traces import leave_trace
from foley_core.storage.store import Storage


class VideoStore:
    """A store that takes only objects which are traced to one video.

    Cheap to make; it remembers what it traced itself, so whoever makes objects traces them again.
    Every method raises StorageError where the store fails. Those that write raise ValueError for a
    key that is not traced: a programming error.
    """

    def __init__(self, storage: Storage, video_id: str) -> None:
        self.storage = storage
        self.video_id = video_id
        self._traced: set[str] = set()

    def trace(self, keys: Iterable[str]) -> None:
        """Note that objects come from this video, before one of them is made: one write in all."""
        if named := set(keys):
            leave_trace(self.storage, self.video_id, named)
            self._traced |= named

    def traced(self, key: str) -> str:
        """Return the key itself if it is traced; raise ValueError if not."""
        if key not in self._traced:
            raise ValueError(f"{key} is not traced to {self.video_id!r}; trace it, then make it")
        return key

    def lacks(self, key: str) -> bool:
        """Return True where a traced object is still to be made."""
        return not self.storage.exists(self.traced(key))

    def keep(self, key: str, make: Callable[[], bytes]) -> bool:
        """Make and store a traced object unless it is stored; True where it was made."""
        if not self.lacks(key):
            return False
        self.add(key, make())
        return True

    def add(self, key: str, data: bytes) -> None:
        """Store a traced object that was just made; one that is there already stays."""
        self.storage.put_if_absent(self.traced(key), data)

    def replace(self, key: str, data: bytes) -> None:
        """Store a traced object in place of a former one."""
        self.storage.put(self.traced(key), data)
