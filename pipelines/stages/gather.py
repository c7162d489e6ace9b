"""Bring the parts of a video together again, without a shuffle.

A shuffle would wait for the whole catalogue before the first track. Here each part, when it is
done, leaves a note in the object store and looks whether all of its siblings' notes are there. The
one that finds them all claims the video by a conditional put and goes on with it; every other part
ends. A repeated part finds its own claim and goes on again, so nothing is lost or done twice when
a worker dies. Parts that arrive at the same moment may both see all notes; one claim wins.
"""

import json
from dataclasses import replace
from functools import partial

from foley_core.ids import digest
from foley_core.parsing import parsed_json
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from pipelines.stages.row import Row
from pipelines.stages.stage import Stage
from pipelines.stopping import raise_if_for_all


class GatheringStage(Stage):
    """Works on the parts of a video side by side, then once on the whole."""

    store: Storage

    def work(self, row: Row, store: VideoStore) -> Row:
        """The work on one part, which traces all that is made of the whole video in this stage."""
        raise NotImplementedError

    def finish(self, row: Row, store: VideoStore) -> list[Row]:
        """The rows that follow from a whole video, all of whose parts are done; `store` is that of
        the last part."""
        raise NotImplementedError

    def attempt(self, row: Row) -> list[Row]:
        """A part in; nothing out, or what follows from the whole if this part completes it.

        A part that cannot meet its siblings sets the whole video aside: it stands for all of them,
        since no later stage must wait for the others.
        """
        store = VideoStore(self.store, row.video_id)
        done = row if row.error else self.guarded(lambda part: [self.work(part, store)], row)[0]
        try:
            whole = self._arrive(done)
        except Exception as error:
            raise_if_for_all(error)
            return [replace(done, part=0, parts=1).failed(self.name, error)]
        if whole is None:
            return []
        return [whole] if whole.error else self.guarded(partial(self.finish, store=store), whole)

    def _arrive(self, row: Row) -> Row | None:
        if row.parts == 1:
            return row
        name = digest([row.video_id, row.manifest_row, row.region])
        place = f"_runs/{self.run_id}/{self.name}/{name}"
        note = {"tally": row.tally, "error_class": row.error_class, "error": row.error}
        self.store.put_if_absent(f"{place}/part-{row.part:05}", json.dumps(note).encode())
        notes = sorted(item.key for item in self.store.list(f"{place}/") if "/part-" in item.key)
        if len(notes) < row.parts or not self._claim(f"{place}/claim", row.part):
            return None
        return _merged(row, [parsed_json(self.store.read(key)) for key in notes])

    def _claim(self, key: str, part: int) -> bool:
        mine = str(part).encode()
        return self.store.put_if_absent(key, mine) or self.store.read(key) == mine


def _merged(row: Row, notes: list[dict[str, object]]) -> Row:
    """The whole: the tallies of all parts, and the error of the first part that has one."""
    tally: dict[str, float] = {}
    for note in notes:
        counts = note["tally"]
        assert isinstance(counts, dict)
        for name, count in counts.items():
            tally[name] = tally.get(name, 0.0) + float(count)
    faulty = next((note for note in notes if note["error"]), None)
    whole = replace(row, part=0, parts=1, tally=tally, error_class="", error="")
    if faulty is None:
        return whole
    return replace(whole, error_class=str(faulty["error_class"]), error=str(faulty["error"]))
