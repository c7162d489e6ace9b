"""Pictures as the two visual encoders take them, pixel by pixel as published.

Scene pictures are squashed to a square by Pillow's bilinear filter; synchronisation pictures have
their shorter side scaled by a bicubic filter on whole numbers, and their middle cut out. Both round
between two passes over whole numbers: scaling in floats, or on another device, gives other pixels.
"""

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from foley_core.types import U8

SIGLIP_SIDE_PX = 512
SYNC_SIDE_PX = 224


def scene_picture(rgb: U8, side_px: int = SIGLIP_SIDE_PX) -> Tensor:
    """U8 `(3, side, side)` of `rgb (H, W, 3)`; the aspect ratio is not kept."""
    square = Image.fromarray(rgb).resize((side_px, side_px), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1)


def sync_picture(rgb: U8, side_px: int = SYNC_SIDE_PX) -> Tensor:
    """U8 `(3, side, side)`: the middle of `rgb (H, W, 3)` with its shorter side so long."""
    height, width = rgb.shape[:2]
    shorter = min(height, width)
    size = (int(side_px * height / shorter), int(side_px * width / shorter))
    whole = torch.from_numpy(rgb).permute(2, 0, 1)[None]
    scaled = functional.interpolate(whole, size, mode="bicubic", antialias=True)[0]
    top, left = (round((length - side_px) / 2) for length in size)
    return scaled[:, top : top + side_px, left : left + side_px]


def normalised(pixels: Tensor) -> Tensor:
    """Pixels 0..255 as float32 in -1..1."""
    return (pixels.float() / 255 - 0.5) / 0.5
