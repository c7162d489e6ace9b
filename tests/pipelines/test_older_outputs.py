"""Outputs that earlier versions wrote: each command works on them, or says what to do."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sounds
import videos
from handed_over import SHEET
from typer.testing import CliRunner, Result

from foley_core.errors import FoleyError
from foley_core.ids import sha256_of_file
from foley_core.storage.store import Storage
from pipelines.cli import app, exit_code_of

FIRST_COLUMNS = (
    "video_id", "region", "status", "error_class", "error", "track_uri", "track_sha256",
    "track_bytes", "duration_s", "loudness_lufs", "true_peak_dbtp", "notes", "seed", "model",
    "style_pack", "request", "run_id", "manifest_row", "uri", "prompt",
)  # fmt: skip
"""Columns of the first version, less the cues."""
CUE = {"kind": "action", "sound_class": "footstep_walk", "material": "gravel", "onset_s": 0.5,
       "offset_s": 0.7, "intensity": 0.7, "gain_db": 0.0, "confidence": 0.8,
       "source": "detected"}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    """An output of one track, whose row lacks every column that came later."""
    store = Storage(str(tmp_path / "out"))
    video, key = videos.render(tmp_path / "walk.mp4", seconds=1), "tracks/region=neutral/walk.wav"
    track = sounds.tone(tmp_path / "walk.wav", samples=48_000)
    sha256 = sha256_of_file(track)
    store.put_file(key, track)
    store.put("cues/region=neutral/walk.json", SHEET.to_json())
    row = dict.fromkeys(FIRST_COLUMNS) | {
        "video_id": "walk", "region": "neutral", "status": "ok", "track_uri": store.uri(key),
        "track_sha256": sha256, "duration_s": 1.0, "loudness_lufs": -23.0, "notes": ["a note"],
        "model": "embedded", "request": "r", "run_id": "20251101T000000-1", "manifest_row": 1,
        "uri": str(video), "cues": [CUE],
    }  # fmt: skip
    (tmp_path / "out" / "metadata").mkdir()
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "out" / "metadata" / "part-0.parquet")
    return store


def foley(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_status_and_page_show_it(store: Storage) -> None:
    told = foley("status", store.root, "-v")
    assert told.exit_code == 0
    assert "walk (neutral): a note" in told.stdout
    assert foley("review", store.root).stdout.startswith("1 track: open")


def test_it_is_delivered_but_for_what_its_row_does_not_tell(store: Storage) -> None:
    done = foley("deliver", store.root, "--to", "otio,edl,captions,stems,mov")
    assert done.exit_code == 1
    problems = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert [line.rpartition("earlier version; ")[2] for line in problems] == [
        "run the job again"
    ] * 2
    assert {item.key.rpartition(".")[2] for item in store.list("formats/")} >= {
        "otio",
        "edl",
        "srt",
    }


@pytest.mark.parametrize(
    "words", ["cues show walk -o", "cues export walk --to x.csv -o", "takes walk --cue a -o"]
)
def test_what_needs_what_was_seen_says_to_run_the_job_again(store: Storage, words: str) -> None:
    error = foley(*words.split(), store.root).exception
    assert isinstance(error, FoleyError), error
    assert exit_code_of(error) == 2
    assert str(error) == "walk: its track is of an earlier version; run the job again"
