"""A manifest says what is wrong with it; a bad row costs one row."""

import gzip
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.errors import ManifestError
from foley_core.storage.store import Storage
from foley_core.styles.wishes import Wishes
from pipelines.manifest.duplicates import SeenIds
from pipelines.manifest.reader import (
    InvalidRow,
    Manifest,
    ManifestRow,
    check_video_id,
    likely_typos,
)

GOOD = {"video_id": "a", "uri": "/v.mp4"}


def rows_of(path: Path | str, **options: Any) -> list[ManifestRow | InvalidRow]:
    return [row for batch in Manifest(str(path), **options).batches() for row in batch]


def json_lines(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "m.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def only(folder: Path, **values: Any) -> ManifestRow | InvalidRow:
    return rows_of(json_lines(folder, {**GOOD, **values}))[0]


def problems_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(ManifestError) as caught:
        rows_of(path)
    return caught.value.problems


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet"])
def test_every_format_says_the_same(tmp_path: Path, ending: str) -> None:
    columns = ["video_id", "uri", "seed", "start_s", "end_s", "regions", "title"]
    values = [["α 1", "in/v.mp4", 7, 0.1, 12.5, ["de", "jp"], "T, 1"], ["b", "/w.mov", *[None] * 5]]
    path = tmp_path / f"m.{ending}"
    write = gzip.open if ending.endswith("gz") else open
    if ending == "parquet":
        data = [dict(zip(columns, row, strict=True)) for row in values]
        pq.write_table(pa.Table.from_pylist(data), path)
    else:
        with write(path, "wt", encoding="utf-8") as file:
            if "csv" in ending:
                text = '{}\nα 1,in/v.mp4,7,0.1,12.5,"de, jp","T, 1"\nb,/w.mov,,,,,\n'
                file.write(text.format(",".join(columns)))
            else:
                for row in values:
                    file.write(json.dumps(dict(zip(columns, row, strict=True))) + "\n")
    first, second = rows_of(path)
    assert isinstance(first, ManifestRow)
    assert (first.manifest_row, first.video_id, first.wishes.seed) == (1, "α 1", 7)
    assert first.uri == f"{tmp_path}/in/v.mp4"
    assert (first.start_s, first.end_s) == (Fraction(1, 10), Fraction(25, 2))
    assert first.regions == ("de", "jp")
    assert first.extra == {"title": "T, 1"}
    assert isinstance(second, ManifestRow)
    assert (second.wishes.seed, second.start_s, second.regions) == (None, None, ())


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("video_id", "", "is empty"),
        ("video_id", "../x", "holds a slash"),
        ("video_id", "a\\b", "holds a slash, a backslash"),
        ("video_id", "a\nb", "control character"),
        ("video_id", "\u202egpm", "control character"),
        ("video_id", "..", "begins with a dot"),
        ("video_id", " a", "begins with a dot or a space"),
        ("video_id", "é" * 101, "longer than 200 bytes"),
        ("video_id", 5, r"must be text, is '5' \(int\)"),
        ("video_id", "\ud800", "surrogate"),
        ("uri", "http://host/v.mp4", "forbidden scheme 'http'"),
        ("uri", "concat:a|b", "forbidden scheme 'concat'"),
        ("uri", "", "names no file"),
        ("uri", None, "names no file"),
        ("seed", -1, "seed must be an integer"),
        ("seed", 2**63, "seed must be an integer"),
        ("seed", True, "seed must be an integer"),
        ("seed", "x", "seed must be an integer"),
        ("seed", 1.5, "seed must be an integer"),
        ("start_s", -1, "start_s must be seconds"),
        ("start_s", float("nan"), "start_s must be seconds"),
        ("start_s", "1e999999999", "start_s must be seconds"),
        ("end_s", float("inf"), "end_s must be seconds"),
        ("end_s", 0, "end_s 0 is not after start_s 0"),
        ("regions", [1], "regions must be a list of names"),
        ("regions", "de,../x", "no name of a region"),
        ("tier", "best", "tier must be one of full, light"),
        ("sound_filters", "footstepz: off", "sound_filters"),
        ("sound_filters", "rain: 1e9 dB", "is not between -60 and"),
        ("music", "loud", "music must be true or false, is 'loud'"),
        ("environment", 2, "environment must be true or false"),
        ("mood", "epik", "unknown mood 'epik'; did you mean 'epic'"),
        ("tempo_bpm", 1e9, "tempo_bpm must be a number from 40 to 200"),
        ("tempo_bpm", "nan", "tempo_bpm must be a number"),
        ("tempo_bpm", True, "tempo_bpm must be a number"),
        ("prompt", "x" * 10_001, "more than 10000 characters"),
        ("prompt", {"a": 1}, "prompt must be text"),
    ],
)
def test_a_bad_value_makes_an_invalid_row(
    tmp_path: Path, column: str, value: Any, words: str
) -> None:
    row = only(tmp_path, **{column: value})
    assert isinstance(row, InvalidRow)
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(row.reason)
    assert len(row.video_id) <= 200


