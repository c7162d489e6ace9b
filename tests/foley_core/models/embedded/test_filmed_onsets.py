"""Who is in charge of onsets follows from texture and places; times hold at every speed."""

from dataclasses import replace

import numpy as np
import pytest

from foley_core.models.embedded.cue_detection import StepReadings
from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.filmed_onsets import FilmedOnsets, filmed_share
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.vision.contacts import NUMBERS, Contacts


def places(sure: float, scenes: int = 20) -> np.ndarray:
    rest = (1.0 - sure) / 3.0
    return np.log(np.tile(np.array([sure, rest, rest, rest], np.float32), (scenes, 1)))


@pytest.mark.parametrize(
    ("texture", "sure", "share"),
    [(1.3, 0.99, 0.0), (2.6, 0.99, 1.0), (0.7, 0.6, 1.0), (1.9, 0.99, 0.5), (1.3, 0.91, 0.5)],
)
def test_fine_texture_or_an_unsure_place_is_filmed(
    texture: float, sure: float, share: float
) -> None:
    found = filmed_share(np.full(20, texture, np.float32), places(sure))
    assert found.shape == (20,)
    assert found == pytest.approx(np.full(20, share), abs=0.01)


def test_one_odd_picture_changes_little() -> None:
    texture = np.full(30, 1.3, np.float32)
    texture[12] = 3.0
    assert filmed_share(texture, places(0.99, 30)).max() < 0.1


def test_a_slowed_video_is_read_at_the_times_of_its_own_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A net that only repeats a number finds the number's peak where it is at every speed."""
    reader = FilmedOnsets(find_weights(), "cpu")
    repeating = replace(reader.usual, net=lambda rows: rows[None, :, :, 0], lag_s=0.0)
    times = np.arange(1, 120) / 30.0
    numbers = np.zeros((len(times), NUMBERS), np.float32)
    numbers[:, 0] = np.exp(-0.5 * np.square((times - 2.3) / 0.1))
    empty = np.zeros((100, 1), np.float16)
    contacts = Contacts(times, numbers.astype(np.float16))
    energy = np.zeros(100, np.uint8)
    clip = ClipFeatures(0, empty, empty, empty, empty[:, 0], energy, contacts=contacts)
    found = reader.onsets([clip], repeating)
    step = int(found.logit.argmax())
    assert (step + found.shift[step]) / 25 == pytest.approx(2.3, abs=0.01)


def test_slow_videos_have_a_reader_of_their_own() -> None:
    """It reads a video once, as it is, and is asked for less: what it sees is less sure."""
    reader = FilmedOnsets(find_weights(), "cpu")
    assert reader.slow.slower == ()
    assert reader.slow.level < reader.usual.level
    numbers = np.random.default_rng(1).random((40, NUMBERS)).astype(np.float16)
    empty = np.zeros((100, 1), np.float16)
    contacts = Contacts(np.arange(40) / 10.0, numbers)
    energy = np.zeros(100, np.uint8)
    clip = ClipFeatures(0, empty, empty, empty, empty[:9, 0] + 3, energy, contacts=contacts)
    steps = np.zeros(100, np.float32)
    readings = StepReadings(
        steps + 0.1, steps, steps.astype(np.int32), steps.astype(np.int32), steps,
        np.zeros((100, 1), np.float32), energy, places(0.6, 9),
    )  # fmt: skip
    usual, slow = (reader.blended(readings, [clip], 0.4, slow).onset for slow in (False, True))
    assert not np.allclose(usual, slow)
