"""Attention of heads to heads, by the kernel that torch takes or by one that is named.

Torch takes a kernel anew for every shape, another one on another card, and plain products in
float32 where it finds none. A named kernel is called as it is, so nothing in the process can change
it. Its mask is a number that is added to each key's score: see `as_scores`.
"""

import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.hunyuan.kernels import AttentionKernel


def attend(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, kernel: AttentionKernel = ""
) -> Tensor:
    """Return the attention of heads `(B, K, H, ·)` to heads, merged to `(B, K, D)`.

    Args:
        mask: `(B, 1, 1, keys)`, True for keys that count, or `as_scores` of that; None for all.
        kernel: which one computes it; empty where torch is left to choose. A named one takes masks
            as scores alone, of a multiple of 16 keys, or torch would have to copy them.
    """
    heads: Tensor
    query, key, value = (each.transpose(1, 2) for each in (query, key, value))
    if mask is not None and kernel:
        mask = mask.expand(*query.shape[:3], key.shape[2])
    if kernel == "efficient":
        operation = torch.ops.aten._scaled_dot_product_efficient_attention
        heads = operation(query, key, value, mask, compute_log_sumexp=False)[0]
    elif kernel == "cudnn":
        operation = torch.ops.aten._scaled_dot_product_cudnn_attention
        heads = operation(query, key, value, mask, compute_log_sumexp=False)[0]
    else:
        heads = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    return heads.transpose(1, 2).flatten(2)


def as_scores(mask: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """Return 0 where a mask is True and -∞ elsewhere, in the data type of the heads."""
    if mask is None:
        return None
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, -torch.inf)
