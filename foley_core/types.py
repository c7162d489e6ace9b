"""Shapes, array types and named choices, defined once for the whole project.

Shape letters: `B` batch · `C` channels · `N` audio samples · `F` video frames · `H W` pixels ·
`T` latent or motion steps · `K` tokens · `D` width. Units are suffixes of names:
`_s _hz _db _lufs _px _bytes`.

- `PictureBox`: left, top, right, bottom, as shares 0..1 of a picture's width and height.
- `Blocks`: a function that returns a waveform in pieces `(C, n)`, the same at every call.
- `ShareProgress`: a function that is told the share of the work that is done, 0..1.
- `Progress`: the same, told a sentence as well.
- `Tier`: which of a generator's networks generates, the large one or the small one.
- `Quality`: how many steps the sampler of a generator takes.
- `Shortcut`: a way in which drafts of a public checkpoint take less time.
- `TimeOfDay`: the time of day that the picture shows.
- `SpaceWish`: sounds lie in the space of their scene, or dry and in the middle.
"""

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
I32: TypeAlias = NDArray[np.int32]
I64: TypeAlias = NDArray[np.int64]
I8: TypeAlias = NDArray[np.int8]
U8: TypeAlias = NDArray[np.uint8]

PictureBox: TypeAlias = tuple[float, float, float, float]
Blocks: TypeAlias = Callable[[], Iterator[F32]]
Rng: TypeAlias = np.random.Generator
ShareProgress: TypeAlias = Callable[[float], None]
Progress: TypeAlias = Callable[[float, str], None]

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

Tier: TypeAlias = Literal["full", "light"]
Quality: TypeAlias = Literal["draft", "standard", "fine"]
Shortcut: TypeAlias = Literal["guidance_interval", "step_cache"]
TimeOfDay: TypeAlias = Literal["dawn", "day", "dusk", "night"]
SpaceWish: TypeAlias = Literal["scene", "dry"]
