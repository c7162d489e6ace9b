"""The synchronisation encoder: eight tokens for each segment of 16 pictures, 8 pictures apart.

The visual half of Synchformer (Iashin et al., arXiv:2401.16423): a ViT with divided space-time
attention (Bertasius et al., arXiv:2102.05095), then one token gathered from the patches of each of
eight moments. Names of modules are those of the published state dict, of which only
`vfeat_extractor.*` is used, without the patch embedding for still pictures.

Shapes: S segments, `slots` moments of a segment, `sites` patches of a picture.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.hunyuan.network_config import (
    SEGMENT_HOP,
    SEGMENT_PICTURES,
    SynchformerConfig,
    sync_segments,
)
from foley_core.models.hunyuan.preprocessing import normalised

UNUSED_KEYS = (
    "afeat_extractor.",
    "vproj.",
    "aproj.",
    "transformer.",
    "vfeat_extractor.patch_embed.",
)
"""What keys of the published file begin with that are of no use here."""

_EPS = 1e-6


class PatchEmbedding(nn.Module):
    """Patches of pairs of pictures to tokens."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        size = (config.tubelet, config.patch_px, config.patch_px)
        self.proj = nn.Conv3d(3, config.width, size, stride=size)

    def forward(self, segments: Tensor) -> Tensor:
        """`(S, slots, sites, D)` from `(S, 3, 16, H, W)`."""
        return self.proj(segments).flatten(3).permute(0, 2, 3, 1)  # type: ignore[no-any-return]


class DividedAttention(nn.Module):
    """Attention within groups of patches; the class token belongs to every group."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, cls: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Class token `(S, 1, D)` and patches `(S, groups, members, D)`, the same shapes out."""
        segments, groups, members, width = patches.shape
        tokens = torch.cat([cls, patches.flatten(1, 2)], dim=1)
        heads = self.qkv(tokens).view(segments, -1, 3, self.heads, width // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        whole = functional.scaled_dot_product_attention(query[:, :, :1], key, value)
        within = functional.scaled_dot_product_attention(
            _members(query, groups), _grouped(key, groups), _grouped(value, groups)
        )
        within = within.transpose(1, 2).reshape(segments, groups, members, width)
        return self.proj(whole.transpose(1, 2).flatten(2)), self.proj(within)


class SynchformerPerceptron(nn.Module):
    """Two linear layers around a GELU."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape as `x (…, D)`."""
        return self.fc2(functional.gelu(self.fc1(x)))  # type: ignore[no-any-return]


class SynchformerBlock(nn.Module):
    """Attention along time at each site, attention over each picture, a perceptron."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=_EPS)
        self.attn = DividedAttention(config.width, config.heads)
        self.timeattn = DividedAttention(config.width, config.heads)
        self.norm2 = nn.LayerNorm(config.width, eps=_EPS)
        self.mlp = SynchformerPerceptron(config.width, config.widening * config.width)
        self.norm3 = nn.LayerNorm(config.width, eps=_EPS)

    def forward(self, cls: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Class token `(S, 1, D)` and patches `(S, slots, sites, D)`, the same shapes out."""
        by_site = self.norm3(patches).transpose(1, 2)
        whole, along = self.timeattn(self.norm3(cls), by_site)
        cls, patches = cls + whole, patches + along.transpose(1, 2)
        whole, across = self.attn(self.norm1(cls), self.norm1(patches))
        cls, patches = cls + whole, patches + across
        return cls + self.mlp(self.norm2(cls)), patches + self.mlp(self.norm2(patches))


class SpatialGathering(nn.Module):
    """One token from the patches of a picture: an encoder layer with a token of its own."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        width, inner = config.width, config.widening * config.width
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.self_attn = nn.MultiheadAttention(width, config.heads, batch_first=True)
        self.linear1 = nn.Linear(width, inner)
        self.linear2 = nn.Linear(inner, width)
        self.norm1 = nn.LayerNorm(width, eps=_EPS)
        self.norm2 = nn.LayerNorm(width, eps=_EPS)

    def forward(self, patches: Tensor) -> Tensor:
        """`(P, D)` from the patches `(P, sites, D)` of P pictures."""
        cls = self.cls_token.expand(len(patches), -1, -1)
        normed = self.norm1(torch.cat([cls, patches], dim=1))
        heard, _ = self.self_attn(normed[:, :1], normed, normed, need_weights=False)
        token = (cls + heard)[:, 0]
        return token + self.linear2(functional.gelu(self.linear1(self.norm2(token))))  # type: ignore[no-any-return]


class VisualExtractor(nn.Module):
    """Tokens of segments of pictures."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        width = config.width
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + config.sites, width))
        self.temp_embed = nn.Parameter(torch.zeros(1, config.slots, width))
        self.patch_embed_3d = PatchEmbedding(config)
        self.blocks = nn.ModuleList(SynchformerBlock(config) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(width, eps=_EPS)
        self.spatial_attn_agg = SpatialGathering(config)

    def forward(self, segments: Tensor) -> Tensor:
        """`(S, slots, D)` from `(S, 16, 3, H, W)` in -1..1."""
        patches = self.patch_embed_3d(segments.transpose(1, 2))
        patches = patches + self.pos_embed[:, None, 1:] + self.temp_embed[:, :, None]
        cls = (self.cls_token + self.pos_embed[:, :1]).expand(len(patches), -1, -1)
        for block in self.blocks:
            cls, patches = block(cls, patches)
        gathered = self.spatial_attn_agg(self.norm(patches).flatten(0, 1))
        return gathered.view(len(segments), -1, gathered.shape[-1])  # type: ignore[no-any-return]


class Synchformer(nn.Module):
    """The visual half of the published network."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        self.config = config
        self.vfeat_extractor = VisualExtractor(config)

    @torch.no_grad()
    def encode(self, pictures: Tensor, segments_at_once: int = 8) -> Tensor:
        """Tokens `(Ns, D)`, float32, of U8 pictures `(F, 3, H, W)`, 25 a second.

        Segments are looked at on their own, so how many at once changes memory alone.

        Raises:
            ValueError: fewer pictures than one segment has.
        """
        count = sync_segments(len(pictures))
        if not count:
            raise ValueError(f"{len(pictures)} pictures are fewer than {SEGMENT_PICTURES}")
        windows = pictures.unfold(0, SEGMENT_PICTURES, SEGMENT_HOP).movedim(-1, 1)
        parts = torch.split(windows, segments_at_once)
        device = self.vfeat_extractor.cls_token.device
        tokens = [self.vfeat_extractor(normalised(part.to(device))) for part in parts]
        return torch.cat(tokens).flatten(0, 1).float()


def _members(query: Tensor, groups: int) -> Tensor:
    """Patches of `(S, H, 1 + K, ·)` in their groups, as `(S · groups, H, members, ·)`."""
    segments, heads, _, width = query.shape
    grouped = query[:, :, 1:].reshape(segments, heads, groups, -1, width).transpose(1, 2)
    return grouped.flatten(0, 1)


def _grouped(keys: Tensor, groups: int) -> Tensor:
    """The same with the class token first in every group."""
    members = _members(keys, groups)
    cls = keys[:, None, :, :1].expand(-1, groups, -1, -1, -1).flatten(0, 1)
    return torch.cat([cls, members], dim=2)
