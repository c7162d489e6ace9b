"""Facts about training: it learns, stops, and goes on as if it had not stopped."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from foley_core.audio.band_grid import ENERGY, PITCH, ROWS
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.checkpoints import load_weights, sha256_of
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.training import train_generator as training
from foley_core.training import training_set as material_of_training
from foley_core.training.generator_losses import row_weights
from foley_core.training.procedural import procedural_action
from foley_core.training.sound_corpus import (
    Recording,
    TrainingSound,
    credits_of,
    grid_at_level,
    recordings,
)
from foley_core.training.train_generator import learning_rate, train_generator
from foley_core.training.training_set import training_set


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    folder.mkdir()
    lines = ["file,class,licence,author_attribution,bandwidth_hz"]
    for number in range(3):
        sound = procedural_action("strike", "wood", 20_000, np.random.default_rng(number))
        soundfile.write(folder / f"{number}.flac", 0.5 * sound, 48_000)
        lines.append(f"{number}.flac,impact_wood,CC-BY-4.0,author {number} | there,16000")
    (folder / "sounds.csv").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def bank() -> dict[str, list[TrainingSound]]:
    rng = np.random.default_rng(0)
    grid = grid_at_level(procedural_action("drop", "wood", 9_600, rng), 0.0)
    return {name: [TrainingSound(grid, (name,), None, True)] for name in taxonomy().learned}


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch, bank: dict[str, list[TrainingSound]]) -> None:
    monkeypatch.setattr(material_of_training, "computed_sounds", lambda variants, seed: bank)
    monkeypatch.setattr(training, "ACTION_BATCH", 2)
    monkeypatch.setattr(training, "TILE_BATCH", 1)
    monkeypatch.setattr(training, "VARIANTS", 1)


def silent(share: float, message: str) -> None:
    assert 0 <= share <= 1
    assert message


@pytest.mark.slow
def test_training_resumes_as_if_it_had_never_stopped(sounds: Path, tmp_path: Path) -> None:
    halves, whole = (
        tmp_path / "halves" / "generator.safetensors",
        tmp_path / "whole" / "generator.safetensors",
    )
    train_generator(halves, sounds, steps=2, seed=3, progress=silent)
    state = load_weights(halves.with_name("generator.safetensors.training"), None)
    assert int(state["step"]) == 2
    figures = train_generator(halves, sounds, steps=3, seed=3, progress=silent)
    assert figures["steps"] == 3
    assert figures["tile_loss"] > 0
    train_generator(whole, sounds, steps=3, seed=3, progress=silent)
    first, second = load_weights(halves, None), load_weights(whole, None)
    assert all(torch.allclose(first[n].float(), second[n].float(), atol=1e-3) for n in second)
    assert "author 1 | there" in halves.with_name("ATTRIBUTION.md").read_text()
    weights = find_weights(halves.parent)
    assert weights.record(halves.name)["sha256"] == sha256_of(halves)
    generator = EmbeddedGenerator(weights, quality="draft")
    generator.load()
    assert generator.longest_samples("strike") == 61_440


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_bits(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SAVE_EVERY", 2)

    def killed_at_step_2(share: float, message: str) -> None:
        if message.startswith("step 2"):
            raise Killed

    killed, whole = tmp_path / "killed" / "g.safetensors", tmp_path / "whole" / "g.safetensors"
    with pytest.raises(Killed):
        train_generator(killed, sounds, steps=4, seed=3, progress=killed_at_step_2)
    told = [
        train_generator(path, sounds, steps=4, seed=3, progress=silent) for path in (killed, whole)
    ]
    assert told[0] == told[1]
    for name in ("g.safetensors", "g.safetensors.training", "g.toml"):
        assert killed.with_name(name).read_bytes() == whole.with_name(name).read_bytes()


def test_batches_are_decided_by_their_seed(sounds: Path) -> None:
    material = training_set(recordings(sounds), 1, 0, silent)
    first, same, other = (
        material.batch(False, 3, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first.tokens, same.tokens)
    assert not torch.equal(first.tokens, other.tokens)
    assert first.tokens.isfinite().all()
    assert material.batch(True, 2, np.random.default_rng(1)).conditions.energy is not None


def test_learning_rate_rises_then_falls() -> None:
    rates = [learning_rate(step, 1_000) for step in (0, 199, 600, 999)]
    assert rates[0] < rates[1] > rates[2] > rates[3] > 0


def test_credits_name_each_author_once_under_the_licence() -> None:
    rows = [Recording(Path("a"), "rain", "CC-BY-3.0", "someone | there", 0.0)] * 2
    text = credits_of(rows)
    assert text.count("someone | there") == 1
    assert "## CC-BY-3.0" in text


def test_energies_weigh_most_in_all_and_a_pitch_more_than_a_band() -> None:
    weights = row_weights()[:ROWS]
    assert weights[ENERGY].sum() > 0.8 * weights.sum()
    assert weights[PITCH].item() > weights[0].item()
