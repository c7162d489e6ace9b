"""No original goes without its tracks, wherever the job dies; what is verified goes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from foley_core.storage.store import Storage
from pipelines.asked import Asked
from pipelines.config import DeliverySettings, Job
from pipelines.metadata.commits import CommitLog
from pipelines.plan import plan_job, read_shard
from pipelines.privacy.originals import delete_originals, delete_source

ASKED = Asked(("de",), {"de": "p", "fr": "p"}, "full", {"full": "w"}, "s")


class Catalogue:
    """Originals, a manifest and what a finished job left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.job = Job(
            manifest=str(folder / "m.jsonl"), output=str(folder / "out"), regions=("de",)
        )
        self.store = Storage(self.job.output)
        self.rows: list[dict[str, object]] = []

    def original(self, name: str) -> Path:
        path = self.folder / name
        path.write_bytes(name.encode() * 100)
        return path

    def add(self, video_id: str, path: Path | str, **more: object) -> "Catalogue":
        self.rows.append({"video_id": video_id, "uri": str(path), **more})
        lines = "".join(json.dumps(row) + "\n" for row in self.rows)
        (self.folder / "m.jsonl").write_text(lines)
        return self

    def made(self, but: tuple[str, ...] = ()) -> "Catalogue":
        """Tracks and rows of everything asked for, but of some videos."""
        import pyarrow as pa

        plan = plan_job(self.job, "R1", ASKED, lambda row: None)
        log = CommitLog(self.store, "R1")
        for row in read_shard(pa.table({"shard": plan.shards}), self.job.output).to_pylist():
            if row["video_id"] in but:
                continue
            source = hashlib.sha256(Path(row["uri"].removeprefix("file://")).read_bytes())
            for region, request in zip(row["regions"], row["requests"], strict=True):
                key = f"tracks/region={region}/{row['video_id']}.wav"
                self.store.put(key, data := key.encode())
                log.add({
                    "video_id": row["video_id"], "region": region, "request": request,
                    "status": "ok", "uri": row["uri"], "track_uri": self.store.uri(key),
                    "track_sha256": hashlib.sha256(data).hexdigest(), "track_bytes": len(data),
                    "source_identity": f"sha256:{source.hexdigest()}",
                })  # fmt: skip
        log.flush()
        return self

    def delete(self, delete: Callable[[str], None] | None = None) -> tuple[int, list[str]]:
        return delete_originals(self.job, ASKED, self.store, delete)

    def audit(self) -> list[str]:
        return [item.key.rsplit("/", 1)[1] for item in self.store.list("audit/")]


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path)


def test_a_verified_original_goes_and_the_audit_says_so(catalogue: Catalogue) -> None:
    path = catalogue.original("a.mp4")
    catalogue.add("a", path, regions="de,fr").made()
    assert catalogue.delete() == (1, [])
    assert not path.exists()
    assert catalogue.audit() == ["deleted.json", "verified.json"]
    assert catalogue.delete() == (0, [])


def test_a_row_without_a_track_keeps_every_spelling_of_its_original(catalogue: Catalogue) -> None:
    path = catalogue.original("a.mp4")
    link = catalogue.folder / "b.mp4"
    link.symlink_to(path)
    catalogue.add("a", path).add("b", link).add("c", path.as_uri()).made(but=("b",))
    assert catalogue.delete() == (0, [])
    assert path.exists()


def test_an_invalid_row_keeps_its_original(catalogue: Catalogue) -> None:
    path = catalogue.original("a.mp4")
    catalogue.add("a", path).made()
    catalogue.add("a2", path, regions="nowhere")
    assert catalogue.delete() == (0, [])
    assert path.exists()


def test_a_damaged_track_keeps_its_original(catalogue: Catalogue) -> None:
    path = catalogue.original("a.mp4")
    catalogue.add("a", path).made()
    catalogue.store.put("tracks/region=de/a.wav", b"half")
    deleted, kept = catalogue.delete()
    assert (deleted, len(kept)) == (0, 1)
    assert "not the track that its row states" in kept[0]
    assert path.exists()


def test_another_file_under_the_same_name_stays(catalogue: Catalogue) -> None:
    path = catalogue.original("a.mp4")
    catalogue.add("a", path).made()
    path.write_bytes(b"another film")
    assert "no longer the file" in catalogue.delete()[1][0]
    assert path.exists()


def test_one_that_cannot_be_deleted_costs_no_other(catalogue: Catalogue) -> None:
    stuck, free = catalogue.original("a.mp4"), catalogue.original("b.mp4")
    catalogue.add("a", stuck).add("b", free).made()
    catalogue.store.delete("tracks/region=de/a.wav")
    deleted, kept = catalogue.delete()
    assert (deleted, len(kept), free.exists(), stuck.exists()) == (1, 1, False, True)


