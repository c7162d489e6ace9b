"""The labels of faces are whole, and both halves hold enough."""

import pytest

from foley_core.evaluation.labelled_faces import LabelledClip, labelled_clips


def counts(clips: list[LabelledClip]) -> tuple[int, int, int]:
    """Pictures, faces, and clips without anybody."""
    pictures = [faces for clip in clips for _, faces in clip.pictures]
    return len(pictures), sum(map(len, pictures)), sum(not clip.pictures for clip in clips)


def test_sixty_pictures_are_labelled_in_two_halves() -> None:
    clips = list(labelled_clips())
    assert counts(clips)[0] >= 60
    for tuned in (True, False):
        pictures, faces, nobody = counts([clip for clip in clips if clip.tuned is tuned])
        assert pictures >= 25
        assert faces >= 25
        assert nobody >= 20


def test_boxes_lie_within_their_pictures() -> None:
    for clip in labelled_clips():
        for time_s, faces in clip.pictures:
            assert time_s * 25 == pytest.approx(round(time_s * 25))
            for face in faces:
                left, top, right, bottom = face.box
                assert 0 <= left < right <= 1
                assert 0 <= top < bottom <= 1
