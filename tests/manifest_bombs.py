"""Manifests made to fill memory or to keep a machine busy: small files, each of another kind."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HEAD = "video_id,uri\n"
IDS = [f"v{number}" for number in range(4000)]
MB = 1 << 20


def record_without_end(path: Path) -> Path:
    """One quoted record of millions of lines."""
    path = path / "record.csv.gz"
    path.write_bytes(gzip.compress((HEAD + '"x\n",' * (3 * MB)).encode(), 1))
    return path


def blank_lines(path: Path) -> Path:
    """Nothing but ends of lines, packed a thousandfold."""
    path = path / "blank.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * MB, 1))
    return path


def line_without_end(path: Path) -> Path:
    """One line of JSON without an end, packed."""
    path = path / "line.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"video_id": "' + b"x" * (300 * MB), 1))
    return path


def deep_json(path: Path) -> Path:
    """Brackets within brackets, in a line and in a column of people's own."""
    path = path / "deep.jsonl"
    row = json.dumps({"video_id": "a", "uri": "/v.mp4"})
    deep = "[" * 900 + "]" * 900
    path.write_text(f'{row[:-1]}, "x": {deep}}}\n{{"a": {"[" * 500_000}\n')
    return path


def giant_cells(path: Path) -> Path:
    """Rows of nearly as many characters as a row may have."""
    path = path / "giant.jsonl"
    text = "x" * (MB - 200)
    with path.open("w") as file:
        for name in IDS[:100]:
            file.write(json.dumps({"video_id": name, "uri": "/v.mp4", "note": text}) + "\n")
    return path


def little_objects(path: Path) -> Path:
    """Rows that are hundreds of thousands of empty objects."""
    path = path / "little.jsonl"
    with path.open("w") as file:
        for name in IDS[:8]:
            empty = ",".join(["{}"] * 300_000)
            file.write(f'{{"video_id": "{name}", "uri": "/v.mp4", "x": [{empty}]}}\n')
    return path


def ever_new_columns(path: Path) -> Path:
    """Each row with a column that no other has."""
    path = path / "columns.jsonl"
    with path.open("w") as file:
        for number in range(3000):
            file.write(f'{{"video_id": "v{number}", "uri": "/v.mp4", "c{number}": 1}}\n')
    return path


def shared_text(path: Path) -> Path:
    """A text of 200 KB that all rows share, once in the file."""
    path = path / "shared.parquet"
    text = pa.DictionaryArray.from_arrays(pa.array([0] * len(IDS)), ["x" * 200_000])
    table = {"video_id": IDS, "uri": ["/v.mp4"] * len(IDS), "prompt": text}
    pq.write_table(pa.table(table), path, compression="zstd")
    return path


def page_of_zeros(path: Path) -> Path:
    """One page that unpacks to 300 MB."""
    path = path / "page.parquet"
    texts = ["x" * (30 * MB)] * 10
    table = pa.table({"video_id": IDS[:10], "uri": ["/v.mp4"] * 10, "note": texts})
    pq.write_table(table, path, compression="zstd", use_dictionary=False, data_page_size=1 << 30)
    return path


def lists_of_one_value(path: Path) -> Path:
    """Ten million times the same value, in lists."""
    path = path / "lists.parquet"
    values = pa.repeat(pa.scalar(1, pa.int8()), 10_000_000)
    lists = pa.ListArray.from_arrays(pa.array([0, 10_000_000], pa.int32()), values)
    pq.write_table(pa.table({"video_id": ["a"], "uri": ["/v.mp4"], "x": lists}), path)
    return path


def long_list_of_long_texts(path: Path) -> Path:
    """One row whose list repeats a text of 60 KB a hundred thousand times."""
    path = path / "texts.parquet"
    text = pa.DictionaryArray.from_arrays(
        pa.repeat(pa.scalar(0, pa.int32()), 100_000), ["x" * 60_000]
    )
    lists = pa.ListArray.from_arrays(pa.array([0, 0, 100_000], pa.int32()), text)
    table = pa.table({"video_id": ["a", "b"], "uri": ["/v.mp4"] * 2, "x": lists})
    pq.write_table(table, path, compression="zstd")
    return path


def many_row_groups(path: Path) -> Path:
    """A row group for each row."""
    path = path / "groups.parquet"
    table = pa.table({"video_id": IDS[:1000], "uri": ["/v.mp4"] * 1000})
    pq.write_table(table, path, row_group_size=1)
    return path


def one_row_for_ever(path: Path) -> Path:
    """Fifty million rows that are all the same."""
    path = path / "same.parquet"
    column = pa.repeat(pa.scalar("a"), 5_000_000).dictionary_encode()
    table = pa.table({"video_id": column, "uri": column})
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(10):
            writer.write_table(table, row_group_size=5_000_000)
    return path


def wide(path: Path) -> Path:
    """Ten thousand columns."""
    path = path / "wide.parquet"
    pq.write_table(pa.table({f"c{number}": [1] for number in range(10_000)}), path)
    return path


def wide_csv(path: Path) -> Path:
    """A header of three hundred thousand columns of one name."""
    path = path / "wide.csv"
    path.write_text("x," * 300_000 + "x\n")
    return path


def wide_values(path: Path) -> Path:
    """Values of a megabyte each, of a type that has no dictionary."""
    path = path / "values.parquet"
    values = pa.array([bytes(MB)] * 4, pa.binary(MB))
    pq.write_table(pa.table({"video_id": IDS[:4], "uri": ["/v.mp4"] * 4, "x": values}), path)
    return path


def deep_schema(path: Path) -> Path:
    """A column of lists nested forty deep."""
    path = path / "nested.parquet"
    kind: pa.DataType = pa.int8()
    for _ in range(40):
        kind = pa.list_(kind)
    columns = {"video_id": ["a"], "uri": ["/v.mp4"], "x": pa.nulls(1, kind)}
    pq.write_table(pa.table(columns), path)
    return path


BOMBS = {
    record_without_end: "more than 1048576 characters",
    blank_lines: "more than 10000 lines of it are empty",
    line_without_end: "more than 1048576 characters",
    deep_json: "row 2: not JSON: it is nested too deeply",
    giant_cells: "100 rows",
    little_objects: "8 rows",
    ever_new_columns: "3000 rows",
    shared_text: "4000 rows",
    page_of_zeros: "unpack to more than 128 MB",
    lists_of_one_value: "10000000 values in its lists",
    long_list_of_long_texts: "repeats texts of up to 60000 bytes",
    many_row_groups: "1000 rows",
    one_row_for_ever: "states 50000000 rows",
    wide: "10003 elements|10001 elements|10000 columns",
    wide_csv: "300001 columns",
    wide_values: "values of 1048576 bytes are not read",
    deep_schema: "nested",
}
"""Maker of each, and the words that refuse it."""
