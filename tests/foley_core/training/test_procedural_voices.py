"""Facts about voices, songs and crowds."""

import numpy as np
import pytest

from foley_core.audio.band_grid import PITCH, REFERENCE_HZ, VOICING, analyse
from foley_core.cues.taxonomy import taxonomy
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural import procedural_action, procedural_texture
from foley_core.training.procedural_voices import ChirpPart, VoicePart
from foley_core.types import F32, F64

TONAL = (
    "rooster_crow", "cat_meow", "horse_neigh", "gull_cry", "hen_cluck", "elephant_trumpet",
    "baby_cry", "baby_laugh", "dog_whine", "horn", "siren", "beep", "violin", "trumpet",
)  # fmt: skip


def computed(name: str, seed: int) -> F32:
    is_action = taxonomy().classes[name].kind == "action"
    compute = procedural_action if is_action else procedural_texture
    return compute(name, None, SAMPLE_RATE // 2, np.random.default_rng(seed))


def voiced_share(sound: F32) -> float:
    level = np.sqrt(np.square(sound[: len(sound) // 240 * 240]).reshape(-1, 240).mean(axis=1))
    loud = level > 0.2 * level.max()
    return float((analyse(sound)[: len(level), VOICING][loud] > 0.5).mean())


@pytest.mark.parametrize("name", TONAL)
def test_tonal_classes_have_a_pitch(name: str) -> None:
    assert np.mean([voiced_share(computed(name, seed)) for seed in range(3)]) > 0.5


def test_a_call_follows_its_contour() -> None:
    part = VoicePart(
        (300, 300), (0.8, 0.8), contour=((0, 0), (1, 12)), bend=0, jitter=(0, 0), rough=(0, 0)
    )
    sound = part.sound(48_000, None, np.random.default_rng(0)).astype(np.float32)
    pitch = REFERENCE_HZ * 2 ** analyse(sound)[:, PITCH]
    assert pitch[20] == pytest.approx(300 * 2 ** (0.1 / 0.8), rel=0.06)
    assert pitch[140] == pytest.approx(300 * 2 ** (0.7 / 0.8), rel=0.06)


def test_calls_in_a_row_are_apart() -> None:
    part = VoicePart((300, 300), (0.1, 0.1), together=(3, 3), apart_s=(0.1, 0.1))
    sound = part.sound(48_000, None, np.random.default_rng(0))
    sounds = np.abs(sound.reshape(-1, 480)).max(axis=1) > 1e-6
    assert np.count_nonzero(np.diff(sounds.astype(int)) == -1) == 3


def test_a_song_is_above_the_pitch_of_voices() -> None:
    part = ChirpPart((4_000, 4_000), glide=(0, 0), buzz=(0, 0))
    spectrum = np.abs(np.fft.rfft(part.sound(48_000, None, np.random.default_rng(0))))
    assert 3_000 < weighted_hz(spectrum) < 5_500


def weighted_hz(spectrum: F64) -> float:
    power = np.square(spectrum)
    return float((power * np.arange(len(power))).sum() / power.sum())
