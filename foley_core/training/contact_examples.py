"""Worlds as the reader of contacts learns from them: rows of a grid, and where onsets are.

Worlds are rendered at the frame rates of films and phones, or at those of slow videos, and every
picture is used, as the decoder gives them. Of each only its contact numbers are kept on disk, some
15 kB.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import cv2
import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.media.decode import MOTION_SIDE_PX
from foley_core.models.embedded.contact_grid import GRID_RATE, contact_rows
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.kept_worlds import keep_arrays
from foley_core.types import F32, F64, Progress
from foley_core.vision.contacts import Contacts, ContactSeries
from foley_core.vision.picture_pairs import PicturePairs
from foley_core.world.contact_worlds import contact_world, filmed_scene
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scene import World

WORLD_S = 5.0
"""Length of a world, seconds."""
ROWS = int(WORLD_S * GRID_RATE)
"""Rows of a world."""

# Where the seeds of these worlds begin; those of perception and of the evaluation are below.
_FIRST_SEED = 5_000_000
_FRAME_RATES = (
    Fraction(15), Fraction(43, 2), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(25),
    Fraction(30000, 1001), Fraction(30), Fraction(30),
)  # fmt: skip
# Of slow videos: those asked for most, and one a second less and more.
_SLOW_RATES = (7, 8, 8, 9, 10, 10, 11, 12, 12, 13)
# Families that move all the time and strike nothing: one world in eight.
_RESTLESS = (
    "foliage", "vehicle", "engine", "machine", "fire", "saw", "roll", "pour", "slide", "cloth",
    "whoosh", "shuffler",
)  # fmt: skip
# Standard deviation of the heat around an onset: 33 ms. 23 and 50 ms find no more.
_HEAT_ROWS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ContactExamples:
    """Worlds to learn from.

    Attributes:
        rows: (B, `ROWS`, numbers), see `contact_grid`.
        heat: (B, `ROWS`) 0..1, 1 at the row nearest to an onset.
    """

    rows: F32
    heat: F32


def contact_examples(
    folder: Path, worlds: int, progress: Progress, *, slow: bool = False
) -> ContactExamples:
    """Render worlds, but for those whose numbers the folder holds already.

    Args:
        folder: for the contact numbers of each world.
        worlds: how many.
        progress: told the share done and a sentence.
        slow: they show 7 to 13 pictures a second.
    """
    world_of: Callable[[int], World] = slow_training_world if slow else training_world
    folder.mkdir(parents=True, exist_ok=True)
    rows, heat = [], []
    for number in range(worlds):
        path = folder / f"world_{number}.npz"
        if not path.exists():
            progress(number / worlds, f"rendering world {number} of {worlds}")
            _keep(path, world_of(number))
        with np.load(path) as kept:
            times, numbers = kept["times"], kept["numbers"].astype(np.float32)
            rows.append(contact_rows(times, numbers, WORLD_S).rows[:ROWS])
            heat.append(_heat(kept["onsets"]))
    return ContactExamples(np.stack(rows), np.stack(heat))


def training_world(number: int) -> World:
    """Return a world: of eight, five random scenes, one restless, one as filmed, one of strokes.

    The other families of `contact_worlds` (fast hands, pushes, leaves, late and dim acts) were
    tried: readers that learned from them as well found less in filmed pictures.
    """
    seed = _FIRST_SEED + number
    if number % 8 == 1:
        return contact_world(seed, WORLD_S, family="stroke")
    if number % 8 == 5:
        return filmed_scene(seed, WORLD_S)
    restless = _RESTLESS[number // 8 % len(_RESTLESS)] if number % 8 == 0 else None
    world = render_random_scene(seed, WORLD_S, family=restless, pairs="trained")
    rate = _FRAME_RATES[int(np.random.default_rng(seed).integers(len(_FRAME_RATES)))]
    return replace(world, frame_rate=rate, frames=ceil(Fraction(WORLD_S) * rate))


def slow_training_world(number: int) -> World:
    """Return the same world as `training_world`, shown with few pictures a second."""
    rate = int(np.random.default_rng([number, 11]).choice(_SLOW_RATES))
    return replace(training_world(number), frame_rate=Fraction(rate), frames=ceil(WORLD_S * rate))


def contacts_of(world: World) -> Contacts:
    """Return the contacts of all pictures of a world."""
    series = ContactSeries(PicturePairs())
    side = (MOTION_SIDE_PX, MOTION_SIDE_PX)
    for index, picture in enumerate(world.pictures()):
        small = cv2.resize(picture, side, interpolation=cv2.INTER_AREA)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        series.put(gray, float(index / world.frame_rate))
    return series.finish()


def _keep(path: Path, world: World) -> None:
    """Write contacts and onsets of a world; a file that is there is whole."""
    short = {sound_class.name for sound_class in taxonomy().of_kind("action")}
    onsets = [cue.onset / SAMPLE_RATE for cue in world.sheet.cues if cue.sound_class in short]
    found = contacts_of(world)
    keep_arrays(path, times=found.times, numbers=found.numbers, onsets=np.array(onsets))


def _heat(onsets_s: F64) -> F32:
    """Return the heat (`ROWS`,) of onsets: a row beside one is nearly right."""
    rows = np.arange(ROWS)
    heat = np.zeros(ROWS, np.float32)
    for onset_s in onsets_s:
        away = (rows - onset_s * GRID_RATE) / _HEAT_ROWS
        heat = np.maximum(heat, np.exp(-0.5 * np.square(away)).astype(np.float32))
        if (row := round(float(onset_s) * GRID_RATE)) < ROWS:
            heat[row] = 1.0
    return heat
