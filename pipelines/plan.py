"""The plan: one pass over the manifest, minus what is committed, into shards for a job to read."""

import io
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.errors import ManifestError
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage
from foley_core.types import Tier
from pipelines.asked import Asked, Wish, seconds_text, wishes
from pipelines.config import Job
from pipelines.manifest.asked_rows import manifest_of
from pipelines.manifest.reader import AnyRow, InvalidRow, ManifestRow
from pipelines.manifest.sidecars import Sidecars
from pipelines.metadata.commits import committed, parquet_bytes
from pipelines.metadata.schema import Field
from pipelines.stages.row import ROW_SCHEMA

ROWS_PER_SHARD = 10_000
SHARD_BYTES = 32 << 20
"""About what the other columns of a shard's rows may hold before it is stored."""
FIRST_ROWS = 100
"""Rows to look into before a job, for what all of it will take."""
SHARD_COLUMNS = ROW_SCHEMA.names[: ROW_SCHEMA.get_field_index("requests") + 1]
SHARD_SCHEMA = pa.schema([ROW_SCHEMA.field(name) for name in SHARD_COLUMNS])

ShardRow = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """Counts: `videos` are rows of the manifest; `jobs` to do, `done` before and `invalid` are
    tracks, one for each region of a video; `sidecars` are rows that have one. `tiers` are those of
    the rows to be done; `remote`: one of their videos is not on this machine. `tracks` are the
    `jobs` of each region; `first_tracks` those of them before which nothing was made of the
    video. `first_rows` are the first rows that have one to make, each with whether nothing was
    made of it before."""

    videos: int = 0
    jobs: int = 0
    done: int = 0
    invalid: int = 0
    sidecars: int = 0
    shards: list[str] = field(default_factory=list)
    tiers: set[Tier] = field(default_factory=set)
    remote: bool = False
    tracks: Counter[str] = field(default_factory=Counter)
    first_tracks: Counter[str] = field(default_factory=Counter)
    first_rows: list[tuple[ManifestRow, bool]] = field(default_factory=list)


def plan_job(
    job: Job,
    run_id: str,
    asked: Asked,
    set_aside: Callable[[InvalidRow], None],
    declare: Callable[[list[Field]], None] = lambda _: None,
    store_shards: bool = True,
    only: Collection[tuple[str, str]] | None = None,
    anew: bool = False,
) -> Plan:
    """Plan a job: shards of videos to be done, at `_plan/<run_id>/`; memory flat.

    Args:
        asked: what the job asks of every row.
        set_aside: gets each row that cannot be used, with the regions it was meant for, once the
            whole manifest is known to be readable.
        declare: gets the manifest's other columns, just before: the job begins.
        store_shards: False for a rehearsal; `Plan.shards` is then empty.
        only: videos and regions to plan for; the other rows are left as they are.
        anew: whether tracks that are there already are made again.

    Raises:
        ManifestError: the file as such is unusable; nothing was set aside, no shard is left.
        ConfigError: a folder of sidecars is not there.
        StorageError: manifest, metadata or plan cannot be read or written.
    """
    manifest = manifest_of(job, only)
    sidecars = Sidecars(job.sidecars, job.schemes)
    planner = _Planner(asked, Storage(job.output), run_id)
    planner.stores, planner.only, planner.anew = store_shards, only, anew
    with TemporaryFile(prefix="foley-plan-") as spool:
        try:
            for batch in manifest.batches():
                planner.take(sidecars.applied(batch), spool)
        except ManifestError:
            planner.discard()
            raise
        planner.store_shard(at_least=1)
        declare(list(manifest.extra_fields))
        spool.seek(0)
        for line in spool:
            values = json.loads(line)
            set_aside(InvalidRow(**{**values, "regions": tuple(values["regions"])}))
    planner.plan.sidecars = sidecars.used
    return planner.plan


def read_shard(shards: pa.Table, output: str) -> pa.Table:
    """Rows of the shards that column `shard` names: one a video, with the regions to be done."""
    store = Storage(output)
    tables = [
        pq.read_table(io.BytesIO(store.read(str(key)))).cast(SHARD_SCHEMA)
        for key in shards["shard"].to_pylist()
    ]
    return pa.concat_tables(tables)


