"""Pictures of judged classes: one a family, real sounds beside generated ones."""

from pathlib import Path

import cv2
import numpy as np
from judged import real, take

from foley_core.evaluation.evaluate_generator import JudgedClass
from foley_core.evaluation.evaluate_judge import Accuracy
from pipelines.evaluation.judged_sounds import _strip, judged_pictures

MADE = [take("strike", "wood", seed) for seed in range(3)]


def judged(name: str, family: str, sources: int = 3) -> JudgedClass:
    held = real("strike", "metal", sources)
    return JudgedClass(name, family, held, MADE, Accuracy(1, 1), Accuracy(1, 1))  # type: ignore[arg-type]


def test_a_picture_for_each_family_that_has_a_class(tmp_path: Path) -> None:
    classes = [judged("tap", "impacts"), judged("strike", "impacts"), judged("rain", "textures")]
    drawn = judged_pictures(classes, tmp_path, "light")
    names = ["light_judged_textures.png", "light_judged_impacts.png"]
    assert [picture.path.name for picture in drawn] == names
    assert all(cv2.imread(str(picture.path)).shape[1] > 1_000 for picture in drawn)


def test_two_real_sounds_stand_beside_two_generated_ones() -> None:
    strip = _strip(judged("strike", "impacts"))
    assert strip.shape == (80, 4 * 256 + 3 * 10)
    assert np.nanmax(strip) == 0
    assert np.isnan(strip[:, 256:266]).all()


def test_one_recording_alone_is_drawn_too() -> None:
    assert _strip(judged("strike", "impacts", 1)).shape[1] == 3 * 256 + 2 * 10
