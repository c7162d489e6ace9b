"""`foley verify`: files of an output against themselves and their rows, in a folder and on S3."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import sounds
from typer.testing import CliRunner

from foley_core.errors import ConfigError
from foley_core.ids import sha256_of_file
from foley_core.provenance.mark_file import mark_file
from foley_core.provenance.marking import Marker, Marking
from foley_core.provenance.origin import Origin
from foley_core.storage.store import Storage
from pipelines.cli import app
from pipelines.metadata.commits import CommitLog
from pipelines.provenance.verify import verify, verify_file

WEIGHTS = "ab" * 32


def put(store: Storage, folder: Path, name: str, marking: Marking, key: str) -> dict[str, Any]:
    """Deliver a marked tone; what its row says."""
    path = sounds.tone(folder / key.rpartition("/")[2])
    marked = mark_file(path, Marker(marking, Origin("japan", "embedded", WEIGHTS, None, "r")))
    store.put_file(key, path)
    return {
        "video_id": name,
        "region": "japan",
        "status": "ok",
        "request": "r",
        "track_uri": store.uri(key),
        "track_sha256": sha256_of_file(path),
        "track_bytes": path.stat().st_size,
        "audio_sha256": marked.audio_sha256,
        "signed_by": marked.signed_by,
        "model": "embedded",
        "model_sha256": WEIGHTS,
    }


def filled(store: Storage, folder: Path) -> Storage:
    """One signed track with a stem, and one that is only labelled."""
    log, signed = CommitLog(store, "run-1"), Marking("Beispiel AG", sign=True)
    put(store, folder, "a", signed, "stems/region=japan/a/mix.wav")
    log.add(put(store, folder, "a", signed, "tracks/region=japan/a.wav"))
    log.add(put(store, folder, "b", Marking("Beispiel AG"), "tracks/region=japan/b.wav"))
    log.add({"video_id": "c", "region": "japan", "status": "set_aside", "request": "r"})
    log.flush()
    return store


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return filled(Storage(str(tmp_path / "out")), tmp_path)


def faults(store: Storage) -> dict[str, tuple[str, ...]]:
    """Faults by key, of the files that have some."""
    found = {one.place.removeprefix(f"{store.root}/"): one.faults for one in verify(store.root)}
    assert len(found) == 3
    return {key: said for key, said in found.items() if said}


def path_of(store: Storage, key: str) -> Path:
    return Path(store.root) / key


def test_what_was_delivered_agrees(store: Storage) -> None:
    assert faults(store) == {}


@pytest.mark.s3
def test_what_was_delivered_to_s3_agrees(s3_bucket: str, tmp_path: Path) -> None:
    store = filled(Storage(f"{s3_bucket}/out"), tmp_path)
    assert faults(store) == {}
    one = verify_file(store.uri("tracks/region=japan/a.wav"))
    assert one.faults == ()
    assert one.row
    assert one.row["video_id"] == "a"


def test_one_file_of_an_output_has_its_row(store: Storage) -> None:
    for key in ("tracks/region=japan/a.wav", "stems/region=japan/a/mix.wav"):
        one = verify_file(store.uri(key))
        assert one.faults == ()
        assert one.row
        assert one.row["video_id"] == "a"


def test_a_file_has_no_row_of_a_video_whose_name_is_that_of_the_file(
    store: Storage, tmp_path: Path
) -> None:
    log, marking = CommitLog(store, "run-0"), Marking("Beispiel AG")
    log.add(put(store, tmp_path, "a.wav", marking, "tracks/region=japan/a.wav.wav"))
    log.flush()
    for name in ("a", "a.wav"):
        one = verify_file(store.uri(f"tracks/region=japan/{name}.wav"))
        assert one.row
        assert (one.row["video_id"], one.faults) == (name, ())


def test_a_file_taken_elsewhere_speaks_for_itself(store: Storage, tmp_path: Path) -> None:
    away = shutil.copy(path_of(store, "tracks/region=japan/a.wav"), tmp_path / "away.wav")
    one = verify_file(str(away))
    assert (one.row, one.faults) == (None, ())
    assert one.claims
    assert one.claims.credentials
    assert one.claims.credentials.facts["region"] == "japan"
    odd = path_of(store, "tracks/region=nowhere.wav")
    shutil.copy(away, odd)
    assert verify_file(str(odd)).row is None


def test_changed_sound_is_told_by_all_who_know_it(store: Storage) -> None:
    sounds.louder(path_of(store, "tracks/region=japan/a.wav"))
    said = faults(store)["tracks/region=japan/a.wav"]
    assert "its sound is not the one that its row states" in said
    assert "its sound is not the one that was signed" in said
    assert "its AIGC label is that of another sound" in said


def test_a_signature_that_was_taken_out_is_told(store: Storage, tmp_path: Path) -> None:
    bare = sounds.tone(tmp_path / "bare.wav")
    shutil.copy(bare, path_of(store, "tracks/region=japan/a.wav"))
    (said,) = faults(store).values()
    assert said == (
        "it is not the file that its row states",
        "it has no Content Credentials; its row says that foley test key, made by itself signed it",
    )


def test_what_was_signed_for_another_request_is_told(store: Storage, tmp_path: Path) -> None:
    log = CommitLog(store, "run-2")
    row = put(store, tmp_path, "a", Marking(sign=True), "tracks/region=japan/a.wav")
    log.add({**row, "request": "another", "model_licence": "a licence"})
    log.flush()
    assert faults(store)["tracks/region=japan/a.wav"] == (
        "what was signed says request r, its row another",
        "what was signed says licence None, its row a licence",
    )


def test_a_track_that_is_gone_is_told(store: Storage) -> None:
    store.delete("tracks/region=japan/b.wav")
    assert faults(store) == {"tracks/region=japan/b.wav": ("it is not there; run the job again",)}


def test_a_track_that_is_no_sound_any_more_is_told(store: Storage) -> None:
    store.put("tracks/region=japan/b.wav", b"words")
    assert list(faults(store)) == ["tracks/region=japan/b.wav"]


def test_rows_of_earlier_versions_are_verified_by_what_they_have(
    store: Storage, tmp_path: Path
) -> None:
    row = put(store, tmp_path, "b", Marking(), "tracks/region=japan/b.wav")
    log = CommitLog(store, "run-2")
    log.add({**row, "audio_sha256": None, "signed_by": None, "model_sha256": None})
    log.flush()
    assert faults(store) == {}


@pytest.mark.parametrize("place", ["folder", pytest.param("s3", marks=pytest.mark.s3)])
def test_credentials_beside_a_track_are_found(
    place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    root = f"{request.getfixturevalue('s3_bucket')}/out" if place == "s3" else tmp_path / "out"
    store, path = Storage(str(root)), sounds.rf64(tmp_path / "a.wav")
    marker = Marker(Marking(sign=True), Origin("japan", "embedded", WEIGHTS, None, "r"))
    marked = mark_file(path, marker)
    assert marked.sidecar
    store.put_file("tracks/region=japan/a.wav", path)
    store.put_file("tracks/region=japan/a.c2pa", marked.sidecar)
    (found,) = [verify_file(store.uri("tracks/region=japan/a.wav"))]
    assert found.claims
    assert found.claims.credentials
    assert found.claims.credentials.faults == ()


def test_an_output_without_tracks_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no tracks; give the output of a job"):
        list(verify(str(tmp_path)))
    with pytest.raises(ConfigError, match=r"there is no file at .*nothing\.wav"):
        list(verify(str(tmp_path / "nothing.wav")))


def test_the_command_says_it_and_ends_with_its_code(store: Storage, tmp_path: Path) -> None:
    good = CliRunner().invoke(app, ["verify", store.root])
    assert good.exit_code == 0
    assert good.stdout.splitlines()[-1] == "3 files, 0 faulty"
    sounds.louder(path_of(store, "tracks/region=japan/b.wav"))
    bad = CliRunner().invoke(app, ["verify", store.root])
    assert bad.exit_code == 1
    assert "fault: its AIGC label is that of another sound" in bad.stdout
    one = CliRunner().invoke(app, ["verify", store.uri("tracks/region=japan/a.wav")])
    assert one.exit_code == 0
    for said in ("trainedAlgorithmicMedia", "Beispiel AG", "test key", "a, japan, embedded"):
        assert said in one.stdout
    wrong = CliRunner().invoke(app, ["verify", store.root, "--trust", str(tmp_path / "none.pem")])
    assert isinstance(wrong.exception, ConfigError)


@pytest.mark.parametrize("name", ["a", "b"])
def test_of_a_file_that_was_cut_off_nobody_is_named_as_its_signer(
    store: Storage, name: str
) -> None:
    path = path_of(store, key := f"tracks/region=japan/{name}.wav")
    path.write_bytes(path.read_bytes()[:9000])
    said = faults(store)[key]
    assert any(
        one.startswith("its Content Credentials cannot be read, if it has any") for one in said
    )
    assert any("it was cut off" in one for one in said)
    short = CliRunner().invoke(app, ["verify", store.root])
    assert short.exit_code == 1
    assert f"{name}.wav: signature unreadable, " in short.output
    full = CliRunner().invoke(app, ["verify", str(path)])
    assert "cannot be read, if it has any" in full.output
    assert "signed by ," not in short.output + full.output
