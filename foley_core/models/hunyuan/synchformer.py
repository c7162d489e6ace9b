"""The synchronisation encoder: eight tokens for each segment of 16 pictures, 8 pictures apart.

It is the visual half of Synchformer (Iashin et al., arXiv:2401.16423): a vision transformer with
divided space-time attention (Bertasius et al., arXiv:2102.05095), after which one token is gathered
from the patches of each of eight moments. Names of modules are those of the published state dict.
Only its `vfeat_extractor.*` is used, without the patch embedding for still pictures.

Shapes: `S` segments, `slots` moments of a segment, `sites` patches of a picture.
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
"""Beginnings of those keys of the published file that are not used here."""

# The published code's value for every layer norm of this network.
_EPS = 1e-6


class PatchEmbedding(nn.Module):
    """The embedding of patches: 16 × 16 pixels of two pictures in a row become a token."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        size = (config.tubelet, config.patch_px, config.patch_px)
        self.proj = nn.Conv3d(3, config.width, size, stride=size)

    def forward(self, segments: Tensor) -> Tensor:
        """Return `(S, slots, sites, D)` from `(S, 3, 16, H, W)`."""
        return self.proj(segments).flatten(3).permute(0, 2, 3, 1)  # type: ignore[no-any-return]


class DividedAttention(nn.Module):
    """Attention within groups of patches; the class token belongs to every group.

    Groups are the moments of one site, or the sites of one moment. Dividing attention into the two
    makes its cost grow with `slots + sites` for a patch instead of `slots · sites`.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, cls: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Return class token `(S, 1, D)` and patches `(S, groups, members, D)`, shapes as given."""
        segments, groups, members, width = patches.shape
        tokens = torch.cat([cls, patches.flatten(1, 2)], dim=1)
        heads = self.qkv(tokens).view(segments, -1, 3, self.heads, width // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        # The class token attends to all patches, a patch to its group and the class token.
        whole = functional.scaled_dot_product_attention(query[:, :, :1], key, value)
        within = functional.scaled_dot_product_attention(
            _members(query, groups), _grouped(key, groups), _grouped(value, groups)
        )
        within = within.transpose(1, 2).reshape(segments, groups, members, width)
        return self.proj(whole.transpose(1, 2).flatten(2)), self.proj(within)


class SynchformerPerceptron(nn.Module):
    """Two linear layers around an exact GELU."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return the same shape as `x (…, D)`."""
        return self.fc2(functional.gelu(self.fc1(x)))  # type: ignore[no-any-return]


class SynchformerBlock(nn.Module):
    """Attention along time at each site, attention over each moment, then a perceptron."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=_EPS)
        self.attn = DividedAttention(config.width, config.heads)
        self.timeattn = DividedAttention(config.width, config.heads)
        self.norm2 = nn.LayerNorm(config.width, eps=_EPS)
        self.mlp = SynchformerPerceptron(config.width, config.widening * config.width)
        self.norm3 = nn.LayerNorm(config.width, eps=_EPS)

    def forward(self, cls: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Return class token `(S, 1, D)` and patches `(S, slots, sites, D)`, shapes as given."""
        # Time comes first, but has the third norm of the published state dict.
        by_site = self.norm3(patches).transpose(1, 2)
        cls_change, along_time = self.timeattn(self.norm3(cls), by_site)
        cls, patches = cls + cls_change, patches + along_time.transpose(1, 2)
        cls_change, over_picture = self.attn(self.norm1(cls), self.norm1(patches))
        cls, patches = cls + cls_change, patches + over_picture
        return cls + self.mlp(self.norm2(cls)), patches + self.mlp(self.norm2(patches))


class SpatialGathering(nn.Module):
    """A transformer layer with a token of its own, which gathers the patches of a moment."""

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
        """Return `(P, D)` from the patches `(P, sites, D)` of P moments."""
        cls = self.cls_token.expand(len(patches), -1, -1)
        normed = self.norm1(torch.cat([cls, patches], dim=1))
        # Only the gathering token is read afterwards, so it is the only query.
        gathered, _ = self.self_attn(normed[:, :1], normed, normed, need_weights=False)
        token = (cls + gathered)[:, 0]
        return token + self.linear2(functional.gelu(self.linear1(self.norm2(token))))  # type: ignore[no-any-return]


class VisualExtractor(nn.Module):
    """The whole visual network: segments of pictures to tokens."""

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
        """Return `(S, slots, D)` from `(S, 16, 3, H, W)` in -1..1."""
        patches = self.patch_embed_3d(segments.transpose(1, 2))
        # Position 0 of the table is that of the class token; moments have a table of their own.
        patches = patches + self.pos_embed[:, None, 1:] + self.temp_embed[:, :, None]
        cls = (self.cls_token + self.pos_embed[:, :1]).expand(len(patches), -1, -1)
        for block in self.blocks:
            cls, patches = block(cls, patches)
        # The class token has served the blocks and is dropped; each moment gathers its own.
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
        """Return tokens `(Ns, D)`, float32, of pictures U8 `(F, 3, H, W)`, 25 a second.

        Args:
            segments_at_once: changes memory alone, since segments do not see each other.

        Raises:
            ValueError: there are fewer pictures than one segment has.
        """
        count = sync_segments(len(pictures))
        if not count:
            raise ValueError(f"{len(pictures)} pictures are fewer than {SEGMENT_PICTURES}")
        # Neighbouring segments share half of their pictures; their tokens are joined as they are,
        # so eight tokens stand for every eight new pictures.
        windows = pictures.unfold(0, SEGMENT_PICTURES, SEGMENT_HOP).movedim(-1, 1)
        parts = torch.split(windows, segments_at_once)
        device = self.vfeat_extractor.cls_token.device
        tokens = [self.vfeat_extractor(normalised(part.to(device))) for part in parts]
        return torch.cat(tokens).flatten(0, 1).float()


def _members(query: Tensor, groups: int) -> Tensor:
    """Return the patches of `(S, H, 1 + K, ·)` in groups, `(S · groups, H, members, ·)`."""
    segments, heads, _, width = query.shape
    grouped = query[:, :, 1:].reshape(segments, heads, groups, -1, width).transpose(1, 2)
    return grouped.flatten(0, 1)


def _grouped(keys: Tensor, groups: int) -> Tensor:
    """Return the same as `_members`, with the class token first in every group."""
    members = _members(keys, groups)
    cls = keys[:, None, :, :1].expand(-1, groups, -1, -1, -1).flatten(0, 1)
    return torch.cat([cls, members], dim=2)
