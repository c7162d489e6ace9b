"""Scene features: an embedding of each scene picture by the image tower of SigLIP2.

The network is `SiglipVisionModel` of `transformers`; its pooled output is taken as it is, not
normalised.
"""

import torch
from torch import Tensor, nn

from foley_core.models.hunyuan.preprocessing import normalised


@torch.no_grad()
def scene_features(network: nn.Module, pictures: Tensor, at_once: int = 16) -> Tensor:
    """Features `(Nv, D)`, float32, of U8 pictures `(Nv, 3, side, side)`.

    Pictures are looked at on their own, so how many at once changes memory alone.
    """
    weight = next(network.parameters())
    pooled = [
        network(pixel_values=normalised(part.to(weight.device)).to(weight.dtype)).pooler_output
        for part in torch.split(pictures, at_once)
    ]
    return torch.cat(pooled).float()
