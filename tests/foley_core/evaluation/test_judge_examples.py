"""Facts about the examples of the judge: which classes have enough, and whose a recording is."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from judged import take

from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation import judge_examples
from foley_core.evaluation.judge_examples import (
    EXCERPT_STEPS,
    STROKES,
    examples_of,
    family_of,
    judged_recordings,
    noise_like,
    pieces_of,
)
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.sound_corpus import Recording


def recorded(kind: str, count: int, sources: int = 3, path: str = "nowhere") -> list[Recording]:
    return [
        Recording(Path(f"{path}/{kind}{n}.flac"), kind, "CC0-1.0", f"{kind} {n % sources}", 0.0)
        for n in range(count)
    ]


def test_families_follow_from_group_and_kind() -> None:
    assert family_of("strike") == family_of("footstep_walk") == "impacts"
    assert family_of("rain") == family_of("whoosh") == family_of("fire") == "textures"
    assert family_of("dog_bark") == family_of("church_bell") == family_of("lion_roar") == "tonal"
    assert family_of("engine") == family_of("sewing_machine") == "machines"
    assert family_of("clock_tick") == "impacts"


def test_every_group_of_the_table_is_one_of_the_taxonomy() -> None:
    named = {group for groups in judge_examples._family_groups().values() for group in groups}
    assert named <= set(taxonomy().all_groups)


def test_a_class_of_recordings_stands_for_one_class_alone() -> None:
    held = [row for kind in ("switch_click", "camera_shutter") for row in recorded(kind, 6)]
    assert judged_recordings(held) == {
        "key_press": ("switch_click",),
        "switch_click": ("camera_shutter",),
    }


def test_classes_that_share_all_their_recordings_count_once() -> None:
    held = [row for kind in ("footsteps_wood", "footsteps_stone") for row in recorded(kind, 6)]
    (kinds,) = judged_recordings(held).values()
    assert set(kinds) == {"footsteps_wood", "footsteps_stone"}


@pytest.mark.parametrize(("count", "sources"), [(5, 5), (9, 1)])
def test_a_class_of_few_recordings_or_of_one_source_is_not_judged(count: int, sources: int) -> None:
    assert judged_recordings(recorded("dog_bark", count, sources)) == {}


def test_a_recording_gives_examples_of_its_class_alone(tmp_path: Path) -> None:
    clicks = np.zeros(8 * SAMPLE_RATE, np.float32)
    clicks[SAMPLE_RATE // 2 :: SAMPLE_RATE] = 1.0
    (row,) = recorded("switch_click", 1, path=str(tmp_path))
    soundfile.write(row.path, clicks, SAMPLE_RATE)
    found = examples_of([row], {"key_press": ("switch_click",), "rain": ("rain",)})
    assert found["rain"] == []
    assert 1 <= len(found["key_press"]) <= STROKES
    assert {example.file for example in found["key_press"]} == {str(row.path)}
    assert all(example.grid.base is None for example in found["key_press"])


def test_an_action_is_judged_once_a_texture_in_pieces() -> None:
    grid = np.zeros((900, 96), np.float32)
    assert len(list(pieces_of(grid, "strike"))) == 1
    pieces = list(pieces_of(grid, "rain"))
    assert [len(piece) for piece in pieces] == [EXCERPT_STEPS] * 3


def test_noise_of_a_class_has_its_spectrum_and_no_attack() -> None:
    grids = [take("strike", "metal", seed) for seed in range(3)]
    (made,) = noise_like(grids, 1, np.random.default_rng(0))
    level = made[:, :80].max(axis=1)
    assert level[10:-10].std() < 5
    means = [np.mean(10 ** (g[:, :80] / 10), axis=0) for g in (made, grids[0])]
    assert np.corrcoef(np.log10(means[0] + 1e-9), np.log10(means[1] + 1e-9))[0, 1] > 0.6
