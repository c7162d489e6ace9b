"""Scaling of pictures for the two visual encoders, equal to the published code in every pixel.

Scene pictures are squeezed into a square by Pillow's bilinear filter. Synchronisation pictures have
their shorter side scaled by a bicubic filter on whole numbers; then the middle is cut out. Both
filters work on rows, round to whole numbers, and then work on columns: scaling in floats, or on
another device, gives other pixels (measured: 1 to 4 gray levels on patterns).
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foley_core.types import U8

# The sizes that the public encoders were trained with.
SIGLIP_SIDE_PX = 512
SYNC_SIDE_PX = 224


def scene_picture(rgb: U8, side_px: int = SIGLIP_SIDE_PX) -> Tensor:
    """Return U8 `(3, side, side)` of `rgb (H, W, 3)`; the aspect ratio is not kept."""
    from PIL import Image  # of the extra `hf`: without it the package says so, see `loading`

    square = Image.fromarray(rgb).resize((side_px, side_px), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1)


def sync_picture(rgb: U8, side_px: int = SYNC_SIDE_PX) -> Tensor:
    """Return U8 `(3, side, side)`: the middle of `rgb (H, W, 3)`, its shorter side scaled."""
    height, width = rgb.shape[:2]
    shorter = min(height, width)
    # The published rounding: downwards for the longer side, to the even neighbour for the margin.
    size = (int(side_px * height / shorter), int(side_px * width / shorter))
    # Torch takes no picture that is mirrored or cannot be written to.
    whole = torch.from_numpy(np.require(rgb, requirements=["C", "W"])).permute(2, 0, 1)[None]
    scaled = functional.interpolate(whole, size, mode="bicubic", antialias=True)[0]
    top, left = (round((length - side_px) / 2) for length in size)
    return scaled[:, top : top + side_px, left : left + side_px]


def normalised(pixels: Tensor) -> Tensor:
    """Return pixels 0..255 as float32 in -1..1, the same shape."""
    return (pixels.float() / 255 - 0.5) / 0.5
