"""Any manifest is read in 512 MB, and says what is wrong with it instead of filling the memory."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import manifest_bombs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foley_core.errors import ManifestError
from foley_core.storage.store import Storage
from pipelines.asked import Asked
from pipelines.config import Job
from pipelines.manifest.problems import HEADER_COLUMNS
from pipelines.manifest.reader import InvalidRow, Manifest, ManifestRow
from pipelines.metadata.commits import CommitLog, part_keys
from pipelines.plan import plan_job

ROOT = Path(__file__).parents[3]
MOST_MB = 512
QUICK = [
    make for make in manifest_bombs.BOMBS
    if make not in (manifest_bombs.one_row_for_ever, manifest_bombs.page_of_zeros,
                    manifest_bombs.line_without_end, manifest_bombs.giant_cells)
]  # fmt: skip
READ = """
import pathlib, re, sys
from foley_core.errors import ManifestError
from pipelines.manifest.reader import Manifest
for path in sys.argv[1:]:
    try:
        rows = sum(len(batch) for batch in Manifest(path).batches())
        said = f"{rows} rows"
    except ManifestError as error:
        said = str(error).replace(chr(10), " ")[:300]
    status = pathlib.Path("/proc/self/status").read_text()
    print(int(re.search(r"VmHWM:\\s*([0-9]+)", status)[1]) // 1024, said, flush=True)
"""


def read_in_a_process(paths: list[Path]) -> list[tuple[int, str]]:
    """Peak of memory in MB, and what was said, of each file in turn."""
    done = subprocess.run(
        [sys.executable, "-c", READ, *map(str, paths)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return [(int(peak), said) for peak, said in lines]


@pytest.mark.slow
def test_small_files_made_to_fill_memory_do_not(tmp_path: Path) -> None:
    answers = read_in_a_process([make(tmp_path) for make in QUICK])
    assert len(answers) == len(QUICK)
    for make, (peak_mb, said) in zip(QUICK, answers, strict=True):
        assert re.search(manifest_bombs.BOMBS[make], said), (make.__name__, said)
        assert peak_mb < MOST_MB, make.__name__


@pytest.mark.slow
def test_large_files_made_to_fill_memory_do_not(tmp_path: Path) -> None:
    large = [make for make in manifest_bombs.BOMBS if make not in QUICK]
    for make, (peak_mb, said) in zip(
        large, read_in_a_process([make(tmp_path) for make in large]), strict=True
    ):
        assert re.search(manifest_bombs.BOMBS[make], said), (make.__name__, said)
        assert peak_mb < MOST_MB, make.__name__


def rows_of(path: Path) -> list[ManifestRow | InvalidRow]:
    return [row for batch in Manifest(str(path)).batches() for row in batch]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 2**30], pa.date32()),
        ([0, 2**62], pa.date64()),
        ([0, 2**62], pa.timestamp("ms")),
        ([0, 2**62], pa.time64("us")),
        ([0, 2**62], pa.duration("s")),
    ],
)
def test_a_value_out_of_range_sets_its_row_aside_and_no_other(
    tmp_path: Path, values: list[int], kind: pa.DataType
) -> None:
    whole = pa.array(values, pa.int32() if kind == pa.date32() else pa.int64())
    far = whole.view(kind)
    table = pa.table({"video_id": ["a", "b"], "uri": ["/v.mp4"] * 2, "when": far})
    pq.write_table(table, tmp_path / "m.parquet")
    good, bad = rows_of(tmp_path / "m.parquet")
    assert isinstance(good, ManifestRow)
    assert isinstance(bad, InvalidRow)
    assert re.fullmatch(r"column 'when': a value of type .* that is out of range", bad.reason)
    assert bad.owns_id


def _parquet_of_bytes(path: Path) -> None:
    texts = pa.array([b"good", b"\xff"]).view(pa.string())
    table = pa.table({"video_id": ["a", "b"], "uri": ["/v.mp4"] * 2, "title": texts})
    pq.write_table(table, path)


def _csv_of_bytes(path: Path) -> None:
    path.write_bytes(b"video_id,uri,title\na,/v.mp4,good\nb,/v.mp4,\xff\n")


def _json_of_bytes(path: Path) -> None:
    row = b'{"video_id": "%s", "uri": "/v.mp4", "title": "%s"}\n'
    path.write_bytes(row % (b"a", b"good") + row % (b"b", b"\xff"))


def _nested_json_of_bytes(path: Path) -> None:
    row = b'{"video_id": "%s", "uri": "/v.mp4", "title": %s}\n'
    path.write_bytes(row % (b"a", b'"good"') + row % (b"b", b'[{"\xff": 1}]'))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("m.parquet", _parquet_of_bytes),
        ("m.csv", _csv_of_bytes),
        ("m.jsonl", _json_of_bytes),
        ("m.jsonl", _nested_json_of_bytes),
    ],
)
def test_a_text_that_is_not_utf8_sets_its_row_aside(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / name)
    good, bad = rows_of(tmp_path / name)
    assert good.extra == {"title": "good"}
    assert isinstance(bad, InvalidRow)
    assert bad.reason == "column 'title': text that is not UTF-8"
    assert bad.owns_id


def test_lists_and_texts_that_rows_share_are_read_as_they_were(tmp_path: Path) -> None:
    rows = [
        {"video_id": f"v{n}", "uri": "/v.mp4", "regions": ["de", "jp"][: n % 3], "title": "same",
         "tags": [{"name": "a", "of": [n]}], "bytes": b"\x00", "none": None, "n": n}
        for n in range(20)
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows)
    table = table.append_column("category", table["n"].dictionary_encode())
    pq.write_table(table, tmp_path / "m.parquet", row_group_size=7)
    found = rows_of(tmp_path / "m.parquet")
    assert [row.manifest_row for row in found] == list(range(1, 21))
    assert [row.regions for row in found[:3]] == [(), ("de",), ("de", "jp")]
    assert {row.extra["title"] for row in found} == {"same"}
    assert [row.extra["category"] for row in found] == list(range(20))
    assert found[4].extra["tags"] == '[{"name":"a","of":[4]}]'


def test_a_row_with_one_column_too_many_is_set_aside(tmp_path: Path) -> None:
    rows = [{"video_id": f"v{n}", "uri": "/v.mp4", f"c{n}": n} for n in range(HEADER_COLUMNS)]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = rows_of(tmp_path / "m.jsonl")
    assert isinstance(found[HEADER_COLUMNS - 3], ManifestRow)
    last = found[-1]
    assert isinstance(last, InvalidRow)
    assert "one more than the 1000 that a manifest may have" in last.reason


def test_an_integer_of_thousands_of_digits_is_one_row_s_fault(tmp_path: Path) -> None:
    nines = "9" * 5000
    (tmp_path / "m.jsonl").write_text(
        f'{{"video_id": "a", "uri": "/v.mp4", "seed": {nines}}}\n'
        f'{{"video_id": "b", "uri": "/v.mp4", "note": {nines}}}\n'
        f'{{"video_id": "c", "uri": "/v.mp4", "tempo_bpm": {nines[:400]}}}\n'
    )
    seed, note, tempo = rows_of(tmp_path / "m.jsonl")
    assert isinstance(seed, InvalidRow)
    assert "seed must be an integer" in seed.reason
    assert note.extra == {"note": nines}
    assert isinstance(tempo, InvalidRow)
    assert "tempo_bpm must be a number" in tempo.reason


def test_a_row_that_nobody_has_foreseen_is_one_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(name: str, value: object) -> object:
        raise MemoryError

    monkeypatch.setitem(Manifest._row.__globals__["COLUMN_READERS"], "mood", stumble)
    rows = [{"video_id": "a", "uri": "/v.mp4", "mood": "calm"}, {"video_id": "b", "uri": "/v.mp4"}]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    bad, good = rows_of(tmp_path / "m.jsonl")
    assert isinstance(good, ManifestRow)
    assert isinstance(bad, InvalidRow)
    assert "not enough memory" in bad.reason


def plan(path: Path, log: CommitLog | None = None) -> list[str]:
    job = Job(manifest=str(path), output=str(path.parent / "out"), regions=("de",))
    asked = Asked(("de",), {"de": "sha"}, "full", {"full": "sha"}, "settings")
    return plan_job(job, "R1", asked, lambda _: None).shards


def test_a_column_with_half_a_surrogate_pair_ends_no_job_in_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text('{"video_id":"a","uri":"/x","\\ud800":1}\n')
    with pytest.raises(ManifestError, match=r"row 1, column '\\ud800': its name is not UTF-8"):
        plan(tmp_path / "m.jsonl")


def test_shards_and_parts_are_stored_before_they_grow_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.plan.SHARD_BYTES", 5000)
    monkeypatch.setattr("pipelines.manifest.reader.BATCH_BYTES", 3000)
    rows = [{"video_id": f"v{n}", "uri": "/v.mp4", "note": "x" * 1000} for n in range(12)]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert len(plan(tmp_path / "m.jsonl")) > 1
    monkeypatch.setattr("pipelines.metadata.commits.OTHER_BYTES", 5000)
    store = Storage(f"memory://{tmp_path.name}")
    log = CommitLog(store, "R1")
    for row in rows:
        log.add({"video_id": row["video_id"], "region": "de", "extra": {"note": row["note"]}})
    assert len(part_keys(store)) == 2
