"""What a file says of itself, and whether its statements agree with it and with each other."""

from pathlib import Path

import pytest
import sounds

from foley_core.errors import DecodeError
from foley_core.media.file_marks import AIGC, SOURCE_TYPE, write_marks
from foley_core.provenance.claims import claims_of, contradictions
from foley_core.provenance.mark_file import mark_file
from foley_core.provenance.marking import Marker, Marking

BOTH = Marker(Marking("Beispiel AG", sign=True))
LABEL = Marker(Marking("Beispiel AG"))


def faults(path: Path) -> list[str]:
    return list(contradictions(claims_of(path)))


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_marked_file_agrees_with_itself(name: str, tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / name, "flac24" if name.endswith("flac") else "wav24")
    marked = mark_file(path, BOTH)
    claims = claims_of(path)
    assert list(contradictions(claims)) == []
    assert claims.audio_sha256 == marked.audio_sha256
    assert claims.made_by == "embedded 12ab"
    assert claims.source_type.endswith("/trainedAlgorithmicMedia")
    assert claims.label
    assert claims.label.producer == "Beispiel AG"


def test_a_file_without_marks_claims_nothing(tmp_path: Path) -> None:
    claims = claims_of(sounds.tone(tmp_path / "a.wav"))
    assert (claims.source_type, claims.credentials, claims.label) == ("", None, None)
    assert list(contradictions(claims)) == []


def test_changed_sound_is_told_by_signature_and_label(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, BOTH)
    said = " | ".join(faults(sounds.louder(path)))
    assert "dataHash.mismatch" in said
    assert "its sound is not the one that was signed" in said
    assert "its AIGC label is that of another sound" in said


def test_changed_sound_is_told_by_the_label_alone(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, LABEL)
    assert faults(path) == []
    assert faults(sounds.louder(path)) == ["its AIGC label is that of another sound"]


def test_a_label_changed_after_signing_is_told(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, BOTH)
    write_marks(path, {SOURCE_TYPE: "http://a.b/algorithmicMedia"})
    said = faults(path)
    assert any("Content Credentials do not hold" in fault for fault in said)
    assert "its IPTC source type is not the one that was signed" in said


def test_a_faulty_label_is_told(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    write_marks(path, {AIGC: "[]"})
    assert faults(path) == ["its AIGC label cannot be read (it is no JSON object)"]


def test_what_is_no_sound_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("words")
    with pytest.raises(DecodeError, match=r"a\.wav"):
        claims_of(tmp_path / "a.wav")
    with pytest.raises(DecodeError, match="cannot be read"):
        claims_of(tmp_path / "nothing.wav")
