"""Columns of any type that Parquet has are weighed and read, since other programs write them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.manifest.parquet_values import column_weights
from pipelines.manifest.reader import Manifest, ManifestRow

KIND = pa.map_(pa.string(), pa.list_(pa.int32()))
MAPS = [[("k", [1]), ("l", None)], None, [], [("m", [2, 3])]]


def test_a_column_of_maps_travels_on(tmp_path: Path) -> None:
    ids = [str(number) for number in range(len(MAPS))]
    columns = {"video_id": pa.array(ids), "uri": pa.array(["/a.mp4"] * len(MAPS))}
    pq.write_table(pa.table({**columns, "tags": pa.array(MAPS, KIND)}), tmp_path / "m.parquet")
    (rows,) = Manifest(str(tmp_path / "m.parquet")).batches()
    assert all(isinstance(row, ManifestRow) for row in rows)
    assert [row.extra["tags"] for row in rows] == [
        '[["k",[1]],["l",null]]',
        None,
        "[]",
        '[["m",[2,3]]]',
    ]


def test_each_map_weighs_what_it_holds() -> None:
    large = pa.array([[("k", [1])], [("x" * (5 << 20), [2])], None], KIND)
    light, heavy, none = column_weights(large).tolist()
    assert light < 1000
    assert heavy > 5 << 20
    assert none == 0