def kept_because(catalogue: Catalogue) -> str:
    (note,) = [item.key for item in catalogue.store.list("audit/") if "kept" in item.key]
    return str(json.loads(catalogue.store.read(note))["reason"])


def test_an_ordered_muxed_file_that_is_not_there_keeps_its_original(catalogue: Catalogue) -> None:
    path = catalogue.original("a.webm")
    delivery = DeliverySettings(muxed=True)
    catalogue.job = catalogue.job.model_copy(update={"delivery": delivery})
    catalogue.add("a", path, regions="de,fr").made()
    catalogue.store.put("muxed/region=de/a.mp4", b"x")
    deleted, (kept,) = catalogue.delete()
    assert (deleted, path.exists()) == (0, True)
    assert "muxed/region=fr/a.mp4 could not be made" in kept
    assert "could not be made" in kept_because(catalogue)
    catalogue.store.put("muxed/region=fr/a.mp4", b"x")
    assert catalogue.delete() == (1, [])
    assert catalogue.audit() == ["deleted.json", "verified.json"]


@pytest.mark.parametrize("names", [("link",), ("link", "a"), ("a", "link")])
def test_of_a_symbolic_link_and_its_file_neither_goes(
    catalogue: Catalogue, names: tuple[str, ...]
) -> None:
    places = {"a": catalogue.original("a.mp4"), "link": catalogue.folder / "link.mp4"}
    places["link"].symlink_to(places["a"])
    for name in names:
        catalogue.add(name, places[name])
    catalogue.made()
    deleted, (kept,) = catalogue.delete()
    assert (deleted, places["a"].exists(), places["link"].is_symlink()) == (0, True, True)
    assert "symbolic link" in kept
    assert "neither was deleted" in kept_because(catalogue)


@pytest.mark.parametrize("part", [{"end_s": 1}, {"start_s": 1}])
def test_a_row_of_a_part_does_not_delete_the_whole(
    catalogue: Catalogue, part: dict[str, object]
) -> None:
    path = catalogue.original("a.mp4")
    catalogue.add("a", path, **part).made()
    deleted, (kept,) = catalogue.delete()
    assert (deleted, path.exists()) == (0, True)
    assert "parts of it" in kept
    catalogue.add("whole", path).made()
    assert catalogue.delete() == (1, [])


def test_the_audit_says_that_content_has_another_name(catalogue: Catalogue) -> None:
    path = catalogue.original("a.mp4")
    (catalogue.folder / "backup.mp4").hardlink_to(path)
    catalogue.add("a", path).made()
    assert catalogue.delete() == (1, [])
    (note,) = [item.key for item in catalogue.store.list("audit/") if "verified" in item.key]
    assert json.loads(catalogue.store.read(note))["other_names"] == 1


@pytest.mark.parametrize("steps", range(5))
def test_killed_between_any_two_steps(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    path = catalogue.original("a.mp4")
    catalogue.add("a", path).made()
    left = [steps]

    def step() -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1

    def deleting(uri: str) -> None:
        step()
        delete_source(uri)

    put = Storage.put

    def putting(self: Storage, key: str, data: bytes) -> None:
        step()
        put(self, key, data)

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "put", putting)
        try:
            catalogue.delete(deleting)
        except KeyboardInterrupt:
            assert path.exists() or "verified.json" in catalogue.audit()
    assert catalogue.store.exists("tracks/region=de/a.wav")
    catalogue.delete()
    assert not path.exists()
    assert catalogue.audit() == ["deleted.json", "verified.json"]


KILLED = """
import os, signal, sys
from pipelines.privacy import originals
sys.path.insert(0, sys.argv[2])
import test_originals as t
def die(uri):
    os.kill(os.getpid(), signal.SIGKILL)
job = t.Job(manifest=sys.argv[1] + "/m.jsonl", output=sys.argv[1] + "/out", regions=("de",))
originals.delete_originals(job, t.ASKED, t.Storage(job.output), die)
"""


def test_a_real_kill_before_the_deletion_loses_nothing(catalogue: Catalogue) -> None:
    path = catalogue.original("a.mp4")
    catalogue.add("a", path).made()
    arguments = [str(catalogue.folder), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], env=environment, check=False, timeout=240
    )
    assert killed.returncode == -signal.SIGKILL
    assert path.exists()
    assert catalogue.audit() == ["verified.json"]
    assert catalogue.delete() == (1, [])
