"""Content Credentials, read back by C2PA's own validator: what was signed, and that it is whole."""

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import c2pa
import pytest
import soundfile
import sounds
import videos

from foley_core.media.broadcast_wave import coding_history_of
from foley_core.media.mux import mux
from foley_core.media.probe import probe
from foley_core.provenance.credentials import Credentials, read_credentials
from foley_core.provenance.mark_file import mark_file
from foley_core.provenance.marking import Marker, Marking
from foley_core.provenance.origin import Origin
from foley_core.provenance.signing import TEST_NAME, own_test_key

ORIGIN = Origin("japan", "hunyuan-xl", "ab" * 32, "a-licence", "cd" * 32)
MARKER = Marker(Marking("Beispiel AG", sign=True), ORIGIN)
KINDS = {".wav": "audio/wav", ".flac": "audio/flac", ".mp4": "video/mp4"}


def validated(path: Path, sidecar: bytes | None = None) -> tuple[str, Mapping[str, Any]]:
    """State and active manifest of a file, as C2PA's validator has them."""
    kind = KINDS[path.suffix] if sidecar is None else "application/octet-stream"
    with path.open("rb") as file, c2pa.Reader(kind, file, sidecar) as reader:
        report = json.loads(reader.json())
        return reader.get_validation_state(), report["manifests"][report["active_manifest"]]


def credentials(path: Path, trusted: str | None = None) -> Credentials | None:
    sidecar = path.with_suffix(".c2pa")
    with path.open("rb") as file:
        beside = sidecar.read_bytes() if sidecar.exists() else None
        return read_credentials(file, path.suffix, beside, trusted)


def checked(manifest: Mapping[str, Any], source_type: str, audio_sha256: str) -> None:
    said = {one["label"]: one["data"] for one in manifest["assertions"]}
    (action,) = said["c2pa.actions.v2"]["actions"]
    assert action["action"] == "c2pa.created"
    assert action["digitalSourceType"].endswith(f"/digitalsourcetype/{source_type}")
    assert action["softwareAgent"]["name"] == "foley"
    assert said["foley.soundtrack"] == ORIGIN.facts(audio_sha256)
    uses = said["cawg.training-mining"]["entries"]
    assert {use["use"] for use in uses.values()} == {"notAllowed"}


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_track(name: str, tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / name, "flac16" if name.endswith("flac") else "wav16")
    before = soundfile.read(path, dtype="int16")[0]
    marked = mark_file(path, MARKER)
    state, manifest = validated(path)
    assert state == "Valid"
    checked(manifest, "trainedAlgorithmicMedia", marked.audio_sha256)
    assert (soundfile.read(path, dtype="int16")[0] == before).all()
    assert (marked.signed_by, marked.sidecar) == (TEST_NAME, None)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_the_history_of_a_signed_track_is_still_read(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, MARKER)
    with path.open("rb") as file:
        assert sounds.HISTORY in (coding_history_of(file) or "")


def test_a_muxed_file(tmp_path: Path) -> None:
    video = videos.render(tmp_path / "v.mp4", seconds=1)
    track, out = sounds.tone(tmp_path / "a.wav", samples=48_000), tmp_path / "out.mp4"
    with video.open("rb") as file:
        mux(file, "v", track, out, probe(file, "v"), Fraction(0), Fraction(1))
    kind = "compositeWithTrainedAlgorithmicMedia"
    assert mark_file(out, MARKER, kind, "ef" * 32).audio_sha256 == "ef" * 32
    state, manifest = validated(out)
    assert state == "Valid"
    checked(manifest, kind, "ef" * 32)


def test_credentials_of_rf64_lie_beside_it(tmp_path: Path) -> None:
    path = sounds.rf64(tmp_path / "a.wav")
    marked = mark_file(path, MARKER)
    assert marked.sidecar == tmp_path / "a.c2pa"
    state, manifest = validated(path, marked.sidecar.read_bytes())
    assert state == "Valid"
    checked(manifest, "trainedAlgorithmicMedia", marked.audio_sha256)
    found = credentials(path)
    assert found
    assert found.faults == ()
    sounds.louder(path)
    found = credentials(path)
    assert found
    assert "assertion.dataHash.mismatch" in found.faults[0]


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_credentials_of_large_files_lie_beside_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foley_core.provenance.credentials._LARGEST_EMBEDDED_BYTES", 1000)
    path = sounds.tone(tmp_path / name, "flac16" if name.endswith("flac") else "wav16")
    before = mark_file(path, Marker(Marking("Beispiel AG"))).audio_sha256, path.read_bytes()
    marked = mark_file(path, MARKER)
    assert (marked.audio_sha256, path.read_bytes()) == before
    assert marked.sidecar
    assert validated(path, marked.sidecar.read_bytes())[0] == "Valid"


def test_two_signatures_differ_and_the_sound_is_the_same(tmp_path: Path) -> None:
    paths = [sounds.tone(tmp_path / name) for name in ("a.wav", "b.wav")]
    one, other = (mark_file(path, MARKER).audio_sha256 for path in paths)
    assert one == other
    assert paths[0].read_bytes() != paths[1].read_bytes()


def test_what_was_signed_is_read(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    marked = mark_file(path, MARKER)
    found = credentials(path)
    assert found
    assert (found.faults, found.trusted, found.is_test) == ((), False, True)
    assert found.facts == ORIGIN.facts(marked.audio_sha256)
    assert found.source_type.endswith("/trainedAlgorithmicMedia")


def test_authorities_that_are_given_are_trusted(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, MARKER)
    chain = own_test_key().certificates.decode()
    authority = chain[chain.rindex("-----BEGIN") :]
    found = credentials(path, authority)
    assert found
    assert (found.faults, found.trusted) == ((), True)


def test_a_changed_sample_is_told(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, MARKER)
    found = credentials(sounds.louder(path))
    assert found
    assert any("dataHash.mismatch" in fault for fault in found.faults)


def test_without_a_licence_training_is_not_forbidden(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, Marker(Marking(sign=True)))
    _, manifest = validated(path)
    assert "cawg.training-mining" not in {one["label"] for one in manifest["assertions"]}


def test_a_file_without_any_has_none(tmp_path: Path) -> None:
    assert credentials(sounds.tone(tmp_path / "a.wav")) is None
    (tmp_path / "a.mkv").write_bytes(b"of a kind that C2PA does not know")
    assert credentials(tmp_path / "a.mkv") is None


def test_credentials_that_are_none_are_said_so(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    with path.open("rb") as file:
        found = read_credentials(file, ".wav", b"no credentials at all")
    assert found
    assert len(found.faults) == 1
