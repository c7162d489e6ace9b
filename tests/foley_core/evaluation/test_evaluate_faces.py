"""Faces count as covered from a half on, by size and half of the clips; nothing where none is."""

from pathlib import Path

import numpy as np
import outside
import pytest
import videos

from foley_core.evaluation import evaluate_faces as measured
from foley_core.evaluation.evaluate_faces import covered_clip, evaluate_faces
from foley_core.evaluation.labelled_faces import LabelledClip, LabelledFace, labelled_clips
from foley_core.models.sight import anonymise
from foley_core.models.sight.face_finder import FacesSeen
from foley_core.types import U8


class Left:
    """A finder that sees one face, over the left half of every picture."""

    def faces(self, rgb: U8) -> FacesSeen:
        return FacesSeen(np.array([[0.9, 0, 0, 0.5, 1]], np.float32), np.array([True]))


@pytest.fixture
def video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(anonymise, "_finder", Left)
    monkeypatch.setattr(anonymise, "plates", lambda rgb: [])
    return videos.render(tmp_path / "a.mp4", seconds=0.4)


def test_faces_are_counted_by_what_is_hidden_of_them(
    video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = (
        LabelledFace("front", (0.1, 0.1, 0.4, 0.5)),
        LabelledFace("front", (0.45, 0.1, 0.6, 0.3)),
        LabelledFace("crowd", (0.46, 0.1, 0.51, 0.15)),
    )
    filmed = LabelledClip("filmed", False, ((0.2, there),))
    empty = LabelledClip("empty", True, ())
    monkeypatch.setattr(measured, "labelled_clips", lambda: (filmed, empty))
    figures = evaluate_faces({"filmed": video, "empty": video, "other": video})
    assert figures["real_face_recall_large"] == figures["real_face_recall_large_judged"] == 0.5
    assert figures["real_face_recall"] == pytest.approx(2 / 3)
    assert figures["real_faces_in_vain"] == pytest.approx(0.5, abs=0.02)
    assert figures["real_blurred_in_vain"] == figures["real_faces_in_vain"]
    assert "real_faces_in_vain_judged" not in figures
    assert figures["real_faces_cpu_s_per_minute"] > 0


def test_without_labelled_clips_there_is_no_figure() -> None:
    assert evaluate_faces({"other": Path("other.mp4")}) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["congas_studio", "hedge_trimmer"])
def test_filmed_faces_are_hidden(name: str) -> None:
    found = next(iter(outside.need("media").glob(f"clips_*/{name}.*")))
    labels = next(clip for clip in labelled_clips() if clip.name == name)
    faces = covered_clip(found, labels).faces
    assert len(faces) >= 3
    assert all(face.covered >= 0.5 for face in faces)