def test_start_must_come_before_end(tmp_path: Path) -> None:
    row = only(tmp_path, start_s=2, end_s="2.0")
    assert isinstance(row, InvalidRow)
    assert "end_s 2 is not after start_s 2" in row.reason


def test_seconds_are_exact_decimals(tmp_path: Path) -> None:
    row = only(tmp_path, start_s="0.1", end_s=0.3)
    assert isinstance(row, ManifestRow)
    assert (row.start_s, row.end_s) == (Fraction(1, 10), Fraction(3, 10))


def test_a_second_row_of_an_id_is_set_aside_and_says_whose_it_is(tmp_path: Path) -> None:
    rows = rows_of(json_lines(tmp_path, GOOD, {**GOOD, "video_id": "b"}, GOOD, GOOD))
    assert [isinstance(row, ManifestRow) for row in rows] == [True, True, False, False]
    last = rows[3]
    assert isinstance(last, InvalidRow)
    assert "is that of row 1 already" in last.reason
    assert not last.owns_id
    assert last.request == ""


def test_an_invalid_row_still_owns_its_id(tmp_path: Path) -> None:
    first, second = rows_of(json_lines(tmp_path, {**GOOD, "seed": "x"}, GOOD))
    assert isinstance(first, InvalidRow)
    assert first.owns_id
    assert first.request
    assert isinstance(second, InvalidRow)
    assert not second.owns_id


def test_every_problem_of_a_file_is_listed_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(
        b"video_id,title,title,status\na,1,2,3\nb,1,2\nc,1,1,2\nd,1,2,3,4\n"
    )
    problems = problems_of(tmp_path / "m.csv")
    assert "column 'title' is there twice" in problems
    assert "row 2: 3 fields, the header has 4" in problems
    assert "row 4: 5 fields, the header has 4" in problems
    assert any("column 'status': the metadata has a column of that name" in p for p in problems)
    assert "column 'uri' is missing" in problems


def test_every_problem_of_json_lines_is_listed(tmp_path: Path) -> None:
    good = json.dumps(GOOD)
    twice = '{"video_id": "a", "uri": "b", "uri": "c"}'
    (tmp_path / "m.jsonl").write_text("\n".join([good, "{", "", "[1]", twice, "NaN", good]))
    problems = problems_of(tmp_path / "m.jsonl")
    assert problems[0].startswith("row 2: not JSON")
    assert problems[1:] == (
        "row 3: not a JSON object but list",
        "row 4, column 'uri': given twice",
        "row 5: not a JSON object but float",
    )


def test_a_long_list_of_problems_is_cut(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text("{\n" * 70)
    problems = problems_of(tmp_path / "m.jsonl")
    assert len(problems) == 51
    assert problems[-1] == "and 21 more"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("m.csv", b"", "there are no rows"),
        ("m.csv", b"video_id,uri\n", "there are no rows"),
        ("m.jsonl", b"", "there are no rows"),
        ("m.csv", b'video_id,uri\n"a,b\n', "not CSV"),
        ("m.parquet", b"PAR1 no", "not a readable Parquet file"),
        ("m.csv.gz", b"no gzip", "damaged gzip"),
        ("m.txt", b"a", "a manifest's name ends in"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_so(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ManifestError, match=words):
        rows_of(tmp_path / name)


def test_a_damaged_parquet_page_is_said_so(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"video_id": ["a"] * 5000, "uri": ["b"] * 5000}), tmp_path / "m.parquet"
    )
    content = bytearray((tmp_path / "m.parquet").read_bytes())
    content[4:60] = b"\xff" * 56
    (tmp_path / "m.parquet").write_bytes(content)
    with pytest.raises(ManifestError, match="not a readable Parquet file"):
        rows_of(tmp_path / "m.parquet")


def test_a_missing_manifest_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no manifest file at"):
        rows_of(tmp_path / "none.csv")
    with pytest.raises(ManifestError, match="no manifest at memory://"):
        rows_of(f"memory://{tmp_path.name}/none.csv")


