"""A step in bfloat16 multiplies in bfloat16, and its attention takes fused kernels."""

import copy
from collections import Counter

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from foley_core.models.hunyuan.attention import as_scores, attend
from foley_core.models.hunyuan.batching import batch_of
from foley_core.models.hunyuan.clip_sampler import padded_lengths
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.token_layout import TokenLayout

PRODUCTS = ("mm", "bmm", "addmm", "baddbmm", "linear", "convolution")


class Counted(TorchDispatchMode):
    """Counts operations by name and data type of their result."""

    def __init__(self):
        super().__init__()
        self.seen = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        first = out[0] if isinstance(out, tuple) else out
        if isinstance(first, torch.Tensor):
            self.seen[func.overloadpacket.__name__, first.dtype] += 1
        return out


@pytest.mark.parametrize("masked", [True, False])
def test_no_product_of_a_bfloat16_step_is_in_float32(tiny, clip, masked):
    hoisted = HoistedDenoiser(copy.deepcopy(tiny).bfloat16(), torch.tensor([900.0]))
    clips = (
        [clip(40, 6, 2, 7, seed=1), clip(32, 5, 1, 9, seed=2)] if masked else [clip(40, 6, 2, 7)]
    )
    batch = batch_of(clips, padded_lengths(1) if masked else None)
    prepared = hoisted.prepare(batch, guided=True)
    x = torch.randn(2 * len(clips), tiny.config.latent_channels, batch.latent_steps).bfloat16()
    with Counted() as counted:
        hoisted.velocity(x, 0, prepared)
    wide = {name for name, kind in counted.seen if kind == torch.float32}
    assert not wide & {*PRODUCTS, "_safe_softmax", "_softmax"}, wide
    fused = sum(n for (name, _), n in counted.seen.items() if "attention" in name)
    # Joint and cross attention of two streams; the last triple block has no picture to answer.
    triple, single = tiny.config.triple_blocks, tiny.config.single_blocks
    assert fused == 3 * triple - 1 + single


@pytest.mark.parametrize("kernel", ["cudnn", "efficient"])
def test_a_named_kernel_computes_every_attention(tiny, clip, kernel):
    network = copy.deepcopy(tiny).bfloat16().to("meta")
    hoisted = HoistedDenoiser(network, torch.tensor([900.0]), kernel)
    prepared = hoisted.prepare(batch_of([clip(40, 6, 2, 7)], padded_lengths(1)), guided=True)
    x = torch.empty(2, tiny.config.latent_channels, 64, dtype=torch.bfloat16, device="meta")
    with Counted() as counted:
        out = hoisted.velocity(x, 0, prepared)
    assert out.shape == x.shape
    seen = {key: count for key, count in counted.seen.items() if "attention" in key[0]}
    triple, single = tiny.config.triple_blocks, tiny.config.single_blocks
    name = f"_scaled_dot_product_{kernel}_attention"
    assert seen == {(name, torch.bfloat16): 3 * triple - 1 + single}


def test_scores_hide_what_a_mask_hides():
    query, key, value = (torch.randn(2, count, 3, 8) for count in (5, 7, 7))
    mask = (torch.arange(7) < torch.tensor([[4], [7]]))[:, None, None]
    hidden = attend(query, key, value, as_scores(mask, torch.float32))
    torch.testing.assert_close(hidden, attend(query, key, value, mask))
    assert as_scores(None, torch.float32) is None


def test_what_attends_is_aligned(clip):
    for seconds in range(1, 16):
        size = padded_lengths(seconds)
        masks = layout_of(clip, size)
        for mask in (masks.joint_mask, masks.audio_mask, masks.text_mask):
            assert mask is not None
            assert mask.shape[-1] % 16 == 0
        assert size.latent_steps % 16 == size.scene % 16 == 0


def layout_of(clip, size) -> TokenLayout:
    return batch_of([clip(32, 5, 1, 9)], size).layout(12, torch.device("cpu"))
