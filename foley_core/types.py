"""Shapes, array types and named choices, once for the whole project.

Shape letters: `B` batch · `C` channels · `N` audio samples · `F` video frames · `H W` pixels ·
`T` latent or motion steps · `K` tokens · `D` width. Units are suffixes of names:
`_s _hz _db _lufs _px _bytes`.

`Tier` is which network of a generator performs, `Quality` how many steps it takes. `TimeOfDay` is
that of the picture.
"""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
I32: TypeAlias = NDArray[np.int32]
U8: TypeAlias = NDArray[np.uint8]

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

Tier: TypeAlias = Literal["full", "light"]
Quality: TypeAlias = Literal["draft", "standard", "fine"]
TimeOfDay: TypeAlias = Literal["dawn", "day", "dusk", "night"]
