"""Facts about the choice and cutting of recordings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from foley_core.audio.band_grid import ENERGY, band_centres_hz
from foley_core.errors import ConfigError
from foley_core.models.embedded.procedural import procedural_action
from foley_core.models.embedded.sound_corpus import (
    Recording,
    grid_at_level,
    is_listed,
    loudest_db,
    material_of,
    read_recording,
    recordings,
    sounds_of,
    split_by_author,
    strokes,
)
from foley_core.types import F32

HEADER = "file,class,licence,author_attribution,bandwidth_hz\n"


def blow(seed: int = 0, samples: int = 9_600) -> F32:
    return procedural_action("strike", "wood", samples, np.random.default_rng(seed))


def row(recorded_class: str, author: str) -> Recording:
    return Recording(Path("x.flac"), recorded_class, "CC0-1.0", author, 0.0)


def test_unversioned_licences_are_left_out(tmp_path: Path) -> None:
    table = "a.flac,rain,CC0-1.0,me,16000\nb.flac,rain,CC-BY-unversioned,you,\n"
    (tmp_path / "sounds.csv").write_text(HEADER + table)
    assert [r.author for r in recordings(tmp_path)] == ["me"]


def test_a_missing_table_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sounds\.csv"):
        recordings(tmp_path)


def test_split_keeps_authors_apart_and_small_classes_whole() -> None:
    rows = [row("rain", f"author {n}") for n in range(20) for _ in range(2)]
    rows += [row("crowd", "only author")]
    training, held = split_by_author(rows)
    assert held
    assert {r.author for r in training}.isdisjoint({r.author for r in held})
    assert "crowd" in {r.recorded_class for r in training}
    assert len(held) <= 0.3 * len(rows)


def test_strokes_are_cut_at_their_attacks() -> None:
    walk = np.zeros(96_000, np.float32)
    for start in (5_000, 33_000, 70_000):
        walk[start : start + 9_600] = blow()
    cut = list(strokes(walk, repeats=True))
    assert len(cut) == 3
    assert all(np.argmax(np.abs(stroke)) < 480 for stroke in cut)
    assert all(np.abs(stroke[:10]).max() < 0.3 for stroke in cut)


def test_silence_has_no_strokes() -> None:
    assert list(strokes(np.zeros(200, np.float32), repeats=True)) == []
    assert list(strokes(np.zeros(48_000, np.float32), repeats=True)) == []


def test_grid_is_brought_to_level_and_its_lost_band_filled() -> None:
    sound = blow() * np.float32(0.01)
    grid = grid_at_level(sound, 0.0)
    assert loudest_db(grid) == pytest.approx(0, abs=0.3)
    filled = grid_at_level(sound, 10_000.0)
    high = band_centres_hz() > 12_000
    assert filled[0, ENERGY][high].min() > -60


def test_material_is_read_from_the_name() -> None:
    assert material_of("footsteps_dirt") == "earth"
    assert material_of("impact_glass") == "glass"
    assert material_of("dog_bark") is None


def test_a_recording_serves_every_class_that_lists_it(tmp_path: Path) -> None:
    path = tmp_path / "hit.flac"
    soundfile.write(path, 0.5 * np.stack([blow(), blow()], axis=1), 44_100)
    assert np.abs(read_recording(path)).max() == pytest.approx(1, abs=1e-3)
    (sound,) = sounds_of(Recording(path, "impact_wood", "CC0-1.0", "me", 0.0))
    assert {"tap", "strike", "drop"} <= set(sound.sound_classes)
    assert sound.material == "wood"
    assert is_listed(row("impact_wood", "me"))
    assert not is_listed(row("nothing_known", "me"))
    assert list(sounds_of(Recording(path, "nothing_known", "CC0-1.0", "me", 0.0))) == []
