"""A folder of parts is a manifest, as Spark, Dask and Ray Data write it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foley_core.errors import ManifestError
from foley_core.storage.store import Storage
from pipelines.manifest.reader import InvalidRow, Manifest, ManifestRow


def write(path: Path, *ids: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table({"video_id": list(ids), "uri": [f"in/{name}.mp4" for name in ids]})
    pq.write_table(table, path)


def rows_of(uri: Path | str) -> list[ManifestRow | InvalidRow]:
    return [row for batch in Manifest(str(uri)).batches() for row in batch]


def test_parts_are_read_in_order_and_numbered_through(tmp_path: Path) -> None:
    folder = tmp_path / "m.parquet"
    write(folder / "part-1.parquet", "c", "a")
    write(folder / "part-0.parquet", "a", "b")
    (folder / "_SUCCESS").touch()
    (folder / ".part-0.parquet.crc").touch()
    for uri in (folder, f"{folder}/"):
        rows = rows_of(uri)
        assert [(row.manifest_row, row.video_id) for row in rows] == [
            (1, "a"), (2, "b"), (3, "c"), (4, "a"),
        ]  # fmt: skip
        assert rows[0].uri == f"{tmp_path}/in/a.mp4"
        assert isinstance(rows[3], InvalidRow)
        assert "is that of row 1 already" in rows[3].reason


def test_parts_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    for name in "ab":
        text = f"video_id,uri\n{name},/v.mp4\n"
        (tmp_path / "m" / f"part-{name}.csv").write_text(text)
    assert [row.manifest_row for row in rows_of(tmp_path / "m")] == [1, 2]


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("", "holds no file that ends in"),
        ("x=1/part-0.parquet", r"folders inside \('x=1'\)"),
        ("notes.txt", "holds 'notes.txt', which is no part"),
    ],
)
def test_a_folder_that_is_no_manifest_is_said_so(tmp_path: Path, inside: str, said: str) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    if inside:
        write(folder / inside, "a")
    with pytest.raises(ManifestError, match=said):
        rows_of(folder)


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    write(tmp_path / "m" / "part-0.parquet", "a")
    (tmp_path / "m" / "part-1.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(ManifestError, match=r"part-1\.parquet: not a readable Parquet file"):
        rows_of(tmp_path / "m")


@pytest.mark.s3
def test_a_folder_in_a_bucket_is_a_manifest(s3_bucket: str, tmp_path: Path) -> None:
    store = Storage(s3_bucket)
    for number, name in enumerate("ab"):
        write(tmp_path / f"{name}.parquet", name)
        store.put_file(f"in/m.parquet/part-{number}.parquet", tmp_path / f"{name}.parquet")
    store.put("in/m.parquet/_SUCCESS", b"")
    rows = rows_of(f"{s3_bucket}/in/m.parquet")
    assert [row.uri for row in rows] == [f"{s3_bucket}/in/in/{name}.mp4" for name in "ab"]
