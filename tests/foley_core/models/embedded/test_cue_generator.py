"""Facts about the embedded generator with the weights of the package."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
import torch
from networks import TINY, tiny_generator

from foley_core.cues.sheet import Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import CheckpointError, ConfigError, GenerationError
from foley_core.models.checkpoints import save_weights
from foley_core.models.embedded import weights_folder
from foley_core.models.embedded.cue_generator import ACTION_SAMPLES, TILE_SAMPLES, EmbeddedGenerator
from foley_core.models.embedded.cue_sampler import finished
from foley_core.models.embedded.grid_denoiser import ACTION_TOKENS, TILE_TOKENS, TOKEN_SAMPLES
from foley_core.models.embedded.weights_folder import GENERATOR_FILES, find_weights
from foley_core.models.protocol import SoundSpec
from foley_core.types import F32, Tier

STRIKE = SoundSpec("strike", "wood", 30_000, 0.8, Style(), (), 1, 7)
FEW_CLASSES = ("footstep_walk", "key_press", "dog_bark", "engine", "rain")


@pytest.fixture(scope="module")
def generator() -> EmbeddedGenerator:
    return EmbeddedGenerator(quality="draft")


def performance_of(name: str, samples: int) -> SoundSpec:
    known = taxonomy().classes[name]
    activity = tuple(range(0, 250, 2)) if known.kind == "sustained" else ()
    channels = 2 if known.kind == "ambience" else 1
    material = known.materials[0] if known.materials else None
    return SoundSpec(name, material, samples, 0.7, Style(), activity, channels, 11)


def centroid_hz(waveform: F32) -> float:
    power = np.abs(np.fft.rfft(waveform[0])) ** 2
    return float(np.sum(power * np.fft.rfftfreq(waveform.shape[1], 1 / 48_000)) / np.sum(power))


def test_same_performance_same_samples_whatever_stands_beside(generator: EmbeddedGenerator) -> None:
    crowd = [performance_of(name, 20_000) for name in FEW_CLASSES]
    beside = generator.generate([*crowd, STRIKE, *[replace(STRIKE, seed=s) for s in range(9)]])
    alone = generator.generate([STRIKE])
    assert np.array_equal(beside[len(crowd)], alone[0])


def test_another_seed_gives_other_samples(generator: EmbeddedGenerator) -> None:
    first, other = generator.generate([STRIKE, replace(STRIKE, seed=8)])
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", FEW_CLASSES)
def test_a_class_is_performed_whole(generator: EmbeddedGenerator, name: str) -> None:
    asked = performance_of(name, 40_001)
    (waveform,) = generator.generate([asked])
    assert waveform.shape == (asked.channels, 40_001)
    assert waveform.dtype == np.float32
    assert np.abs(waveform).max() <= 1.0
    assert np.abs(waveform).max() > 0.005
    assert np.abs(waveform.mean(axis=1)).max() < 1e-3
    assert np.abs(waveform[:, [0, -1]]).max() < 0.02


NEW_CLASSES = ("piano", "bird_song", "gull_cry", "crowd_applause", "suburb", "impact_soft")


@pytest.fixture(scope="module")
def old_generator(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedGenerator:
    """Weights from before the newer classes, as users may have them."""
    folder = tmp_path_factory.mktemp("old")
    old = replace(TINY, classes=len(taxonomy().trained))
    tiny_generator(folder / GENERATOR_FILES["full"], size=old)
    return EmbeddedGenerator(find_weights(folder), quality="draft")


@pytest.mark.parametrize("name", NEW_CLASSES)
def test_a_class_that_older_weights_do_not_know_sounds_as_its_relative(
    old_generator: EmbeddedGenerator, name: str
) -> None:
    generator = old_generator
    asked = performance_of(name, 40_001)
    known, material = taxonomy().performed(name, asked.material, len(taxonomy().trained))
    assert generator.longest_samples(name) >= asked.samples
    own, relative = generator.generate(
        [asked, replace(asked, sound_class=known.name, material=material)]
    )
    assert own.shape == (asked.channels, 40_001)
    assert np.abs(own).max() > 0.005
    kind = taxonomy().classes[name].kind
    if kind == "sustained":
        # It follows the motion, as its relative may not.
        assert np.corrcoef(own[0], relative[0])[0, 1] > 0.8
        return
    # A moment of what lasts is faded; all else is the relative's sound, bit for bit.
    middle = slice(1_000, 16_000) if kind != known.kind else slice(None)
    assert np.array_equal(own[:, middle], relative[:, middle])


@pytest.mark.slow
def test_every_class_on_every_material_is_performed() -> None:
    # The light tier: it knows the same classes and takes a fifth of the time.
    generator = EmbeddedGenerator(quality="draft", tier="light")
    asked = [
        replace(performance_of(name, 24_000), material=material)
        for name, known in taxonomy().classes.items()
        for material in known.materials or (None,)
    ]
    assert len(generator.generate(asked)) == len(asked)


@pytest.mark.parametrize("name", ["strike", "tap", "chop", "gunshot"])
def test_an_impact_begins_with_its_attack(generator: EmbeddedGenerator, name: str) -> None:
    takes = generator.generate([replace(STRIKE, sound_class=name, seed=s) for s in range(5)])
    for take in takes:
        loud = np.flatnonzero(np.abs(take[0]) > 0.2 * np.abs(take).max())
        assert loud[0] <= 0.003 * 48_000


def test_two_channels_are_decorrelated(generator: EmbeddedGenerator) -> None:
    (waveform,) = generator.generate([performance_of("rain", 96_000)])
    assert abs(np.corrcoef(waveform)[0, 1]) < 0.2


def test_brightness_moves_the_centroid(generator: EmbeddedGenerator) -> None:
    styles = [Style(brightness=b) for b in (-1.0, 1.0)]
    takes = [[replace(STRIKE, style=style, seed=s) for s in range(4)] for style in styles]
    dark, bright = (np.mean([centroid_hz(w) for w in generator.generate(t)]) for t in takes)
    assert bright > 1.2 * dark


def test_intensity_is_heard(generator: EmbeddedGenerator) -> None:
    soft, hard = generator.generate([replace(STRIKE, intensity=i) for i in (0.2, 1.0)])
    assert np.square(hard).sum() > 10 * np.square(soft).sum()


def test_sustained_sound_follows_the_motion(generator: EmbeddedGenerator) -> None:
    still_then_moving = (0,) * 64 + (255,) * 64
    asked = replace(performance_of("slide", 245_760), activity=still_then_moving)
    (waveform,) = generator.generate([asked])
    before, after = waveform[0, :110_000], waveform[0, 135_000:]
    assert np.square(after).mean() > 4 * np.square(before).mean()


def test_longest_pieces(generator: EmbeddedGenerator) -> None:
    tokens = (ACTION_TOKENS, TILE_TOKENS)
    assert tuple(TOKEN_SAMPLES * n for n in tokens) == (ACTION_SAMPLES, TILE_SAMPLES)
    assert generator.longest_samples("strike") == 61_440
    assert generator.longest_samples("rain") == 245_760
    with pytest.raises(ConfigError, match="did you mean 'strike'"):
        generator.longest_samples("stryke")
    with pytest.raises(ValueError, match="can be generated in one piece"):
        generator.generate([replace(STRIKE, samples=61_441)])


def test_silence_and_nonsense_are_not_delivered(generator: EmbeddedGenerator) -> None:
    grid = np.zeros((256, 96), np.float32)
    grid[:, :80] = -75
    with pytest.raises(GenerationError, match="came out silent"):
        finished(STRIKE, grid)
    grid[:, :80] = np.nan
    with pytest.raises(GenerationError, match="came out not finite"):
        finished(STRIKE, grid)


@pytest.mark.parametrize("tier", ["full", "light"])
def test_a_clap_is_one_clap(tier: Tier) -> None:
    clap = SoundSpec("hand_clap", "flesh", 48_000, 0.8, Style(), (), 1, 3)
    (sound,) = EmbeddedGenerator(quality="draft", tier=tier).generate([clap])
    power = np.square(sound[0])
    assert power[:9600].sum() > 0.98 * power.sum()


def test_identity_names_weights_and_quality(generator: EmbeddedGenerator) -> None:
    assert generator.identity.startswith("embedded-5-")
    assert generator.identity != EmbeddedGenerator(quality="fine").identity


def test_other_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / GENERATOR_FILES["full"]
    save_weights(path, {"a": torch.ones(2)})
    generator = EmbeddedGenerator(find_weights(tmp_path))
    with pytest.raises(CheckpointError, match="of another network"):
        generator.load()
    path.unlink()
    with pytest.raises(CheckpointError, match="cannot be read"):
        generator.load()


@pytest.mark.parametrize("name", ["strike", "engine", "rain"])
def test_a_light_network_of_another_size_performs_as_well(tmp_path: Path, name: str) -> None:
    tiny_generator(tmp_path / GENERATOR_FILES["light"])
    light = EmbeddedGenerator(find_weights(tmp_path), tier="light")
    assert light.identity.startswith("embedded-light-5-")
    asked = performance_of(name, 30_000)
    alone, again = light.generate([asked])[0], light.generate([STRIKE, asked])[1]
    assert alone.shape == (asked.channels, 30_000)
    assert np.array_equal(alone, again)


def test_a_tier_that_is_not_shipped_is_a_checkpoint_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights_folder, "shipped_folder", lambda: tmp_path)
    with pytest.raises(CheckpointError, match="no weights for tier 'light'"):
        EmbeddedGenerator(tier="light")
    tiny_generator(tmp_path / "generator-light.safetensors")
    assert EmbeddedGenerator(tier="light").identity.startswith("embedded-light-5-")


RAIN_IN_A_THREAD = """
import hashlib
from threading import Thread
from foley_core.cues.sheet import Style
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.protocol import SoundSpec

generator = EmbeddedGenerator(quality="draft", tier="light")
loading = Thread(target=generator.load)
loading.start()
loading.join()
(rain,) = generator.generate([SoundSpec("rain", None, 30_000, 0.7, Style(), (), 1, 11)])
print(hashlib.sha256(rain.tobytes()).hexdigest())
"""


def test_a_sound_does_not_depend_on_the_number_of_cores() -> None:
    # A network that one thread loaded is asked by another, as the stages of a job do.
    found = [
        run(
            [sys.executable, "-c", RAIN_IN_A_THREAD],
            env=os.environ | {"OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert found[0] == found[1]
