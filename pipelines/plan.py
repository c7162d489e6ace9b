"""The plan: one pass over the manifest, minus what is committed, into shards for the job to read.

A `request` is the digest of everything that was asked for one video and region: the row's own
wishes, the settings of the job and the style pack. A track whose metadata row has the same request
is not made again. What a place or a pool is called is no part of it; nor is the content of a video:
a file replaced under the same URI must be given another URI to be done again.
"""

import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from tempfile import TemporaryFile
from typing import IO, Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.errors import ManifestError
from foley_core.ids import digest
from foley_core.storage.store import Storage
from foley_core.types import Json, Tier
from pipelines.config import Job
from pipelines.manifest.reader import AnyRow, InvalidRow, Manifest, ManifestRow
from pipelines.manifest.sidecars import Sidecars
from pipelines.metadata.commits import committed, parquet_bytes
from pipelines.metadata.schema import Field
from pipelines.stages.row import ROW_SCHEMA

ROWS_PER_SHARD = 10_000
SHARD_COLUMNS = ROW_SCHEMA.names[: ROW_SCHEMA.get_field_index("requests") + 1]
SHARD_SCHEMA = pa.schema([ROW_SCHEMA.field(name) for name in SHARD_COLUMNS])

ShardRow = dict[str, Any]
Wish: TypeAlias = tuple[ManifestRow, str, str]
"""A row, a region, and the request that both make together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a job asks of every row.

    Attributes:
        regions: for rows that name none.
        packs: sha256 of the style pack of every region that may be named.
        tier: for rows that name none.
        weights: digest of the weights of every tier that may be named.
        settings: digest of all other settings that shape a track.
        corrections: of the videos that people corrected, by the digest of their id: how many
            entries their log has, and a digest of them.
        refused: regions that the model's licence leaves out, and why.
    """

    regions: tuple[str, ...]
    packs: Mapping[str, str]
    tier: Tier
    weights: Mapping[Tier, str]
    settings: str
    corrections: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def corrections_of(self, video_id: str) -> tuple[int, str]:
        """Return how many entries a video's log has, and a digest of them."""
        if not self.corrections:
            return 0, ""
        return self.corrections.get(digest({"video_id": video_id}), (0, ""))

    def tier_of(self, row: ManifestRow) -> Tier:
        """The tier that generates a row."""
        return row.wishes.tier or self.tier


@dataclass(slots=True)
class Plan:
    """Counts: `videos` are rows of the manifest; `jobs` to do, `done` before and `invalid` are
    tracks, one for each region of a video; `sidecars` are rows that have one. `tiers` are those of
    the rows to be done."""

    videos: int = 0
    jobs: int = 0
    done: int = 0
    invalid: int = 0
    sidecars: int = 0
    shards: list[str] = field(default_factory=list)
    tiers: set[Tier] = field(default_factory=set)


def plan_job(
    job: Job,
    run_id: str,
    asked: Asked,
    set_aside: Callable[[InvalidRow], None],
    declare: Callable[[list[Field]], None] = lambda _: None,
    store_shards: bool = True,
    only: Collection[tuple[str, str]] | None = None,
) -> Plan:
    """Plan a job: shards of videos to be done, at `_plan/<run_id>/`; memory flat.

    Args:
        asked: what the job asks of every row.
        set_aside: gets each row that cannot be used, with the regions it was meant for, once the
            whole manifest is known to be readable.
        declare: gets the manifest's other columns, just before: the job begins.
        store_shards: False for a rehearsal; `Plan.shards` is then empty.
        only: videos and regions to plan for; the other rows are left as they are.

    Raises:
        ManifestError: the file as such is unusable; nothing was set aside, no shard is left.
        ConfigError: a folder of sidecars is not there.
        StorageError: manifest, metadata or plan cannot be read or written.
    """
    manifest = Manifest(job.manifest, job.schemes, job.limit)
    sidecars = Sidecars(job.sidecars, job.schemes)
    planner = _Planner(asked, Storage(job.output), run_id)
    planner.stores, planner.only = store_shards, only
    with TemporaryFile(prefix="foley-plan-") as spool:
        try:
            for batch in manifest.batches():
                planner.take(sidecars.applied(batch), spool)
        except ManifestError:
            planner.discard()
            raise
        planner.store_shard(at_least=1)
        declare(manifest.extra_fields)
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