def test_a_manifest_that_may_not_be_read_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "m.csv").write_text("video_id,uri\na,a.mp4\n")
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ManifestError, match=r"cannot be opened \(Permission denied\)"):
        rows_of(tmp_path / "m.csv")


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_bytes(b"x" * (3 << 20))
    assert "row 1 has more than" in problems_of(tmp_path / "m.jsonl")[0]


@pytest.mark.s3
def test_a_manifest_on_s3_names_videos_beside_it(s3_bucket: str) -> None:
    Storage(s3_bucket).put("in/m.csv", b"video_id,uri\na,clips/v.mp4\nb,../v.mp4\n")
    first, second = rows_of(f"{s3_bucket}/in/m.csv")
    assert first.uri == f"{s3_bucket}/in/clips/v.mp4"
    assert isinstance(second, InvalidRow)


def test_other_columns_keep_their_types(tmp_path: Path) -> None:
    path = json_lines(
        tmp_path,
        {**GOOD, "n": 1, "mixed": 1, "x": 1, "none": None, "tree": {"b": [1]}},
        {**GOOD, "video_id": "b", "n": None, "mixed": "t", "x": 1.5, "flag": True},
    )
    manifest = Manifest(str(path))
    rows = [row for batch in manifest.batches() for row in batch]
    types = {field.name: field.type for field in manifest.extra_fields}
    assert types == {
        "n": pa.int64(),
        "mixed": pa.string(),
        "x": pa.float64(),
        "none": pa.null(),
        "tree": pa.string(),
        "flag": pa.bool_(),
    }
    assert rows[0].extra["tree"] == '{"b":[1]}'


def test_a_limit_reads_no_further(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text(json.dumps(GOOD) + "\n{broken")
    assert len(rows_of(tmp_path / "m.jsonl", limit=1)) == 1


def test_a_scheme_that_the_job_forbids_sets_the_row_aside(tmp_path: Path) -> None:
    (row,) = rows_of(json_lines(tmp_path, GOOD), schemes=("s3",))
    assert isinstance(row, InvalidRow)


@given(st.text(max_size=30))
def test_an_accepted_id_is_a_file_name_below_its_folder(video_id: str) -> None:
    if check_video_id(video_id) is None:
        path = Path("/tracks") / f"{video_id}.wav"
        assert path.parent == Path("/tracks")
        assert path.name == f"{video_id}.wav"
        Storage("memory://ids").uri(f"tracks/{video_id}.wav")


@given(st.lists(st.lists(st.integers(0, 40), max_size=20), max_size=20))
def test_seen_ids_answers_the_first_number(batches: list[list[int]]) -> None:
    seen, first, number = SeenIds(), {}, 0
    for batch in batches:
        numbers = np.arange(number, number + len(batch), dtype=np.int64)
        number += len(batch)
        for key, own in zip(batch, numbers.tolist(), strict=True):
            first.setdefault(key, own)
        answer = seen.add(np.array(batch, dtype=np.uint64), numbers)
        assert answer.tolist() == [first[key] for key in batch]


def test_half_a_surrogate_pair_in_another_column_is_kept_as_a_question_mark(tmp_path: Path) -> None:
    row = only(tmp_path, title="cut \ud83d")
    assert isinstance(row, ManifestRow)
    assert row.extra == {"title": "cut ?"}


def test_half_a_surrogate_pair_in_a_name_is_a_fault_of_the_file(tmp_path: Path) -> None:
    (problem,) = problems_of(json_lines(tmp_path, {**GOOD, "title \ud83d": 1}))
    assert "not UTF-8" in problem


def test_an_escaped_null_byte_sets_the_row_aside(tmp_path: Path) -> None:
    row = only(tmp_path, uri="file:///videos/a%00b.mp4")
    assert isinstance(row, InvalidRow)
    assert "names no file" in row.reason


@pytest.mark.parametrize("off", [False, "off", "No", "0", 0, "FALSE"])
def test_switches_and_music_of_a_row(tmp_path: Path, off: Any) -> None:
    row = only(tmp_path, environment=off, action="on", mood="史诗", tempo_bpm="96.5")
    assert isinstance(row, ManifestRow)
    assert row.wishes == Wishes(environment=False, action=True, mood="epic", tempo_bpm=96.5)


def test_a_column_that_is_nearly_a_known_one_is_remarked_on() -> None:
    fields = [pa.field(name, pa.string()) for name in ("title", "sound_filter", "year", "promt")]
    remarks = likely_typos(fields)
    assert len(remarks) == 2
    assert "'sound_filter' is none of ours" in remarks[0]
    assert "did you mean 'sound_filters'?" in remarks[0]
    assert "did you mean 'prompt'?" in remarks[1]
