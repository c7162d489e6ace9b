"""Every file that the test data hold as one that fails, and what is right for it.

They are given; the odd videos that this project makes itself are in `test_odd_catalogue`.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jobs
import outside
import pytest
from jobs import Catalogue

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.checkpoints import load_weights
from foley_core.soundtrack.sidecar import read_sidecar
from pipelines.cells import csv_bytes

REASONS = {
    "absurd-duration/clock_jumps_11_hours.ts": "16 of 30 pictures cannot be decoded properly",
    "absurd-duration/dur_11days.mkv": "2 pictures for the 250.0 hours that it states",
    "absurd-duration/dur_300y.mkv": "2 pictures for the 2,443,359.2 hours that it states",
    "absurd-duration/strh_len_max.avi": "30 pictures for the 47,721.9 hours that it states",
    "decode-bomb/bomb40.mkv": "more work than any camera's video",
    "one-bit-mp4/one_bit.mp4": "damaged: 1 of 22 pictures cannot be decoded properly",
    "zero-samples/strh_rate_1.avi": "zero duration",
}
WHOLE = "delete-vp8-muxed/vp8.webm"
MANIFESTS = {
    "extra-column-numbers/nums.jsonl": "2 rows, 0 set aside",
    "formula-export/formula.csv": "3 rows, 0 set aside",
    "manifest-bombs/bomb_record.csv.gz": "row 1 has more than 1048576 characters",
    "manifest-bombs/dict_bomb.parquet": "8192 rows, 8192 set aside",
    "manifest-bombs/newcols_bad.jsonl": "3000 rows, 3000 set aside",
    "parquet-out-of-range/date_far.parquet": "column 'n': a value of type date32[day]",
    "parquet-out-of-range/dur.parquet": "column 'n': a value of type duration[ms]",
    "parquet-out-of-range/time_far.parquet": "column 'n': a value of type time64[us]",
    "parquet-out-of-range/ts_far.parquet": "column 'n': a value of type timestamp[ms]",
    "surrogate-column/surr_key.jsonl": r"row 1, column '\ud800': its name is not UTF-8",
}
OTHERS = {WHOLE, "checkpoint-deep/deep.safetensors", "huge-integer-sidecar/walk.mp4.foley.toml"}
MOST_MB = 512
READ = """
import pathlib, re, sys
from foley_core.errors import ManifestError
from pipelines.manifest.reader import InvalidRow, Manifest
for path in sys.argv[1:]:
    try:
        rows = [row for batch in Manifest(path).batches() for row in batch]
        bad = [row.reason for row in rows if isinstance(row, InvalidRow)]
        said = f"{len(rows)} rows, {len(bad)} set aside: {bad[:1]}"
    except ManifestError as error:
        said = str(error).replace(chr(10), " ")
    print(said)
status = pathlib.Path("/proc/self/status").read_text()
print(int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024)
"""


def given(path: str) -> Path:
    """A file of the cases; the test is skipped where it is absent."""
    return outside.need(f"cases/{path}")


def test_each_file_that_is_named_here_is_given() -> None:
    root = outside.need("cases")
    names = (*REASONS, *MANIFESTS, *OTHERS)
    assert [name for name in names if not (root / name).is_file()] == []


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """One job: the damaged videos, and the same whole one before and after them."""
    folder = tmp_path_factory.mktemp("given")
    rows = []
    for number, name in enumerate((WHOLE, *REASONS, WHOLE)):
        path = folder / f"{number}-{Path(name).name}"
        shutil.copyfile(given(name), path)
        rows.append({"video_id": f"{number} {Path(name).name}", "uri": str(path)})
    settings = 'tier = "light"\n[sound]\nmusic = true\n[delivery]\nmuxed = true\n'
    settings += '[privacy]\ndelete_source = "after_commit"\n'
    made = jobs.catalogue(folder, rows, settings=settings)
    assert made.run_here().exit_code == 1
    return made


@pytest.mark.slow
def test_damaged_videos_are_set_aside_and_the_good_ones_made(damaged: Catalogue) -> None:
    first, *bad, last = damaged.rows()
    assert [first["status"], last["status"]] == ["ok", "ok"]
    told: dict[str, Any] = {row["video_id"].partition(" ")[2]: row["error"] for row in bad}
    assert {row["status"] for row in bad} == {"set_aside"}
    for name, reason in REASONS.items():
        assert reason in told[Path(name).name]


@pytest.mark.slow
def test_an_original_stays_whose_muxed_file_could_not_be_made(damaged: Catalogue) -> None:
    row = damaged.rows()[0]
    assert Path(row["uri"]).exists()
    assert any("vp8 pictures cannot be put into a .mp4 file" in note for note in row["notes"])
    kept = [item.key for item in damaged.store.list("audit/") if item.key.endswith("kept.json")]
    assert len(kept) == 2


def test_manifests_are_read_within_bounds_and_name_their_rows() -> None:
    paths = [str(given(name)) for name in MANIFESTS]
    command = [sys.executable, "-c", READ, *paths]
    done = subprocess.run(command, cwd=jobs.ROOT, capture_output=True, text=True, check=True)
    *said, megabytes = done.stdout.splitlines()
    for line, expected in zip(said, MANIFESTS.values(), strict=True):
        assert expected in line
    assert int(megabytes) < MOST_MB


def test_a_sidecar_and_a_checkpoint_are_refused_in_a_sentence() -> None:
    sidecar = given("huge-integer-sidecar/walk.mp4.foley.toml").read_bytes()
    with pytest.raises(ConfigError, match="an integer of more than 4300 digits"):
        read_sidecar(sidecar, "walk.mp4.foley.toml")
    with pytest.raises(CheckpointError, match="damaged header"):
        load_weights(given("checkpoint-deep/deep.safetensors"), None)


def test_no_cell_of_a_given_formula_runs() -> None:
    cells = [line.split(",") for line in given("formula-export/formula.csv").read_text().split()]
    rows = [{str(place): cell for place, cell in enumerate(line)} for line in cells[1:]]
    written = csv_bytes(sorted({key for row in rows for key in row}), rows).decode()
    starts = [cell.strip('"')[:1] for line in written.split() for cell in line.split(",")]
    assert not set(starts) & set("=+-@")