class _Planner:
    """The state of one pass."""

    def __init__(self, asked: Asked, storage: Storage, run_id: str) -> None:
        self.asked = asked
        self.storage = storage
        self.run_id = run_id
        self.stores = True
        self.only: Collection[tuple[str, str]] | None = None
        self.anew = False
        self.plan = Plan()
        self.committed = committed(storage)
        self._waiting: list[ShardRow] = []

    def take(self, batch: Sequence[AnyRow], spool: IO[bytes]) -> None:
        """Add a batch of the manifest to the plan; rows that cannot be used go to the spool."""
        usable, invalid = wishes(batch, self.asked)
        if self.only is not None:
            usable = [one for one in usable if (one[0].video_id, one[1]) in self.only]
            invalid = []
        for row in invalid:
            self.plan.invalid += len(row.regions)
            spool.write(json.dumps(asdict(row)).encode() + b"\n")
        self.plan.videos += len(batch)
        self._take_usable(usable)

    def _take_usable(self, usable: list[Wish]) -> None:
        done = self.committed.are_done([(row.video_id, region, key) for row, region, key in usable])
        if self.anew:
            done[:] = False
        self.plan.done += int(done.sum())
        left = [each for each, is_done in zip(usable, done, strict=True) if not is_done]
        self.plan.jobs += len(left)
        seen = {row.manifest_row for (row, _, _), made in zip(usable, done, strict=True) if made}
        self._count_regions(left, seen)
        self.plan.tiers |= {self.asked.tier_of(row) for row, _, _ in left}
        self.plan.remote |= any(local_path(row.uri) is None for row, _, _ in left)
        if self.stores:
            self._waiting += _by_video(left, self.asked)
            large = sum(len(row["extra"]) for row in self._waiting) > SHARD_BYTES
            self.store_shard(at_least=1 if large else ROWS_PER_SHARD)

    def _count_regions(self, left: list[Wish], seen: set[int]) -> None:
        """Count tracks by region.

        Args:
            seen: numbers of rows of whose videos a track was made before.
        """
        numbered = 0
        for row, region, _ in left:
            self.plan.tracks[region] += 1
            if row.manifest_row != numbered and len(self.plan.first_rows) < FIRST_ROWS:
                self.plan.first_rows.append((row, row.manifest_row not in seen))
            numbered = row.manifest_row
            if row.manifest_row not in seen:
                seen.add(row.manifest_row)
                self.plan.first_tracks[region] += 1

    def discard(self) -> None:
        """Remove the shards of a manifest that turned out to be unusable."""
        for key in self.plan.shards:
            self.storage.delete(key)

    def store_shard(self, at_least: int) -> None:
        """Store shards while there are so many rows waiting."""
        while len(self._waiting) >= at_least:
            rows, self._waiting = self._waiting[:ROWS_PER_SHARD], self._waiting[ROWS_PER_SHARD:]
            key = f"_plan/{self.run_id}/shard-{len(self.plan.shards):06}.parquet"
            table = pa.Table.from_pylist(rows, schema=SHARD_SCHEMA)
            self.storage.put(key, parquet_bytes(table))
            self.plan.shards.append(key)


def _by_video(wanted: Iterable[Wish], asked: Asked) -> Iterator[ShardRow]:
    current: ShardRow | None = None
    for row, region, request in wanted:
        if current is None or current["manifest_row"] != row.manifest_row:
            if current is not None:
                yield current
            current = _shard_row(row, asked)
        current["regions"].append(region)
        current["requests"].append(request)
    if current is not None:
        yield current


def _shard_row(row: ManifestRow, asked: Asked) -> ShardRow:
    return {
        "manifest_row": row.manifest_row,
        "video_id": row.video_id,
        "uri": row.uri,
        **row.wishes.columns(),
        "row_start_s": seconds_text(row.start_s),
        "row_end_s": seconds_text(row.end_s),
        "sidecar": row.sidecar,
        "corrections": asked.corrections_of(row.video_id)[0],
        "tier": asked.tier_of(row),
        "extra": json.dumps(row.extra),
        "regions": [],
        "requests": [],
    }
