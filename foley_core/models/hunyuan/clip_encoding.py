"""Visual features of a clip, made from its pictures by the two published encoders.

Every picture is scaled as soon as it comes, so that only small ones are kept. The features of a
clip depend on its pictures and the kind of processor alone: the networks see the pictures in groups
of fixed size, counted from the clip's beginning.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

import torch
from torch import Tensor, nn

from foley_core.errors import DecodeError
from foley_core.models.hunyuan.clip_visuals import ClipVisuals
from foley_core.models.hunyuan.kernel_choice import repeatable
from foley_core.models.hunyuan.network_config import (
    FEWEST_PICTURES,
    MOST_CLIP_S,
    SCENE_RATE,
    SYNC_RATE,
)
from foley_core.models.hunyuan.preprocessing import (
    SIGLIP_SIDE_PX,
    normalised,
    scene_picture,
    sync_picture,
)
from foley_core.models.hunyuan.synchformer import Synchformer
from foley_core.types import U8


class ClipEncoder:
    """The image tower of SigLIP2 and the visual half of Synchformer, side by side.

    On CUDA the synchronisation encoder computes in half precision under autocast, as published, and
    the scene encoder in single precision with products of matrices in TF32. Several threads may
    encode: they take and scale pictures at once, and one of them at a time uses the networks.
    """

    def __init__(
        self, siglip: nn.Module, synchformer: Synchformer, scene_side_px: int = SIGLIP_SIDE_PX
    ) -> None:
        """Take both networks as they are, each on its device and in evaluation mode.

        Args:
            siglip: answers `pixel_values=(B, 3, side, side)` with a `pooler_output`.
            scene_side_px: side of the square that it looks at.
        """
        self._siglip = siglip
        self._synchformer = synchformer
        self._scene_side_px = scene_side_px
        self._networks = Lock()

    def encode(self, pictures: Iterable[tuple[float, U8]]) -> ClipVisuals:
        """Return the features of one clip.

        Args:
            pictures: (seconds from the clip's beginning, RGB U8 (H, W, 3)) in order of time; only
                one picture is held at once.

        Raises:
            DecodeError: there are fewer pictures than one segment has.
        """
        scene, sync = self._taken(pictures)
        if len(sync) < FEWEST_PICTURES:
            raise DecodeError(
                f"a clip shows {len(sync)} pictures in {len(sync) / SYNC_RATE:.2f} s, this model "
                f"needs at least {FEWEST_PICTURES} ({FEWEST_PICTURES / SYNC_RATE:.2f} s); use the "
                "embedded model for this video"
            )
        with self._networks, repeatable():
            return ClipVisuals(
                scene=scene_features(self._siglip, torch.stack(scene)).cpu().numpy(),
                sync=self._synchronisation(torch.stack(sync)).cpu().numpy(),
                sync_pictures=len(sync),
            )

    def _taken(self, pictures: Iterable[tuple[float, U8]]) -> tuple[list[Tensor], list[Tensor]]:
        """Return scene and synchronisation pictures, scaled; repeated ones are scaled once."""
        scene_clock, sync_clock = PictureClock(SCENE_RATE), PictureClock(SYNC_RATE)
        sync_side_px = self._synchformer.config.picture_px
        scene: list[Tensor] = []
        sync: list[Tensor] = []
        for time_s, rgb in pictures:
            # Bytes, not floats, are kept until the end: a quarter of the memory.
            if count := scene_clock.times_taken(time_s):
                scene += [scene_picture(rgb, self._scene_side_px)] * count
            if count := sync_clock.times_taken(time_s):
                sync += [sync_picture(rgb, sync_side_px)] * count
            # The name would keep a full-size picture alive while the next one is decoded.
            del rgb
        return scene, sync

    def _synchronisation(self, pictures: Tensor) -> Tensor:
        """Return the synchronisation tokens `(Ns, D)` of pictures `(F, 3, side, side)`."""
        device = next(self._synchformer.parameters()).device
        with autocast_of(device):
            return self._synchformer.encode(pictures, segments_at_once(device))


def segments_at_once(device: torch.device) -> int:
    """Return the count of segments that the synchronisation encoder takes at once on a device."""
    # Two runs for the 46 segments of the longest clip; on a CPU more would only take more memory.
    return 23 if device.type == "cuda" else 8


def autocast_of(device: torch.device) -> torch.autocast:
    """Return the context in which the synchronisation encoder computes on a device."""
    # float16 on GPUs, as published. CPUs have no fast float16 and take float32.
    return torch.autocast(device.type, torch.float16, enabled=device.type == "cuda")


@contextmanager
def rounded_products(device: torch.device) -> Iterator[None]:
    """Let products of float32 matrices round their factors to TF32 on CUDA, within the block.

    TF32 has the exponents of float32 and ten bits of mantissa, and is many times as fast.
    """
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    if device.type == "cuda":
        matmul.fp32_precision = "tf32"
    try:
        yield
    finally:
        matmul.fp32_precision = before


class PictureClock:
    """The moments at which pictures are taken: `rate` a second, from the start of a clip.

    A picture is taken once for every moment up to its own time, so a low frame rate repeats
    pictures and a high one leaves some out. The next moment is found by adding a step in float64,
    as in the published code: sums of rounding errors decide about pictures that appear just then.
    """

    def __init__(self, rate: int) -> None:
        self._step_s = 1.0 / rate
        self._next_s = 0.0

    def times_taken(self, time_s: float) -> int:
        """Return the number of times that the next picture, which appears at `time_s`, is taken.

        Call it for every picture, in order of time.
        """
        count = 0
        if 0 <= time_s <= MOST_CLIP_S:
            while time_s >= self._next_s:
                count += 1
                self._next_s += self._step_s
        return count


@torch.no_grad()
def scene_features(network: nn.Module, pictures: Tensor, at_once: int = 16) -> Tensor:
    """Return features `(Nv, D)`, float32, of pictures U8 `(Nv, 3, side, side)`.

    Args:
        network: answers `pixel_values=(B, 3, side, side)` with a `pooler_output`.
        at_once: changes memory alone, since pictures do not see each other.
    """
    weight = next(network.parameters())
    with rounded_products(weight.device):
        pooled = [
            network(pixel_values=normalised(part.to(weight.device)).to(weight.dtype)).pooler_output
            for part in torch.split(pictures, at_once)
        ]
    return torch.cat(pooled).float()
