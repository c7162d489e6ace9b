"""Manifests and sidecars with damage from a seed: flipped bits, cuts, odd values, pieces moved.

`outcome` plans one as a job does, commits what it sets aside, and says how that ended. `faults`
does so for many. Anything but a reason of the project's own is an error that it raises, or names.
"""

import csv
import gzip
import io
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.cues.timecode import SourceClock
from foley_core.errors import FoleyError
from foley_core.soundtrack.sidecar import read_sidecar
from foley_core.storage.store import Storage
from foley_core.styles.wishes import Wishes
from pipelines.asked import Asked
from pipelines.config import Job
from pipelines.corrections.correction_file import as_correction, read_rows
from pipelines.metadata.commits import CommitLog
from pipelines.plan import plan_job, read_shard
from pipelines.records import rows_of_invalid
from pipelines.stages.row import rows_of

COUNT = 600
ROWS: list[dict[str, Any]] = [
    {"video_id": f"v{n}", "uri": f"/videos/{n}.mp4", "regions": ["japan"], "start_s": n / 4,
     "seed": n, "prompt": "heavy boots, “quoted”", "music": True, "note": f"note {n}",
     "filmed": date(2026, 11, 1 + n)}
    for n in range(24)
]  # fmt: skip
SIDECAR = """schema_version = 1
filters = "footsteps: 50%, rain: off"
music = true
mood = "calm"
tempo_bpm = 96.5
"""
_ODD_VALUES: list[Any] = [
    None, "", "=1+1", "\ud800", "a\0b", "../x", -1, 2**63, 2**64, 1e308, float("inf"),
    float("nan"), True, [], {}, [[1], {"a": [None]}], "x" * 20_000, ["japan"] * 300, "１２", "∞",
    int("9" * 400), "9" * 5000, "1e999999999", "\u202egpm", "NaN",
]  # fmt: skip
_ODD_BYTES = (b"\0", b'"', b"\n", b"{" * 3000, b"[" * 3000, b"9" * 5000, b"\xff\xfe",
              b"\xed\xa0\x80", b'"\\ud800"', b"1e999999", b"NaN", b"," * 300, b"=1+1",
              b"\xef\xbb\xbf", b"'''", b"a.b.c = 1\n", b"\r")  # fmt: skip
_ASKED = Asked(("japan",), {"japan": "sha"}, "full", {"full": "sha"}, "settings")


def mutated(seed: int) -> tuple[str, bytes]:
    """Name and bytes of the mutated file of a seed."""
    rng = random.Random(seed)
    kind = list(_WHOLE)[seed % len(_WHOLE)]
    data = _WHOLE[kind](_odd_rows(rng) if rng.random() < 0.5 else ROWS)
    # Half of those with odd values are not damaged: they reach what reads values.
    damages = rng.randint(0, 3)
    for _ in range(damages):
        data = _damaged(data, rng)
    if kind.endswith(".gz"):
        data = gzip.compress(data) if rng.random() < 0.7 else _damaged(gzip.compress(data), rng)
    return f"{seed}.{kind}", data


def outcome(name: str, data: bytes) -> str:
    """Read a file as a job or `foley correct` does: what it came to, or the project's reason.

    Raises:
        Exception: any that is not the project's own.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            if name.endswith(".toml"):
                return str(read_sidecar(data, name).over(Wishes()))
            if name.endswith(".corrections.csv"):
                return _corrected(path)
            return _planned(path)
        except FoleyError as error:
            # A person must be able to read it.
            str(error).encode()
            return str(error)


def faults(seeds: Iterable[int]) -> Iterator[str]:
    """Yield a sentence for each seed whose file ends otherwise than with a reason."""
    for seed in seeds:
        name, data = mutated(seed)
        try:
            outcome(name, data)
        except Exception as error:
            yield f"{name}: {type(error).__name__}: {str(error)[:300]!r}"


def _planned(path: Path) -> str:
    job = Job(manifest=str(path), output=str(path.parent / "out"), regions=("japan",))
    log = CommitLog(Storage(job.output), "R1")
    invalid = 0

    def set_aside(row: Any) -> None:
        nonlocal invalid
        for record in rows_of_invalid(row):
            invalid += 1
            log.add(record)

    plan = plan_job(job, "R1", _ASKED, set_aside, log.declare)
    shards = [read_shard(pa.table({"shard": [shard]}), job.output) for shard in plan.shards]
    for row in (row for shard in shards for row in rows_of(shard)):
        extra = json.loads(row.extra)
        log.add({"video_id": row.video_id, "region": "japan", "status": "ok", "extra": extra})
    log.flush()
    return f"{plan.videos} rows, {invalid} set aside"


def _corrected(path: Path) -> str:
    rows = read_rows(str(path))
    for row in rows:
        try:
            as_correction(row, SourceClock(None), 48_000)
        except FoleyError as error:
            str(error).encode()
    return f"{len(rows)} corrections"


def _odd_rows(rng: random.Random) -> list[dict[str, Any]]:
    rows = [dict(row) for row in ROWS]
    for _ in range(rng.randint(1, 5)):
        row = rng.choice(rows)
        row[rng.choice([*row, "new", "status", "\ud800"])] = rng.choice(_ODD_VALUES)
    return rows


def _csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(errors="surrogatepass")


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, default=str) for row in rows).encode()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    columns: dict[str, Any] = {}
    for name in ROWS[0]:
        values = [row.get(name) for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowException, OverflowError, ValueError):
            columns[name] = [str(v).encode(errors="replace").decode() for v in values]
    far = pa.array([0] * 23 + [2**31 - 1], pa.int32()).cast(pa.date32())
    columns["filmed"] = far
    pq.write_table(pa.table(columns), sink, row_group_size=8)
    return sink.getvalue()


def _sidecar(_: list[dict[str, Any]]) -> bytes:
    return SIDECAR.encode()


def _corrections(rows: list[dict[str, Any]]) -> bytes:
    head = "video_id,op,cue,by,time,intensity,when,why\n"
    line = "v{n},{op},abc{n},ana,00:00:0{n}:10,0.5,2026-11-25T20:15:00,{why}\n"
    ops = ("relabel", "delete", "move", "add", "reroll")
    return (
        head + "".join(line.format(n=n, op=op, why=rows[n]["note"]) for n, op in enumerate(ops))
    ).encode(errors="replace")


_WHOLE: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "jsonl.gz": _jsonl,
    "mp4.foley.toml": _sidecar,
    "corrections.csv": _corrections,
}


def _damaged(whole: bytes, rng: random.Random) -> bytes:
    data = bytearray(whole)
    at = rng.randrange(len(data)) if data else 0
    kind = rng.randrange(5)
    if kind == 0 and data:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[at : at + rng.randrange(1, 400)]
    elif kind == 2:
        data[at:at] = rng.choice(_ODD_BYTES)
    elif kind == 3:
        data[at:at] = data[: rng.randrange(1, 400)]
    else:
        data[at : at + 4] = rng.randbytes(4)
    return bytes(data)
