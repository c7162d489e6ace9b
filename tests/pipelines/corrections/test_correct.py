"""`foley correct` on files and outputs that have nothing to correct, or not all of it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import videos
from networks import tiny_generator

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.corrections.correct import _left, _sum_of, apply_corrections, keep_versions
from pipelines.corrections.jobs_of_videos import Remake
from pipelines.delivery.hand_over import hand_over, wanted_of
from pipelines.metadata.commits import read_metadata
from pipelines.run import run_catalogue
from pipelines.summary import Summary, outdated_formats


@pytest.mark.parametrize("text", ["", "video_id,op,by\n", "video_id,op,by\nv,,ana\n"])
def test_a_file_without_a_change_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text)
    with pytest.raises(ConfigError, match="fill in op and by"):
        apply_corrections(str(path), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_folder_in_place_of_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; name the file of corrections in it"):
        apply_corrections(str(tmp_path), str(tmp_path / "out"))


def test_an_output_without_tracks_says_so(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("video_id,op,by,cue\nv,delete,ana,c\n")
    with pytest.raises(ConfigError, match="holds no tracks"):
        apply_corrections(str(path), str(tmp_path / "out"))


def test_tracks_that_the_manifest_no_longer_asks_for_are_told() -> None:
    remake = Remake(
        Job(manifest="m.csv", output="out"), frozenset({("v", "de"), ("w", "de")}), None
    )
    assert _left(remake, Summary("r", ok=1, done_before=1)) is None
    assert "1 tracks are as they were: m.csv" in str(_left(remake, Summary("r", ok=1)))


def test_runs_for_several_jobs_are_summed() -> None:
    one, other = Summary("1", ok=1, tally={"stems": 2.0}), Summary("2", ok=2, set_aside=1)
    total = _sum_of([one, other])
    assert (total.ok, total.exit_code, total.tally) == (3, 1, {"stems": 2.0})


def test_versions_keep_the_credentials_beside_a_track(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    store.put("tracks/region=de/a.wav", b"a track of more than 4 GiB")
    store.put("tracks/region=de/a.c2pa", b"its credentials")
    row = {"track_uri": store.uri("tracks/region=de/a.wav"), "track_sha256": "ab" * 32}
    seen: Any = SimpleNamespace(video_id="a", rows={"de": row})
    keep_versions(store, seen)
    kept = f"versions/region=de/a/{'ab' * 8}"
    assert store.read(f"{kept}.wav") == b"a track of more than 4 GiB"
    assert store.read(f"{kept}.c2pa") == b"its credentials"


def test_a_track_of_a_catalogue_is_corrected_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a cluster was started")

    monkeypatch.setattr("pipelines.ray_cluster.cluster", refuse)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    (tmp_path / "tiny").mkdir()
    tiny_generator(tmp_path / "tiny" / "generator.safetensors")
    manifest, store = tmp_path / "m.jsonl", Storage(str(tmp_path / "out"))
    rows = [
        {"video_id": name, "uri": str(videos.render(tmp_path / f"{name}.mp4", seconds=1))}
        for name in ("a", "b")
    ]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    weights = str(tmp_path / "tiny")
    job = Job(manifest=str(manifest), output=store.root, model_path=weights, quality="draft")
    assert run_catalogue(job, here="cpu").ok == 2
    before = {row["video_id"]: row for row in read_metadata(store).to_pylist()}
    (tmp_path / "a.mp4").unlink()
    hand_over(store, wanted_of(["otio,reaper"], [], [], []))
    path = tmp_path / "c.csv"
    path.write_text("video_id,op,by,sound_class,time\na,add,ana,door_slam,0.2\n")
    done = apply_corrections(str(path), store.root)
    (told,) = outdated_formats(done.summary)
    assert told.endswith("in formats/ of the former tracks removed; foley deliver writes them of "
                         "the new ones")  # fmt: skip
    assert {item.key.split("/")[2] for item in store.list("formats/")} == {"b"}
    assert (done.videos, done.left, done.exit_code, done.summary.ok) == (("a",), (), 0, 1)
    after = {row["video_id"]: row for row in read_metadata(store).to_pylist()}
    assert after["b"] == before["b"]
    assert (after["a"]["corrections"], after["a"]["asked_by"]) == (1, None)
    assert any("made from what is stored" in note for note in after["a"]["notes"])
    assert apply_corrections(str(path), store.root).known_before == ("a",)
    manifest.write_text(json.dumps(rows[1]) + "\n")
    path.write_text("video_id,op,by,sound_class,time\na,add,ana,door_slam,0.5\n")
    done = apply_corrections(str(path), store.root)
    assert (done.exit_code, len(done.left)) == (1, 1)
