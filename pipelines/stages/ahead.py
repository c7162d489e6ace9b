"""Work that is done for a whole batch of rows at once, before each row is attempted by itself."""

import pyarrow as pa

from foley_core.storage.store import Storage
from pipelines.stages.row import Row, rows_of, table_of
from pipelines.stages.stage import Stage, stopwatch, survived
from pipelines.stopping import raise_if_for_all, stops_noted


class AheadStage(Stage):
    """A stage that stores objects of all rows of a batch together.

    Attributes:
        ahead: keys of objects that were made so and are not counted yet.
    """

    store: Storage
    ahead: frozenset[str] = frozenset()

    def make_ahead(self, rows: list[Row]) -> set[str]:
        """Make what is missing of all rows at once; return the keys of what was made."""
        raise NotImplementedError

    def __call__(self, table: pa.Table) -> pa.Table:
        self.begin()
        rows = rows_of(table)
        healthy = [row for row in rows if not row.error]
        with stops_noted(self.store, self.run_id):
            if len(healthy) > 1:
                with stopwatch() as (wall_s, cpu_s):
                    self.ahead = frozenset(self._made_ahead(healthy))
                faulty = [row for row in rows if row.error]
                rows = faulty + self.timed(healthy, wall_s(), cpu_s())
            return table_of([after for row in rows for after in self.attempt(row)])

    def counted_ahead(self, keys: set[str]) -> set[str]:
        """Return which of a row's keys were made ahead; each is counted for one row."""
        made = keys & self.ahead
        self.ahead -= made
        return made

    def _made_ahead(self, rows: list[Row]) -> set[str]:
        """Keys of what was made for a batch at once.

        None where that failed, or killed a worker before: each row's own attempt then shows which
        of them is at fault.
        """
        try:
            with survived(self.run_id, f"{self.name} ahead", rows, attempts=1):
                return self.make_ahead(rows)
        except BaseException as error:
            raise_if_for_all(error)
        return set()