def request_of(row: ManifestRow, region: str, asked: Asked) -> str:
    """Digest of all that one row asks for in one region, its sidecar's wishes included.

    Its other columns are in it as text, since the metadata hold them: 7 of one file format is "7"
    of another, and an empty value none. A track made again for them alone costs a mix.
    """
    extra: Json = {name: str(value) for name, value in row.extra.items() if value not in (None, "")}
    return digest(
        {
            "video_id": row.video_id,
            "uri": row.uri,
            **row.wishes.for_digest(),
            "start_s": _text(row.start_s),
            "end_s": _text(row.end_s),
            **({"corrections": made} if (made := asked.corrections_of(row.video_id)[1]) else {}),
            "tier": asked.tier_of(row),
            "region": region,
            "pack": asked.packs[region],
            "weights": asked.weights[asked.tier_of(row)],
            "extra": extra,
            "settings": asked.settings,
        }
    )


def wishes(batch: Sequence[AnyRow], asked: Asked) -> tuple[list[Wish], list[InvalidRow]]:
    """Return what a batch of the manifest asks for, and which rows of it cannot be done."""
    usable: list[Wish] = []
    faulty: list[InvalidRow] = []
    for row in batch:
        regions = row.regions or asked.regions
        if isinstance(row, ManifestRow):
            invalid = _out_of_reach(row, regions, asked)
            known = [r for r in regions if invalid is None or r not in invalid.regions]
            usable += [(row, region, request_of(row, region, asked)) for region in known]
        else:
            invalid = replace(row, regions=regions)
        if invalid:
            faulty.append(invalid)
    return usable, faulty


class _Planner:
    """The state of one pass."""

    def __init__(self, asked: Asked, storage: Storage, run_id: str) -> None:
        self.asked = asked
        self.storage = storage
        self.run_id = run_id
        self.stores = True
        self.only: Collection[tuple[str, str]] | None = None
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
        self.plan.done += int(done.sum())
        left = [each for each, is_done in zip(usable, done, strict=True) if not is_done]
        self.plan.jobs += len(left)
        self.plan.tiers |= {self.asked.tier_of(row) for row, _, _ in left}
        if self.stores:
            self._waiting += _by_video(left, self.asked)
            self.store_shard(at_least=ROWS_PER_SHARD)

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
        "row_start_s": _text(row.start_s),
        "row_end_s": _text(row.end_s),
        "sidecar": row.sidecar,
        "corrections": asked.corrections_of(row.video_id)[0],
        "tier": asked.tier_of(row),
        "extra": json.dumps(row.extra),
        "regions": [],
        "requests": [],
    }


def _out_of_reach(row: ManifestRow, regions: Sequence[str], asked: Asked) -> InvalidRow | None:
    """The part of a row that this job cannot do, and why; None if it can do all of it."""
    tier = asked.tier_of(row)
    strange = [region for region in regions if region not in asked.packs]
    refused = [region for region in regions if region in asked.refused]
    reasons = [f"{region}: {asked.refused[region]}" for region in refused]
    if strange:
        names, known = ", ".join(strange), ", ".join(asked.packs)
        reasons.append(f"no style pack in this job for {names}; there are: {known}")
    out = tuple(strange + refused)
    if tier not in asked.weights:
        there, out = ", ".join(asked.weights), tuple(regions)
        reasons = [f"there are no weights for tier {tier}; there are: {there}"]
    if not reasons:
        return None
    reason = "; ".join(reasons)
    return InvalidRow(row.manifest_row, row.video_id, row.uri, reason, True, out, row.extra)


def _text(seconds: object | None) -> str | None:
    return None if seconds is None else str(seconds)
